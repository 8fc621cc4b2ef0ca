"""Several at one board: who is here, what they hold and what they did; and of the board only what changed."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from events import stamps
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.presence import Sign, be_there
from schedule.draft.undo import undo_step
from schedule.models import Presence
from schedule.workshop.changed import HEADER, without_known
from schedule.workshop.here import TOLD, Here
from tests.factories import PitchFactory, make_organiser

HX = {"HX-Request": "true"}
MARKS = re.compile(r'<tr data-is="(\w+)"')


@pytest.fixture
def sign_in():
    """Each at a browser of their own."""

    def sign_in(attendee) -> Client:
        client = Client()
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@contextmanager
def at(moment):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        yield


@pytest.fixture
def knots(camp, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=rooms[0], slot=slots[0])


@pytest.fixture
def otto(camp):
    return make_organiser(camp, "Otto")


def draft(client, camp, **headers):
    return client.get(f"/{camp.slug}/draft/", headers=headers)


def here(client, camp, query: str = ""):
    return client.get(f"/{camp.slug}/draft/here/{query}", headers=HX)


def lift(client, session):
    return client.get(f"/{session.camp.slug}/draft/pitches/{session.pitch_id}/place/")


def hands(camp) -> int:
    return stamps.read(camp, stamps.HANDS)[0]


# -- of the board only what changed ------------------------------------------------------------------------


def test_only_the_rows_that_changed_are_sent(sign_in, olga, camp, rooms, slots, knots):
    client = sign_in(olga)
    page = draft(client, camp).content.decode()
    marks = dict.fromkeys(MARKS.findall(page))
    # As often on the page as there are tables: the board and its map.
    assert all(page.count(f'data-is="{mark}"') == 2 for mark in list(marks)[:2])
    place_session(pitch=knots.pitch, room=rooms[1], slot=slots[0], by=olga)
    answer = draft(client, camp, **HX, **{HEADER: ".".join(marks)}).content.decode()
    changed = MARKS.findall(answer)
    assert len(set(changed)) == 1
    assert f'id="slot-{slots[0].pk}"' in answer
    assert f'id="slot-{slots[1].pk}"' not in answer
    assert answer.count("<tr data-has=") == page.count("<tr data-is=") - len(changed)
    # Put together again it is the whole page's board.
    whole = draft(client, camp, **HX).content.decode()
    rows = {mark: [] for mark in marks}
    for found in re.finditer(r'<tr data-is="(\w+)".*?</tr>', page, re.DOTALL):
        rows[found[1]].append(found[0])
    again = re.sub(r'<tr data-has="(\w+)"></tr>', lambda found: rows[found[1]].pop(0), answer)
    assert MARKS.findall(again) == MARKS.findall(whole)


def test_what_nobody_has_is_sent_whole(sign_in, olga, camp, knots):
    client = sign_in(olga)
    answer = draft(client, camp, **HX, **{HEADER: "none.of.these"}).content.decode()
    assert "data-has" not in answer
    assert "Knots" in answer


def test_whoever_comes_back_to_the_board_gets_the_rows_that_changed(sign_in, olga, camp, rooms, slots, knots):
    """The page itself, for whoever put something somewhere (static/js/lift.js)."""
    client = sign_in(olga)
    marks = MARKS.findall(draft(client, camp).content.decode())
    cell = {"cell": f"{slots[1].pk}-{rooms[0].pk}", "seen": knots.revision}
    address = f"/{camp.slug}/draft/pitches/{knots.pitch_id}/place/"
    page = client.post(address, cell, headers={HEADER: ".".join(marks)}, follow=True).content.decode()
    assert "<html" in page
    assert [f'id="slot-{slot.pk}"' in page for slot in slots] == [True, True, False]


def test_a_title_that_looks_like_a_row_is_none():
    html = '<tr data-is="ab"><td>&lt;/tr&gt;&lt;tr data-is="cd"&gt;</td></tr><tr data-is="cd"><td>x</td></tr>'
    assert without_known(html, "ab") == '<tr data-has="ab"></tr><tr data-is="cd"><td>x</td></tr>'


def test_the_page_of_places_sends_the_rows_with_other_prices_only(sign_in, olga, camp, rooms, slots, knots):
    bells = place_session(pitch=PitchFactory(camp=camp, title="Bells"), room=rooms[1], slot=slots[0])
    client = sign_in(olga)
    address = f"/{camp.slug}/draft/pitches/{bells.pitch_id}/place/"
    marks = MARKS.findall(client.get(address).content.decode())
    place_session(pitch=knots.pitch, room=rooms[0], slot=slots[1])
    answer = client.get(address, headers={HEADER: ".".join(marks)}).content.decode()
    assert f'id="slot-{slots[0].pk}"' in answer
    assert f'id="slot-{slots[1].pk}"' in answer
    assert f'id="slot-{slots[2].pk}"' not in answer
    assert "data-has" in answer


# -- who is here -------------------------------------------------------------------------------------------


def test_who_has_the_board_open_is_told_to_the_others_with_the_mark(sign_in, olga, otto, camp):
    draft(sign_in(otto), camp)
    page = draft(sign_in(olga), camp).content.decode()
    told = page[page.index('id="draft-here"') : page.index("draft-grid")]
    assert "Otto" in told
    assert "Organiser" in told
    assert "Olga" not in told


def test_whoever_is_not_heard_of_is_gone_within_half_a_minute(sign_in, olga, otto, camp):
    now = timezone.now()
    with at(now):
        draft(sign_in(otto), camp)
    client = sign_in(olga)
    with at(now + timedelta(seconds=19)):
        assert "Otto" in here(client, camp).content.decode()
    with at(now + timedelta(seconds=21)):
        assert "Otto" not in here(client, camp).content.decode()


def test_a_page_that_asks_all_the_time_is_written_down_once_in_ten_seconds(sign_in, olga, camp):
    client, now, seen = sign_in(olga), timezone.now(), set()
    with at(now):
        draft(client, camp)
    before = hands(camp)
    for second in range(0, 60, 2):
        with at(now + timedelta(seconds=second)):
            here(client, camp)
            seen.add(Presence.objects.get(attendee=olga).seen_at)
    assert len(seen) == 6
    # What others see is the same all the while: nobody is told anything.
    assert hands(camp) == before


def test_an_attendee_is_never_written_down(sign_in, cleo, camp):
    client = sign_in(cleo)
    assert here(client, camp).status_code == 403
    client.get(f"/{camp.slug}/grid/", headers=HX)
    assert not Presence.objects.exists()


def test_what_is_so_still_is_not_sent_again(sign_in, olga, otto, camp):
    client = sign_in(olga)
    draft(sign_in(otto), camp)
    stamp = re.search(r"stamp=(\w+)", here(client, camp).content.decode())[1]
    assert here(client, camp, f"?stamp={stamp}").status_code == 204
    Presence.objects.all().delete()
    assert here(client, camp, f"?stamp={stamp}").status_code == 200


def test_by_hand_its_address_leads_to_the_board(sign_in, olga, camp):
    assert sign_in(olga).get(f"/{camp.slug}/draft/here/").url == f"/{camp.slug}/draft/"


def test_in_an_archived_camp_nobody_is_written_down(sign_in, olga, camp):
    camp.archived_at = timezone.now()
    camp.save()
    assert draft(sign_in(olga), camp).status_code == 200
    assert not Presence.objects.exists()


# -- what they hold ----------------------------------------------------------------------------------------


def test_a_card_that_somebody_holds_says_so_without_scripts(sign_in, olga, otto, camp, knots):
    lift(sign_in(otto), knots)
    page = draft(sign_in(olga), camp).content.decode()
    assert f'id="entry-{knots.pk}" data-held="Otto holds this"' in page
    assert re.search(r"Otto.*holds “Knots”", page, re.DOTALL)


def test_what_waits_is_held_as_well(sign_in, olga, otto, camp, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Bells")
    sign_in(otto).get(f"/{camp.slug}/draft/pitches/{pitch.pk}/place/")
    assert f'id="waiting-{pitch.pk}" data-held="Otto holds this"' in draft(sign_in(olga), camp).content.decode()


def test_whoever_lifts_it_too_is_warned_and_may_move_it_all_the_same(sign_in, olga, otto, camp, rooms, slots, knots):
    lift(sign_in(otto), knots)
    client = sign_in(olga)
    page = lift(client, knots).content.decode()
    assert "holds it, too" in page
    cell = {"cell": f"{slots[1].pk}-{rooms[0].pk}", "seen": knots.revision}
    assert client.post(f"/{camp.slug}/draft/pitches/{knots.pitch_id}/place/", cell).status_code == 302


def test_the_second_of_two_who_hold_it_is_told_what_the_first_did(sign_in, olga, otto, camp, rooms, slots, knots):
    address = f"/{camp.slug}/draft/pitches/{knots.pitch_id}/place/"
    first, second = sign_in(otto), sign_in(olga)
    answers = [
        client.post(address, {"cell": f"{slots[1].pk}-{rooms[0].pk}", "seen": knots.revision})
        for client in (first, second)
    ]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "Otto moved “Knots” meanwhile: " in answers[1].content.decode()


def test_a_move_on_a_stale_view_is_applied_where_it_still_makes_sense(sign_in, olga, otto, camp, rooms, slots, knots):
    """Somebody moved another session since: that is no reason to look again."""
    bells = place_session(pitch=PitchFactory(camp=camp, title="Bells"), room=rooms[1], slot=slots[0])
    place_session(pitch=bells.pitch, room=rooms[1], slot=slots[1], by=otto)
    cell = {"cell": f"{slots[1].pk}-{rooms[0].pk}", "seen": knots.revision}
    answer = sign_in(olga).post(f"/{camp.slug}/draft/pitches/{knots.pitch_id}/place/", cell)
    assert answer.status_code == 302
    knots.refresh_from_db()
    assert knots.place.slot == slots[1]


def test_it_is_put_down_by_going_back_and_by_putting_it_somewhere(sign_in, olga, otto, camp, knots):
    client = sign_in(otto)
    lift(client, knots)
    assert [found.session_id for found in Here.beside(olga, camp).held] == [knots.pk]
    draft(client, camp)
    assert Here.beside(olga, camp).held == []


def test_another_window_of_theirs_that_asks_puts_nothing_down(sign_in, olga, otto, camp, knots):
    client = sign_in(otto)
    lift(client, knots)
    here(client, camp)
    assert [found.session_id for found in Here.beside(olga, camp).held] == [knots.pk]


def test_a_page_of_places_that_asks_holds_on_and_one_that_died_lets_go(sign_in, olga, otto, camp, knots):
    now, client = timezone.now(), sign_in(otto)
    hand = f"?hand={knots.pitch_id}-{knots.pk}"
    with at(now):
        lift(client, knots)
        here(client, camp, hand)
    with at(now + timedelta(seconds=15)):
        here(client, camp, hand)
    with at(now + timedelta(seconds=30)):
        assert len(Here.beside(olga, camp).held) == 1
    with at(now + timedelta(seconds=36)):
        assert Here.beside(olga, camp).held == []


def test_without_scripts_it_is_held_for_a_minute_and_a_half(sign_in, olga, otto, camp, knots):
    now = timezone.now()
    with at(now):
        lift(sign_in(otto), knots)
    with at(now + timedelta(seconds=85)):
        assert [found.session_id for found in Here.beside(olga, camp).held] == [knots.pk]
    with at(now + timedelta(seconds=91)):
        assert Here.beside(olga, camp).people == []


def test_pages_that_are_loaded_are_written_down_no_more_often(sign_in, olga, camp):
    client, now, seen = sign_in(olga), timezone.now(), set()
    for second in range(0, 20, 2):
        with at(now + timedelta(seconds=second)):
            draft(client, camp)
            seen.add(Presence.objects.get(attendee=olga).seen_at)
    assert len(seen) == 2


def test_what_asked_before_it_was_put_down_takes_nothing_in_hand_again(sign_in, olga, otto, camp, knots):
    now, client = timezone.now(), sign_in(otto)
    hand = f"?hand={knots.pitch_id}-{knots.pk}"
    with at(now):
        lift(client, knots)
        draft(client, camp)
        here(client, camp, hand)
        assert Here.beside(olga, camp).held == []
    # A page that slept comes back with what it holds.
    with at(now + timedelta(minutes=5)):
        here(client, camp, hand)
        assert len(Here.beside(olga, camp).held) == 1


def test_a_hand_that_says_anything_else_holds_nothing(sign_in, olga, otto, camp, knots):
    for text in ("x", "999999-1", f"{knots.pitch_id}-x", "-", "1" * 40):
        assert here(sign_in(otto), camp, f"?hand={text}").status_code in (200, 204)


def test_lifting_and_putting_down_are_told_at_once_and_nothing_else_is(camp, olga, knots):
    be_there(me=olga, sign=Sign.LOOKS)
    start = hands(camp)
    be_there(me=olga, sign=Sign.LIFTS, pitch=knots.pitch, session=knots)
    be_there(me=olga, sign=Sign.HOLDS, pitch=knots.pitch, session=knots)
    be_there(me=olga, sign=Sign.ASKS)
    assert hands(camp) == start + 1
    be_there(me=olga, sign=Sign.LOOKS)
    assert hands(camp) == start + 2


# -- what they did -----------------------------------------------------------------------------------------


def test_what_others_did_is_told_with_their_name_for_a_moment(olga, otto, camp, rooms, slots, knots):
    place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1], by=otto)
    told = Here.beside(olga, camp)
    assert [(found.step.by, found.sentence) for found in told.steps][:1] == [
        (otto, f"“Knots” moved to {rooms[1]}, 11:00")
    ]
    assert told.lights.split()[0].endswith(f":entry-{knots.pk}")
    assert [found.step.by for found in Here.beside(otto, camp).steps] == [None]
    with at(timezone.now() + TOLD):
        assert Here.beside(olga, camp).steps == []


def test_what_somebody_takes_back_is_told_as_well(sign_in, olga, otto, camp, knots):
    unplace_session(session=knots, by=otto)
    undo_step(camp=camp, by=otto)
    assert "taken back: " in here(sign_in(olga), camp).content.decode()
    assert "b:entry-" in Here.beside(olga, camp).lights


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_however_many_are_here(sign_in, olga, camp, knots, count, django_assert_num_queries):
    for number in range(count):
        be_there(me=make_organiser(camp, f"Otto {number}"), sign=Sign.LIFTS, pitch=knots.pitch, session=knots)
    client = sign_in(olga)
    here(client, camp)
    with django_assert_num_queries(10):
        assert here(client, camp).content.decode().count("holds “Knots”") == count
