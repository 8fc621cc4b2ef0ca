"""What is printed: the grid as it is published, the empty one with a code in each cell, a card for each pitch."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.caching import no_store
from events.http import CampRequest, sent_from
from events.keeping import kept_on_devices
from events.models import Camp, Room, Slot
from events.practice_style import practice_style
from pitches.models import Pitch
from pitches.topics import hues_of

from ..models import Cell, GridVersion
from ..paper.codes import give_codes
from ..paper.marks import CardMark, CellMark, scan_address
from ..paper.pack import pack_of, pack_style, self_contained
from ..paper.sheets import PAPERS, Code, code_sheets, paper_of, sheets_of
from ..wall.grid import published_grid

#: codes of a page: each takes a server some milliseconds, and is two kilobytes
MOST_CODES = 240
#: a multiple of what fits on a sheet of either size, so that only the last is not full
CARDS_PER_PAGE = 64


@camp_view(Access.HELPER)
@require_safe
def paper_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """What there is to print, and how what hangs on the wall comes back."""
    prints = [
        (_("Pitch cards"), "schedule:cards_print"),
        (_("Empty grid with codes"), "schedule:cells_print"),
    ]
    if camp.grid_versions.exists():
        prints.append((_("Grid as published"), "schedule:grid_print"))
    context = {
        "camp": camp,
        "papers": PAPERS,
        "prints": prints,
        "can_place": request.me is not None and request.me.may_capture and not camp.is_archived,
    }
    return render(request, "schedule/paper_list.html", context)


@camp_view(Access.ANYONE)
@require_safe
@no_store
def grid_print(request: CampRequest, camp: Camp) -> HttpResponse:
    """As everybody sees it: what is on paper hangs where others read it, so nothing is marked for whoever prints."""
    version = GridVersion.latest(camp)
    if version is None:
        return redirect("schedule:grid_detail", camp.slug)
    paper = paper_of(request.GET.get("size", ""))
    context = _printed(request, camp, paper.code) | {
        "version": version,
        "sheets": sheets_of(published_grid(version, camp), paper, hues_of(camp), get_language() or ""),
    }
    return render(request, "schedule/grid_print.html", context)


@camp_view(Access.HELPER)
@require_safe
@no_store
def cells_print(request: CampRequest, camp: Camp) -> HttpResponse:
    """The empty grid; the codes are made for the sheets that are shown alone."""
    paper = paper_of(request.GET.get("size", ""))

    def code(slot: Slot, room: Room) -> Code:
        return Code(scan_address(request, CellMark.of(slot, room)), str(Cell(slot=slot, room=room)))

    sheets = code_sheets(camp, paper, code)
    per_page = max(1, MOST_CODES // max((sheet.count for sheet in sheets), default=1))
    context = _printed(request, camp, paper.code) | {
        "page": Paginator(sheets, per_page).get_page(request.GET.get("page"))
    }
    return render(request, "schedule/cells_print.html", context)


@camp_view(Access.HELPER)
@require_safe
@no_store
def cards_print(request: CampRequest, camp: Camp) -> HttpResponse:
    """A card for each pitch, or for each that waits for a place; the newest last, as they came."""
    paper, only_waiting = paper_of(request.GET.get("size", "")), request.GET.get("which") == "waiting"
    pitches = camp.pitches.open().prefetch_related("hosts").order_by("created_at", "pk")
    if only_waiting:
        pitches = pitches.exclude(pk__in=Pitch.objects.filter(sessions__cells__isnull=False, camp=camp))
    page = Paginator(pitches, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    hues = hues_of(camp)
    context = _printed(request, camp, paper.code) | {
        "page": page,
        "cards": [(pitch, hues.of(pitch.topic), scan_address(request, CardMark.of(pitch))) for pitch in page],
        "only_waiting": only_waiting,
    }
    return render(request, "schedule/cards_print.html", context)


@camp_view(Access.HELPER)
@sent_from("schedule:paper_list")
def pack_make(request: CampRequest, camp: Camp) -> HttpResponse:
    """One press: what came since has codes, too, and the file comes."""
    give_codes(camp=camp)
    paper = paper_of(request.POST.get("size", ""))
    return redirect(reverse("schedule:pack_file", args=[camp.slug]) + f"?size={paper.code}")


@camp_view(Access.HELPER)
@require_safe
@kept_on_devices
@no_store
def pack_print(request: CampRequest, camp: Camp) -> HttpResponse:
    """The pack as a page: a phone that showed it once keeps it."""
    return render(request, "schedule/pack_print.html", _pack(request, camp))


@camp_view(Access.HELPER)
@require_safe
@no_store
def pack_file(request: CampRequest, camp: Camp) -> HttpResponse:
    """The pack as one file that needs nothing beside it: no network, no other file, no script."""
    context = _pack(request, camp) | {"style": pack_style() + practice_style(camp), "is_file": True}
    response = HttpResponse(self_contained(render_to_string("schedule/pack_file.html", context, request)))
    # It opens where whoever pressed wants it: from a stick, say.
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}-paper-pack.html"'
    return response


def _pack(request: CampRequest, camp: Camp) -> dict[str, object]:
    paper = paper_of(request.GET.get("size", ""))
    pack = pack_of(camp, paper)
    cards = [
        (card, scan_address(request, CardMark.of(card.pitch)) if pack.has_card_codes else "") for card in pack.cards
    ]
    sheet = request.build_absolute_uri(reverse("schedule:sheet_type", args=[camp.slug]))
    return _printed(request, camp, paper.code) | {
        "pack": pack,
        "version": pack.version,
        "cards": cards,
        "sheet_address": sheet,
    }


def _printed(request: CampRequest, camp: Camp, size: str) -> dict[str, object]:
    """What every sheet says: of which camp it is, when it was printed, and where the grid is as it is now."""
    address = request.build_absolute_uri(reverse("schedule:grid_detail", args=[camp.slug]))
    return {"camp": camp, "papers": PAPERS, "size": size, "printed_at": timezone.now(), "grid_address": address}
