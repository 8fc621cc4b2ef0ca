"""What moved of mine is told on every page until I have seen it: by a button, never by looking."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.once import BACKEND
from events.editing import edit_camp
from events.merging import merge_attendees
from events.models import Attendee
from events.news import hear
from events.shifting import Clocks
from pitches.services import merge_pitches, return_pitch, set_interest, withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.models import Telling, Withdrawal
from schedule.wall.choices import go_to, stay_away
from schedule.wall.publish import publish_grid
from schedule.wall.unseen import see_moves, unseen_of
from tests.factories import DAY, AttendeeFactory, PitchFactory, RoomFactory, make_slot, publish_anew

BANNER = 'class="message warning moves"'
TAG = 'class="tag moved unseen"'


@pytest.fixture
def snug(camp):
    return RoomFactory(camp=camp, name="Snug")


@pytest.fixture
def boardroom(camp):
    return RoomFactory(camp=camp, name="Boardroom")


@pytest.fixture
def slots(camp):
    return [make_slot(camp, hour) for hour in (14, 15, 16)]


@pytest.fixture
def form(camp, ben, snug, slots):
    """Whose form is it anyway, in the Snug at two."""
    pitch = PitchFactory(camp=camp, title="Whose form?", hosts=[ben], proposed_by=ben)
    return place_session(pitch=pitch, room=snug, slot=slots[0])


@pytest.fixture
def nell(camp, form):
    """Came the day before, and wants to be there."""
    nell = AttendeeFactory(camp=camp, display_name="Nell", joined_at=timezone.now() - timedelta(days=1))
    set_interest(pitch=form.pitch, attendee=nell, level=1)
    return nell


def put(session, room, slot) -> None:
    place_session(pitch=session.pitch, session=session, room=room, slot=slot)


def published(camp):
    return publish_grid(camp=camp, by=None, accept_broken=True)


def returned(pitch, by) -> None:
    pitch.refresh_from_db()
    return_pitch(pitch=pitch, seen=pitch.withdrawal, by=by)


def looks(attendee: Attendee) -> Client:
    client = Client()
    client.force_login(attendee.user, backend=BACKEND)
    return client


def told(attendee: Attendee) -> list[tuple[str, str, str, bool]]:
    """Title, where and when, what is not so any more, and whether it is off the grid."""
    unseen = unseen_of(Attendee.objects.select_related("camp").get(pk=attendee.pk))
    return [(m.title, f"{m.place.room}, {m.at}", m.was, m.is_gone) for m in unseen.moves]


@pytest.mark.usefixtures("nell")
class TestWhatIsTold:
    def test_the_first_grid_is_no_move(self, camp, nell):
        published(camp)
        assert told(nell) == []

    def test_another_room(self, camp, nell, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        assert told(nell) == [("Whose form?", "Boardroom, Sat 14:00", "Snug", False)]

    def test_another_time(self, camp, nell, form, snug, slots):
        published(camp)
        put(form, snug, slots[1])
        published(camp)
        assert told(nell) == [("Whose form?", "Snug, Sat 15:00", "14:00", False)]

    def test_both(self, camp, nell, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[1])
        published(camp)
        assert told(nell) == [("Whose form?", "Boardroom, Sat 15:00", "Snug, 14:00", False)]

    def test_against_what_was_seen_not_against_the_version_before(self, camp, nell, form, boardroom, snug, slots):
        published(camp)
        put(form, boardroom, slots[1])
        published(camp)
        put(form, boardroom, slots[2])
        published(camp)
        assert told(nell) == [("Whose form?", "Boardroom, Sat 16:00", "Snug, 14:00", False)]
        put(form, snug, slots[0])
        published(camp)
        assert told(nell) == [], "there and back is no news"

    def test_cancelled_with_its_last_place_and_back(self, camp, nell, form, boardroom, snug, slots):
        published(camp)
        put(form, boardroom, slots[1])
        published(camp)
        unplace_session(session=form)
        published(camp)
        assert told(nell) == [("Whose form?", "Boardroom, Sat 15:00", "", True)]
        see_moves(attendee=nell, at=timezone.now())
        assert told(nell) == []
        put(form, snug, slots[2])
        published(camp)
        assert told(nell) == [("Whose form?", "Snug, Sat 16:00", "", False)]

    def test_what_was_withdrawn_tells_no_title_and_is_told_at_once(self, camp, nell, form, ben):
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        assert told(nell) == [("A withdrawn session", "Snug, Sat 14:00", "", True)]
        page = looks(nell).get(f"/{camp.slug}/").content.decode()
        assert "One of the sessions you wanted was withdrawn." in page
        assert "Whose form?" not in page

    def test_what_was_withdrawn_and_seen_is_told_by_no_version_anew(self, camp, nell, form, ben, boardroom, slots):
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        published(camp)
        assert told(nell) == [("A withdrawn session", "Snug, Sat 14:00", "", True)]
        see_moves(attendee=nell, at=Withdrawal.objects.get().at)
        assert told(nell) == []
        publish_anew(camp)
        assert told(nell) == []

    def test_what_moved_and_was_withdrawn_is_told_with_its_last_place(self, camp, nell, form, ben, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[1])
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        assert told(nell) == [("A withdrawn session", "Boardroom, Sat 15:00", "", True)]

    def test_what_came_back_is_told_to_whoever_saw_that_it_was_gone(self, camp, nell, form, ben):
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        returned(form.pitch, ben)
        assert told(nell) == [], "gone and back is no news"
        withdraw_pitch(pitch=form.pitch, by=ben)
        see_moves(attendee=nell, at=timezone.now())
        assert told(nell) == []
        returned(form.pitch, ben)
        assert told(nell) == [("Whose form?", "Snug, Sat 14:00", "", False)]
        publish_anew(camp)
        assert told(nell) == [("Whose form?", "Snug, Sat 14:00", "", False)], "the version has nothing to add"

    def test_what_came_back_after_a_version_without_it_is_told_by_the_next(
        self, camp, nell, form, ben, boardroom, slots
    ):
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        published(camp)
        see_moves(attendee=nell, at=timezone.now())
        returned(form.pitch, ben)
        assert told(nell) == [], "it stands on no grid that is published"
        put(form, boardroom, slots[1])
        published(camp)
        assert told(nell) == [("Whose form?", "Boardroom, Sat 15:00", "", False)]

    def test_what_is_part_of_another_pitch_is_told_to_whoever_goes_there(self, camp, nell, form, snug, slots):
        other = place_session(pitch=PitchFactory(camp=camp), room=snug, slot=slots[1])
        late = AttendeeFactory(camp=camp, joined_at=nell.joined_at)
        published(camp)
        go_to(session=form, attendee=late)
        merge_pitches(source=form.pitch, target=other.pitch, by=None)
        assert told(late) == [("A withdrawn session", "Snug, Sat 14:00", "", True)]
        assert told(nell) == [], "what they want is the other one now"

    def test_a_session_that_is_carried_over_is_not_withdrawn(self, camp, form, nell):
        published(camp)
        merge_pitches(source=form.pitch, target=PitchFactory(camp=camp, title="Both"), by=None)
        assert (told(nell), Withdrawal.objects.count()) == ([], 0)

    def test_what_is_withdrawn_in_another_zone_kept_its_clock_time(self, camp, nell, form, ben):
        published(camp)
        withdraw_pitch(pitch=form.pitch, by=ben)
        camp.refresh_from_db()
        camp.time_zone = "Asia/Tokyo"
        edit_camp(camp=camp, fields=["time_zone"], by=None, clocks=Clocks.CLOCK)
        assert told(nell) == [("A withdrawn session", "Snug, Sat 14:00", "", True)]

    def test_what_is_over_and_what_was_on_no_grid_is_no_withdrawal(self, camp, form, ben, at, snug, slots):
        place_session(pitch=PitchFactory(camp=camp), room=snug, slot=slots[1])
        published(camp)
        fresh = place_session(pitch=PitchFactory(camp=camp), room=snug, slot=slots[2])
        withdraw_pitch(pitch=fresh.pitch, by=None)
        at(DAY + timedelta(hours=15))
        withdraw_pitch(pitch=form.pitch, by=ben)
        assert Withdrawal.objects.count() == 0

    def test_what_is_new_on_a_later_grid_is_no_move_and_then_moves(self, camp, nell, boardroom, snug, slots):
        published(camp)
        late = place_session(pitch=PitchFactory(camp=camp, title="Late"), room=snug, slot=slots[1])
        set_interest(pitch=late.pitch, attendee=nell, level=2)
        published(camp)
        assert told(nell) == []
        put(late, boardroom, slots[1])
        published(camp)
        assert told(nell) == [("Late", "Boardroom, Sat 15:00", "Snug", False)]

    def test_who_comes_after_it_moved_is_told_nothing(self, camp, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        late = AttendeeFactory(camp=camp)
        set_interest(pitch=form.pitch, attendee=late, level=1)
        assert told(late) == []

    def test_of_what_is_nobodys_nobody_is_told(self, camp, cleo, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        Attendee.objects.filter(pk=cleo.pk).update(joined_at=timezone.now() - timedelta(days=1))
        assert told(cleo) == []

    def test_another_zone_whose_clocks_show_the_same_is_no_move(self, camp, nell, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        camp.refresh_from_db()
        camp.time_zone = "Asia/Tokyo"
        edit_camp(camp=camp, fields=["time_zone"], by=None, clocks=Clocks.CLOCK)
        put(form, boardroom, slots[0])
        assert told(nell) == [("Whose form?", "Boardroom, Sat 14:00", "Snug", False)]

    def test_what_is_over_is_told_no_more(self, camp, nell, form, boardroom, slots, at):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        at(DAY + timedelta(hours=14, minutes=59))
        assert told(nell) == [("Whose form?", "Boardroom, 14:00", "Snug", False)]
        at(DAY + timedelta(hours=15))
        assert told(nell) == []

    def test_an_archived_camp_tells_nothing(self, camp, nell, form, boardroom, slots):
        published(camp)
        put(form, boardroom, slots[0])
        published(camp)
        camp.archived_at = timezone.now()
        camp.save()
        assert told(nell) == []


@pytest.fixture
def at(monkeypatch):
    def set_clock(moment) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock


@pytest.fixture
def moved(camp, nell, form, boardroom, slots):
    """It is in the Boardroom, and Nell has not seen that."""
    published(camp)
    put(form, boardroom, slots[0])
    published(camp)
    return form


def pages_of(camp, session) -> dict[str, str]:
    return {
        "grid": f"/{camp.slug}/grid/",
        "mine": f"/{camp.slug}/my/",
        "session": f"/{camp.slug}/sessions/{session.pk}/",
        "pitch": f"/{camp.slug}/pitches/{session.pitch_id}/",
        "about": f"/{camp.slug}/",
        "board": f"/{camp.slug}/pitches/",
        "notes": f"/{camp.slug}/record/",
        "a form": f"/{camp.slug}/pitches/new/",
    }


def now() -> str:
    return timezone.now().isoformat()


def with_it(client, pages, mark) -> set[str]:
    return {name for name, page in pages.items() if mark in client.get(page).content.decode()}


PLACES = {"grid", "mine", "session", "pitch", "about"}


def test_every_page_tells_it_until_it_is_seen(camp, nell, moved):
    client, pages = looks(nell), pages_of(camp, moved)
    for _look in range(2):
        assert with_it(client, pages, BANNER) == pages.keys()
        assert with_it(client, pages, TAG) == PLACES
    page = client.get(pages["board"]).content.decode()
    assert "<strong>Boardroom</strong>" in page
    assert "<s>Snug</s>. Still Sat 14:00." in page
    [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
    answer = client.post(f"/{camp.slug}/my/moves/seen/", {"seen": seen, "next": pages["board"]})
    assert answer.url == pages["board"]
    assert 'name="form_key"' in page[page.index(BANNER) : page.index("I have seen it")]
    assert with_it(client, pages, BANNER) == set()
    assert with_it(client, pages, TAG) == set()
    assert with_it(client, pages, "Moved from Snug") == PLACES, "the quiet tag stays for the day"


def test_show_me_leads_to_the_session_and_is_seeing(camp, nell, moved):
    client = looks(nell)
    assert client.get(f"/{camp.slug}/my/moves/seen/").url == f"/{camp.slug}/my/"
    assert told(nell) != [], "an address that is looked at changes nothing"
    answer = client.post(f"/{camp.slug}/my/moves/seen/", {"seen": now(), "show": str(moved.pk)})
    assert answer.url == f"/{camp.slug}/sessions/{moved.pk}/"
    assert told(nell) == []


@pytest.mark.parametrize("show", ["", "0", "x", "99999999", "²"])
def test_show_me_of_something_else_leads_to_mine(camp, nell, moved, show):
    answer = looks(nell).post(f"/{camp.slug}/my/moves/seen/", {"seen": now(), "show": show})
    assert answer.url == f"/{camp.slug}/my/"


def test_what_was_published_since_the_page_was_made_is_told_anew(camp, nell, moved, snug, slots):
    page = looks(nell).get(f"/{camp.slug}/").content.decode()
    put(moved, snug, slots[2])
    published(camp)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
    looks(nell).post(f"/{camp.slug}/my/moves/seen/", {"seen": seen})
    assert told(nell) == [("Whose form?", "Snug, Sat 16:00", "Boardroom, 14:00", False)]


@pytest.mark.parametrize("seen", ["", "2", "x", "2027-13-45T99:00", "2027-01-01T00:00:00", "9999-12-31T23:59:59-23:59"])
def test_what_no_page_of_ours_says_is_no_moment(camp, nell, moved, seen):
    answer = looks(nell).post(f"/{camp.slug}/my/moves/seen/", {"seen": seen})
    assert answer.status_code == 302
    # The last is one, if far ahead: it counts as the moment of the last change.
    assert len(told(nell)) == (0 if seen.startswith("9999") else 1)


def test_what_was_seen_by_version_was_seen_by_moment(camp, nell, moved):
    """What the migration makes of rows of the release before."""
    first, second = camp.grid_versions.order_by("number").values_list("published_at", flat=True)
    Attendee.objects.filter(pk=nell.pk).update(grid_seen=2)
    late = AttendeeFactory(camp=camp)
    Telling.objects.create(attendee=late, mailed=0)
    Telling.objects.create(attendee=nell, mailed=1)
    import_module("schedule.migrations.0020_seen_by_moment").by_moment(apps, None)
    assert dict(camp.attendees.exclude(moves_seen_at=None).values_list("pk", "moves_seen_at")) == {nell.pk: second}
    assert dict(Telling.objects.values_list("attendee", "mailed_at")) == {late.pk: late.joined_at, nell.pk: first}


def test_what_is_wanted_already_is_wanted_since_one_is_in(camp, nell, form):
    """What the migrations before made of it."""
    late = timezone.now() + timedelta(days=2)
    published(camp)
    go_to(session=form, attendee=nell)
    nell.interests.update(since=late)
    nell.choices.update(since=late)
    import_module("pitches.migrations.0011_wanted_since").since_they_came(apps, None)
    import_module("schedule.migrations.0019_chosen_since").since_they_came(apps, None)
    assert (nell.interests.get().since, nell.choices.get().since) == (nell.joined_at, nell.joined_at)


def test_nobody_sees_ahead_or_back(camp, nell, moved, snug, slots):
    first, second = camp.grid_versions.order_by("number").values_list("published_at", flat=True)
    see_moves(attendee=nell, at=timezone.now() + timedelta(days=9))
    see_moves(attendee=nell, at=first)
    nell.refresh_from_db()
    assert nell.moves_seen_at == second
    put(moved, snug, slots[0])
    published(camp)
    assert len(told(nell)) == 1


def test_of_many_three_are_told_and_how_many_more(camp, nell, slots):
    rooms = RoomFactory.create_batch(5, camp=camp)
    sessions = [place_session(pitch=PitchFactory(camp=camp), room=room, slot=slots[0]) for room in rooms]
    published(camp)
    for session, room in zip(sessions, rooms, strict=True):
        set_interest(pitch=session.pitch, attendee=nell, level=1)
        put(session, room, slots[1])
    published(camp)
    page = looks(nell).get(f"/{camp.slug}/pitches/new/").content.decode()
    assert page.count("Still in ") == 3
    assert "And 2 more." in page
    assert 'name="show" value=""' in page


def test_hosts_are_told_by_their_news_and_not_twice(camp, ben, moved):
    client, pages = looks(ben), pages_of(camp, moved)
    page = client.get(pages["about"]).content.decode()
    assert "which you host, moved from Snug" in page
    assert with_it(client, pages, BANNER) == set()
    assert with_it(client, pages, TAG) == PLACES
    ben.refresh_from_db()
    hear(attendee=ben, seen=ben.news[-1]["number"])
    assert with_it(client, pages, TAG) == set()
    set_interest(pitch=moved.pitch, attendee=ben, level=1)
    assert with_it(client, pages, BANNER) == set(), "who hosts it knows"


def test_a_page_is_another_one_until_it_is_seen_and_then(camp, nell, form, boardroom, slots):
    published(camp)
    client, pages = looks(nell), pages_of(camp, form)

    def etags() -> dict[str, str]:
        return {name: client.get(page).get("ETag", "") for name, page in pages.items() if name != "a form"}

    first, again = etags(), etags()
    assert first == again
    put(form, boardroom, slots[0])
    published(camp)
    second = etags()
    assert {name for name in first if first[name] == second[name]} == set()
    see_moves(attendee=nell, at=timezone.now())
    third = etags()
    assert {name for name in third if third[name] == second[name]} == set()


def test_a_page_without_a_piece_that_asks_learns_it(camp, nell, form, boardroom, slots):
    client, htmx = looks(nell), {"HX-Request": "true", "HX-Current-URL": f"http://testserver/{camp.slug}/record/?q=x"}
    published(camp)
    page = f"/{camp.slug}/news/"
    etag = client.get(page, headers=htmx)["ETag"]
    assert client.get(page, headers=htmx | {"If-None-Match": etag}).status_code == 304
    put(form, boardroom, slots[0])
    published(camp)
    answer = client.get(page, headers=htmx | {"If-None-Match": etag})
    assert BANNER in answer.content.decode()
    assert f'value="/{camp.slug}/record/?q=x"' in answer.content.decode()
    assert "hx-swap-oob" not in answer.content.decode()
    assert client.get(page).url == f"/{camp.slug}/"


def test_a_piece_that_asks_brings_it(camp, nell, moved):
    answer = looks(nell).get(f"/{camp.slug}/grid/?seen=x", headers={"HX-Request": "true"})
    assert BANNER in answer.content.decode().partition('id="news"')[2]


def test_strangers_and_those_who_wait_are_told_nothing(camp, nell, moved):
    pages = pages_of(camp, moved)
    waits = AttendeeFactory(camp=camp, is_waiting=True, joined_at=timezone.now() - timedelta(days=1))
    set_interest(pitch=moved.pitch, attendee=waits, level=1)
    for client in (Client(), looks(waits)):
        assert with_it(client, {"about": pages["about"], "grid": pages["grid"]}, "unseen") == set()


def test_publishing_writes_nothing_for_anybody(camp, nell, form, boardroom, slots):
    AttendeeFactory.create_batch(3, camp=camp)
    published(camp)
    put(form, boardroom, slots[0])
    with CaptureQueriesContext(connection) as captured:
        published(camp)
    # The host is told by news.
    written = [q["sql"] for q in captured if q["sql"].startswith("UPDATE") and "events_attendee" in q["sql"]]
    assert [sql for sql in written if "moves_seen_at" in sql] == []
    assert not [q for q in captured if "pitches_interest" in q["sql"]]


def test_who_wants_it_since_it_moved_is_told_what_became_of_it_after_that(camp, form, boardroom, snug, slots):
    published(camp)
    put(form, boardroom, slots[0])
    published(camp)
    late = AttendeeFactory(camp=camp, joined_at=timezone.now() - timedelta(days=1))
    set_interest(pitch=form.pitch, attendee=late, level=1)
    assert told(late) == []
    put(form, boardroom, slots[1])
    published(camp)
    assert told(late) == [("Whose form?", "Boardroom, Sat 15:00", "14:00", False)]
    # Back where it was before they wanted it: for them it is elsewhere all the same.
    put(form, snug, slots[0])
    published(camp)
    assert told(late) == [("Whose form?", "Snug, Sat 14:00", "Boardroom", False)]


def test_a_must_is_wanted_since_the_interest_and_what_was_taken_back_is_wanted_anew(camp, nell, form, boardroom, slots):
    published(camp)
    put(form, boardroom, slots[0])
    published(camp)
    set_interest(pitch=form.pitch, attendee=nell, level=2)
    assert told(nell) == [("Whose form?", "Boardroom, Sat 14:00", "Snug", False)]
    for level in (0, 1):
        set_interest(pitch=form.pitch, attendee=nell, level=level)
    assert told(nell) == []


def test_who_goes_there_since_it_moved_and_never_wished_it_is_told_nothing_of_before(
    camp, nell, form, boardroom, slots
):
    published(camp)
    put(form, boardroom, slots[0])
    published(camp)
    late = AttendeeFactory(camp=camp, joined_at=timezone.now() - timedelta(days=1))
    go_to(session=form, attendee=late)
    go_to(session=form, attendee=nell)
    assert (told(late), len(told(nell))) == ([], 1)
    stay_away(session=form, attendee=late)
    go_to(session=form, attendee=late)
    put(form, boardroom, slots[1])
    published(camp)
    assert told(late) == [("Whose form?", "Boardroom, Sat 15:00", "14:00", False)]


def test_what_is_taken_over_by_a_merge_is_wanted_since_it_was(camp, nell, form):
    began = nell.interests.get().since
    other = PitchFactory(camp=camp)
    merge_pitches(source=form.pitch, target=other, by=None)
    assert nell.interests.get(pitch=other).since == began


def test_it_takes_three_queries_however_much_moved(camp, nell, slots):
    def asked() -> int:
        client = looks(nell)
        client.get(f"/{camp.slug}/grid/how/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/{camp.slug}/grid/how/")
        return len(captured)

    before = asked()
    rooms = RoomFactory.create_batch(5, camp=camp)
    sessions = [place_session(pitch=PitchFactory(camp=camp), room=room, slot=slots[0]) for room in rooms]
    published(camp)
    assert asked() == before
    for number, session in enumerate(sessions, 1):
        set_interest(pitch=session.pitch, attendee=nell, level=1)
        put(session, rooms[number - 1], slots[1])
        published(camp)
        assert asked() == before + 2, "my wishes, and since when"


def test_of_two_places_that_become_one_the_earlier_counts(camp, nell, moved, cleo):
    see_moves(attendee=cleo, at=timezone.now())
    merge_attendees(source=cleo, into=nell)
    assert len(told(nell)) == 1
    early, late = timezone.now() - timedelta(hours=2), timezone.now()
    other = AttendeeFactory(camp=camp, moves_seen_at=late)
    Attendee.objects.filter(pk=nell.pk).update(moves_seen_at=early)
    nell.refresh_from_db()
    merge_attendees(source=other, into=nell)
    nell.refresh_from_db()
    assert nell.moves_seen_at == early
