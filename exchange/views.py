"""In and out, for organisers."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.http import CampRequest, posted, status_of
from events.models import Camp
from schedule.ical import calendar
from schedule.models import GridVersion
from schedule.queries import feed_placements

from .csv_export import csv_zip, sheet
from .csv_import import import_files
from .forms import ImportForm
from .json_export import export_camp
from .models import Upload
from .report import ImportRefused


@camp_view(Access.ORGANISER)
def import_create(request: CampRequest, camp: Camp) -> HttpResponse:
    """Takes the files and shows what they would do."""
    form = ImportForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = Upload.objects.create(camp=camp, by=request.attendee, files=form.texts)
        return redirect("exchange:import_detail", camp.slug, upload.pk)
    return render(request, "exchange/import_create.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ORGANISER)
def import_detail(request: CampRequest, camp: Camp, upload_id: int) -> HttpResponse:
    """The preview, row by row; then the import, all or nothing unless bad rows are skipped."""
    upload = get_object_or_404(camp.uploads, pk=upload_id)
    if request.method == "POST":
        try:
            import_files(camp=camp, files=upload.files, skip_bad_rows=request.POST.get("skip") == "1")
        except ImportRefused:
            pass  # The preview below says which rows and why.
        else:
            upload.delete()
            messages.success(request, _("Imported."))
            return redirect("schedule:draft_detail", camp.slug)
    report = import_files(camp=camp, files=upload.files, dry_run=True)
    rows = [(kind, count, report.added.get(kind, 0)) for kind, count in report.read.items()]
    context = {"camp": camp, "upload": upload, "report": report, "rows": rows}
    return render(request, "exchange/import_detail.html", context, status=422 if request.method == "POST" else 200)


@camp_view(Access.ORGANISER)
@require_safe
def export_list(request: CampRequest, camp: Camp) -> HttpResponse:
    return render(request, "exchange/export_list.html", {"camp": camp})


@camp_view(Access.ORGANISER)
@require_safe
def export_download(request: CampRequest, camp: Camp, kind: str) -> HttpResponse:
    """The file, without who is interested in what: that is nobody's business, organisers' neither."""
    site = f"{request.scheme}://{request.get_host()}"
    if kind == "json":
        body, media = json.dumps(export_camp(camp, with_interest=False), indent=1).encode(), "application/json"
    elif kind == "csv":
        body, media, kind = csv_zip(camp, with_interest=False), "application/zip", "zip"
    elif kind == "sheet":
        body, media, kind = sheet(camp).encode(), "text/csv; charset=utf-8", "csv"
    elif kind == "ics":
        placements = feed_placements(GridVersion.latest(camp))
        body, media = calendar(camp, placements, name=camp.name, site=site), "text/calendar; charset=utf-8"
    else:
        raise Http404
    response = HttpResponse(body, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}.{kind}"'
    return response
