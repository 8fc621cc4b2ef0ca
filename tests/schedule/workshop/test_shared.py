"""The draft is rendered once for all organisers, and what is kept of it is never stale."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from events.editing import edit_camp
from events.frame import set_away
from events.joining import rename_attendee
from events.models import Camp
from schedule.advice import renew_figures
from schedule.draft.moves import place_session
from schedule.models import Draft
from schedule.wall import grid
from schedule.workshop import board, shared
from tests.addresses import FullCamp
from tests.factories import PitchFactory, make_organiser
from tests.test_archived import send, undone, written_to

#: masked anew each time
TOKEN = re.compile(r"\w{64}|(?<=name=\"form_key\" value=\")\w{36}")

TIMES = re.compile(r"–\d\d:\d\d")


@pytest.fixture
def read(sign_in, olga, full_camp) -> Callable[[], str]:
    """The draft's page as an organiser reads it."""
    client = sign_in(olga)

    def read() -> str:
        response = client.get(f"/{full_camp.camp.slug}/draft/")
        return TOKEN.sub("", response.content.decode())

    return read


@pytest.fixture
def rendered(monkeypatch) -> list[int]:
    """The revisions of the drafts that were rendered, in turn."""
    revisions, render = [], shared._render

    def count(found: shared.SharedDraft, *rest: object) -> str:
        revisions.append(found.draft.revision)
        return render(found, *rest)

    monkeypatch.setattr(shared, "_render", count)
    return revisions


def part(full_camp: FullCamp) -> str:
    """What is kept of the page."""
    draft = Draft.of(Camp.objects.get(pk=full_camp.camp.pk))
    return shared.SharedDraft.of(draft, getattr(draft, "figures", None)).html()


def test_no_form_leaves_what_is_kept_as_it_was_before(sign_in, olga, full_camp, empty_cache):
    """Every form of the camp is sent; what is kept then is what is rendered anew."""
    poster, wrong, changed = sign_in(olga), [], 0
    before = part(full_camp)
    for address in written_to(full_camp):
        with undone():
            send(poster, full_camp, address)
            if not Camp.objects.filter(pk=full_camp.camp.pk).exists():
                continue
            after = part(full_camp)
            empty_cache()
            if part(full_camp) != after:
                wrong.append(address.name)
            changed += after != before
        # What was kept belongs to stamps that were rolled back.
        empty_cache()
        assert part(full_camp) == before
    assert wrong == []
    assert changed > 20


def test_all_organisers_share_one_rendering_until_the_draft_changes(sign_in, full_camp, rooms, slots, read, rendered):
    other = make_organiser(full_camp.camp, "Otto")
    read()
    assert 'id="draft-grid"' in sign_in(other).get(f"/{full_camp.camp.slug}/draft/").content.decode()
    assert len(rendered) == 1
    place_session(pitch=full_camp.pitch, room=rooms[0], slot=slots[2])
    assert read() == read()
    assert len(rendered) == 2


def test_a_host_who_waits_for_the_first_publish_goes_by_another_name(full_camp, cleo, read):
    """Nothing that was published changes with it: only people's own stamp tells."""
    PitchFactory(camp=full_camp.camp, hosts=[cleo])
    assert "Cleopatra" not in read()
    rename_attendee(attendee=cleo, display_name="Cleopatra")
    assert "Cleopatra" in read()


def test_the_clocks_of_the_camp_are_set_anew(full_camp, read):
    """No session can be anywhere else for that, so the draft's own number stays."""
    camp = full_camp.camp
    before = read()
    camp.time_zone = "Asia/Tokyo"
    edit_camp(camp=camp, fields=["time_zone"], clocks="moment", by=None)
    assert TIMES.findall(read()) != TIMES.findall(before) != []


def test_figures_that_were_just_counted_are_shown(full_camp, read):
    assert "The figures are being counted." in read()
    renew_figures(camp=full_camp.camp)
    assert "The figures are being counted." not in read()


def test_a_slot_that_begins_is_now(full_camp, read, monkeypatch):
    start = full_camp.slots[0].starts_at
    assert "now-flag" not in read()
    for module in (grid, shared, board):
        monkeypatch.setattr(module, "timezone", SimpleNamespace(now=lambda: start + timedelta(minutes=1)))
    assert "now-flag" in read()


def test_a_session_that_breaks_a_rule_looks_wrong(full_camp, read):
    assert 'class="entry wrong"' not in read()
    place = full_camp.session.cells.first()
    set_away(attendee=full_camp.host, slots=[place.slot], is_away=True, by=None)
    assert read().count('class="entry wrong"') == 1
