"""In and out, for organisers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from accounts.http import SignedInRequest, once, once_late
from accounts.limits import Limit, count_one
from accounts.once import answered_before, done_once
from events.access import Access, camp_view
from events.caching import no_store
from events.decoding import BY_PAGE
from events.http import CampRequest, posted, render_partial, status_of, tell_done, wants_partial
from events.models import Camp
from events.opening import may_open_camps
from schedule.models import GridVersion
from schedule.wall.feeds import feed_placements
from schedule.wall.ical import calendar

from .blank_sheets import BLANKS
from .csv_export import csv_zip, sheet
from .document import BY_PAGE as DOCUMENT_BY_PAGE
from .forms import CampFileForm, CampOpenForm, ImportForm
from .json_export import Secrets, export_camp
from .models import Upload
from .uploads import keep_document, keep_upload, read_again, start_bringing, start_import

#: of one account, each time a worker is to read one: what a document asks of the installation, whether a code is free
#: say, is not asked without end
DOCUMENTS = Limit("documents brought", most=20, within=timedelta(hours=1))


class PersonRequest(SignedInRequest):
    """A request outside of camps, by a page that may ask for a piece of itself."""

    htmx: HtmxDetails


class File(NamedTuple):
    """A file that a camp can be had as."""

    ending: str
    media: str
    #: from the camp and the address of the site
    made_of: Callable[[Camp, str], bytes]


def _json(camp: Camp, site: str) -> bytes:
    return json.dumps(export_camp(camp, with_interest=False), indent=1).encode()


def _complete(camp: Camp, site: str) -> bytes:
    return json.dumps(export_camp(camp, with_interest=False, secrets=Secrets.OF_CAMP), indent=1).encode()


def _calendar(camp: Camp, site: str) -> bytes:
    return calendar(camp, feed_placements(GridVersion.latest(camp)), name=camp.name, site=site)


#: by the last part of their addresses
FILES = {
    "json": File("json", "application/json", _json),
    "complete": File("complete.json", "application/json", _complete),
    "csv": File("zip", "application/zip", lambda camp, site: csv_zip(camp, with_interest=False)),
    "sheet": File("csv", "text/csv; charset=utf-8", lambda camp, site: sheet(camp, site).encode("utf-8-sig")),
    "ics": File("ics", "text/calendar; charset=utf-8", _calendar),
}


@camp_view(Access.ORGANISER, once=False)
def import_create(request: CampRequest, camp: Camp) -> HttpResponse:
    """Takes the files; a worker reads them. Shows those that wait, whoever brought them. They become text with nothing
    held: while one form is being done once, no other can save anything.
    """
    if first := answered_before(request):
        return first
    form = ImportForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return done_once(request=request, do=partial(_keep_files, request, camp, form))
    context = {
        "camp": camp,
        "form": form,
        "most": BY_PAGE,
        "blanks": {kind: blank.name for kind, blank in BLANKS.items()},
        "uploads": camp.uploads.exclude(state=Upload.State.DONE).select_related("by").defer("files", "report")[:20],
    }
    return render(request, "exchange/import_create.html", context, status=status_of(form))


def _keep_files(request: CampRequest, camp: Camp, form: ImportForm) -> HttpResponse:
    upload = keep_upload(
        camp=camp,
        by=request.me,
        files=form.texts,
        left_out=form.left_out,
        brought=form.brought,
        rows=form.rows_read,
    )
    tell_done(request, _("The files are here. Nothing is imported yet: look at what they would do."))
    return redirect("exchange:import_detail", camp.slug, upload.pk)


@camp_view(Access.ORGANISER)
def import_detail(request: CampRequest, camp: Camp, upload_id: int) -> HttpResponse:
    """How far the worker is; what the import would do, row by row; what it did. Looking reads no file."""
    upload = get_object_or_404(camp.uploads.defer("files"), pk=upload_id)
    if request.method == "POST":
        if request.POST.get("again") == "1":
            _read_again(request, upload)
        elif start_import(upload=upload, skip_bad_rows=request.POST.get("skip") == "1"):
            tell_done(request, _("The import has begun."))
        else:
            messages.error(request, _("Nothing is imported: look at what the files would do first."))
        return redirect("exchange:import_detail", camp.slug, upload.pk)
    if wants_partial(request) and request.GET.get("seen") == upload.stamp:
        return HttpResponse(status=204)
    context = {"camp": camp, "upload": upload, "report": upload.report or {}}
    context["lacks_slots"] = bool(upload.report) and not camp.slots.for_sessions().exists()
    response = render_partial(request, "exchange/import_detail.html", "upload-progress", context)
    if request.htmx and not upload.is_active:
        # The rest of the page has changed, too.
        response["HX-Refresh"] = "true"
    return response


@camp_view(Access.ORGANISER)
@require_safe
def sheet_download(request: CampRequest, camp: Camp, sheet: str) -> HttpResponse:
    """A sheet to fill in, as spreadsheets open it with its accents."""
    if sheet not in BLANKS:
        raise Http404
    response = HttpResponse(BLANKS[sheet].made_of(camp).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}-{sheet}.csv"'
    return response


@camp_view(Access.ORGANISER)
@require_safe
def export_list(request: CampRequest, camp: Camp) -> HttpResponse:
    return render(request, "exchange/export_list.html", {"camp": camp})


@camp_view(Access.ORGANISER)
@require_safe
@no_store
def export_download(request: CampRequest, camp: Camp, kind: str) -> HttpResponse:
    """The file, without who is interested in what: that is nobody's business, organisers' neither."""
    if kind not in FILES:
        raise Http404
    file = FILES[kind]
    response = HttpResponse(file.made_of(camp, f"{request.scheme}://{request.get_host()}"), content_type=file.media)
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}.{file.ending}"'
    return response


# -- a camp of its own -----------------------------------------------------------------------------------


def _may_have_read(request: SignedInRequest) -> bool:
    """Whether this account may have one more document read (rate limit); counted before anything is read."""
    return count_one(limit=DOCUMENTS, who=str(request.user.pk))


@once_late
@login_required
def camp_import_create(request: SignedInRequest) -> HttpResponse:
    """Takes a camp that was exported; a worker reads it. Whether it is a document at all is seen with nothing held."""
    if request.user.is_guest:
        return render(request, "events/camp_create_guest.html")
    if not may_open_camps(request.user):
        return render(request, "events/camp_create_named.html", status=403)
    form = _file_form(request)
    if request.method == "POST" and form.is_valid():
        return done_once(request=request, do=partial(_keep_document, request, form.text))
    context = {"form": form, "most": DOCUMENT_BY_PAGE}
    return render(request, "exchange/camp_import_create.html", context, status=status_of(form))


def _file_form(request: SignedInRequest) -> CampFileForm:
    """Of one too many within the hour the file is not even looked at."""
    if request.method != "POST" or _may_have_read(request):
        return CampFileForm(posted(request), request.FILES or None)
    form = CampFileForm(request.POST)
    form.refuse(_too_many())
    return form


def _too_many() -> str:
    return _("You had many files read within an hour. Wait an hour, then try again.")


def _keep_document(request: SignedInRequest, text: str) -> HttpResponse:
    upload = keep_document(text=text, user=request.user)
    tell_done(request, _("The file is here. Nothing is imported yet: look at what it would become."))
    return redirect(upload)


@once
@login_required
def camp_import_detail(request: PersonRequest, upload_id: int) -> HttpResponse:
    """How far the worker is; what the camp would be; its address and one's name there. Looking reads no file."""
    uploads = Upload.objects.filter(user=request.user).select_related("camp").defer("files")
    upload = get_object_or_404(uploads, pk=upload_id)
    report = upload.report or {}
    taken = Camp.objects.filter(slug=report.get("slug", "")).exists()
    form = CampOpenForm(posted(request), initial=upload.opens or {"slug": "" if taken else report.get("slug", "")})
    if request.method == "POST":
        # Pressed twice: what was typed the first time holds, and its address is this camp's by now.
        if request.POST.get("again") == "1" or upload.is_pressed or form.is_valid():
            _have_read(request, upload, form)
            return redirect(upload)
    if request.htmx and request.GET.get("seen") == upload.stamp:
        return HttpResponse(status=204)
    context = {"upload": upload, "report": report, "form": form}
    if request.htmx and upload.is_active:
        return render(request, "exchange/import_detail.html#upload-progress", context)
    response = render(request, "exchange/camp_import_detail.html", context, status=status_of(form))
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response


def _read_again(request: HttpRequest, upload: Upload) -> None:
    if read_again(upload=upload):
        tell_done(request, _("It is read again."))
    else:
        messages.error(request, _not_again(upload))


def _not_again(upload: Upload) -> str:
    if upload.state == Upload.State.DONE:
        return _("It is imported already.")
    return _("A worker is at it: look again in a while.")


def _have_read(request: SignedInRequest, upload: Upload, form: CampOpenForm) -> None:
    """A worker reads the file once more, to show it or to bring it in; or the next page says why not."""
    is_again = request.POST.get("again") == "1"
    if is_again and not upload.may_be_read:
        messages.error(request, _not_again(upload))
    elif not is_again and upload.is_pressed:
        # Nothing is read for it, so nothing is counted.
        tell_done(request, _("The import has begun."))
    elif not _may_have_read(request):
        messages.error(request, _too_many())
    elif is_again:
        _read_again(request, upload)
    elif start_bringing(upload=upload, **form.cleaned_data):
        tell_done(request, _("The import has begun."))
    else:
        messages.error(request, _("Nothing is imported: look at what the file would become first."))
