"""My sessions: what has a place, and what I wanted and has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from events import stamps
from pitches.models import Pitch
from pitches.services import set_interest, submit_pitch, withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.wall import publish
from schedule.wall.mine import not_on_the_grid, read_wall, withdrawn_from_me
from schedule.wall.publish import publish_grid
from schedule.wall.stamp import PARTS
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, publish_anew

NOTHING_YET = "You have not said yet what you want to be at."


@pytest.fixture
def wished(full_camp, cleo):
    """Knots and the idea have places; two more have none."""
    maps, tents = (PitchFactory(camp=full_camp.camp, title=title) for title in ("Maps", "Tents"))
    for pitch, level in ((full_camp.pitch, 2), (full_camp.idea, 1), (maps, 1), (tents, 2)):
        set_interest(pitch=pitch, attendee=cleo, level=level)
    return {"knots": full_camp.pitch, "idea": full_camp.idea, "maps": maps, "tents": tents}


def read(camp):
    return read_wall(camp, stamps.read(camp, *PARTS))


def wishes_of(me) -> dict[int, int]:
    return dict(me.interests.values_list("pitch_id", "level"))


def not_placed(camp, me) -> list[str]:
    return [found.title for found in not_on_the_grid(read(camp), me, wishes_of(me))]


def withdrawn(camp, me) -> tuple[list[str], int]:
    return withdrawn_from_me(read(camp), me, wishes_of(me))


def test_not_on_the_grid_is_what_i_wish_and_has_no_place_musts_first(wished, camp, cleo):
    assert not_placed(camp, cleo) == ["Tents", "Maps"]


def test_a_withdrawn_pitch_is_not_told_as_missing(wished, camp, cleo):
    withdraw_pitch(pitch=wished["maps"], by=None)
    assert not_placed(camp, cleo) == ["Tents"]


def test_a_session_taken_off_the_grid_is_missing_from_the_next_version_on(wished, full_camp, camp, cleo):
    unplace_session(session=full_camp.session)
    publish_grid(camp=camp, by=None)
    assert not_placed(camp, cleo) == ["Knots", "Tents", "Maps"]


def test_what_has_a_place_is_missing_nowhere_and_nothing_is_asked_anew(
    full_camp, camp, cleo, django_assert_num_queries
):
    set_interest(pitch=full_camp.pitch, attendee=cleo, level=2)
    wall = read(camp)
    with django_assert_num_queries(0):
        assert not_on_the_grid(wall, cleo, {full_camp.pitch.pk: 2}) == []


def test_what_i_host_and_waits_for_a_place_is_mine_and_stands_first(wished, camp, cleo, ben):
    owls = PitchFactory(camp=camp, title="Owls", hosts=[ben, cleo])
    PitchFactory(camp=camp, title="Newts", hosts=[ben])
    assert not_placed(camp, cleo) == ["Owls", "Tents", "Maps"]
    withdraw_pitch(pitch=owls, by=ben)
    assert not_placed(camp, cleo) == ["Tents", "Maps"]


@pytest.mark.parametrize("has_grid", [True, False])
def test_whoever_only_hosts_what_waits_finds_it_on_the_page(has_grid, full_camp, camp, cleo, sign_in):
    if not has_grid:
        camp = CampFactory()
        cleo = AttendeeFactory(camp=camp)
    page = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    assert NOTHING_YET in page
    submit_pitch(pitch=Pitch(camp=camp, title="Owls"), by=cleo, hosts=[cleo])
    page = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    assert ("Owls" in page, "You host" in page, NOTHING_YET in page) == (True, True, False)


def test_what_i_wanted_and_was_withdrawn_is_told_without_its_title(full_camp, camp, cleo, sign_in, monkeypatch):
    """Also after the next publish, and on the days after; where it was tells which one."""
    set_interest(pitch=full_camp.pitch, attendee=cleo, level=1)
    was = camp.grid_versions.first().placements.get(session=full_camp.session)
    withdraw_pitch(pitch=full_camp.pitch, by=None)
    assert withdrawn(camp, cleo) == ([], 0), "it stands in its slot still"
    page = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    assert page.count("One of the sessions you wanted was withdrawn.") == 2, "until it is seen, and in its slot"
    assert "Not on the grid" not in page
    today = timezone.now()
    for days in range(3):
        monkeypatch.setattr(publish.timezone, "now", lambda days=days: today + timedelta(days=days))
        publish_anew(camp)
        assert withdrawn(camp, cleo) == ([f"{was.room_name}, Sat {was.starts_at.astimezone(camp.tz):%H:%M}"], 0)
    page = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    assert "One of the sessions you wanted was withdrawn." in page
    assert f"It was in {was.room_name}, Sat" in page
    assert (full_camp.pitch.title in page, NOTHING_YET in page) == (False, False)


def test_what_was_withdrawn_before_it_had_a_place_is_told_to_whoever_wanted_it_and_does_not_host_it(
    full_camp, camp, cleo, ben
):
    maps = PitchFactory(camp=camp, title="Maps", hosts=[ben])
    for who in (cleo, ben):
        set_interest(pitch=maps, attendee=who, level=1)
    withdraw_pitch(pitch=maps, by=ben)
    assert (withdrawn(camp, cleo), withdrawn(camp, ben)) == (([], 1), ([], 0))


def test_the_page_names_it_under_its_heading(wished, camp, cleo, sign_in):
    page = sign_in(cleo).get(f"/{camp.slug}/my/").content.decode()
    placed, missing = page.split("Not on the grid")
    assert "Knots" in placed
    assert "Knots" not in missing
    assert "Tents" in missing


def test_a_withdrawn_session_stays_with_whoever_leads_it(wished, full_camp, camp, ben, sign_in):
    assert full_camp.pitch.hosts.get() == ben
    withdraw_pitch(pitch=full_camp.pitch, by=ben)
    page = sign_in(ben).get(f"/{camp.slug}/my/").content.decode()
    assert "A withdrawn session" in page
    assert "You host" in page
    assert "Knots" not in page


@pytest.mark.parametrize("is_host", [True, False])
def test_a_withdrawn_session_is_in_the_way_of_nothing(is_host, camp, rooms, slots, cleo, sign_in):
    """Neither for whoever led it nor for whoever wanted to be there; what else runs then may be."""
    gone, stays, other = (PitchFactory(camp=camp) for _ in range(3))
    for pitch, room in ((gone, rooms[0]), (stays, rooms[1])):
        place_session(pitch=pitch, room=room, slot=slots[0])
    place_session(pitch=other, room=rooms[0], slot=slots[1])
    if is_host:
        gone.hosts.set([cleo])
    for pitch in (stays,) if is_host else (gone, stays):
        set_interest(pitch=pitch, attendee=cleo, level=1)
    publish_grid(camp=camp, by=None, accept_broken=True)
    client = sign_in(cleo)
    # What one hosts is decided already.
    told = {"my/": "Also then:", "grid/": "You go to another"} if is_host else {"my/": "Two at once", "grid/": "Clash"}
    pages = {f"/{camp.slug}/{page}": words for page, words in told.items()}
    assert [words in client.get(page).content.decode() for page, words in pages.items()] == [True, True]
    withdraw_pitch(pitch=gone, by=None)
    assert [words in client.get(page).content.decode() for page, words in pages.items()] == [False, False]


def test_another_who_looks_asks_nothing_more_of_the_grid(
    wished, camp, cleo, ben, sign_in, django_assert_max_num_queries
):
    sign_in(cleo).get(f"/{camp.slug}/my/")
    client = sign_in(ben)
    with django_assert_max_num_queries(5):
        client.get(f"/{camp.slug}/my/")
