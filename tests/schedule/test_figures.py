"""Figures are counted by a task; pages show what was counted last, and say when it is older than the draft."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pitches.services import set_interest, withdraw_pitch
from pitches.wishes import Wishes, read_wishes, told_wishes
from schedule import advice
from schedule.advice.counting import count_figures
from schedule.build import border
from schedule.draft import moves
from schedule.draft.rows import read_draft
from schedule.models import Draft, DraftFigures
from schedule.wall.publish import publish_grid
from schedule.wall.unseen import tracks_of
from tests.factories import AttendeeFactory, PitchFactory, RoomFactory

BEING_COUNTED = "The figures are being counted."


@pytest.fixture
def knots(camp, rooms, slots, ben):
    """On the grid, and seven people want it."""
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    for person in AttendeeFactory.create_batch(7, camp=camp):
        set_interest(pitch=pitch, attendee=person, level=1)
    return pitch


@pytest.fixture
def asked(monkeypatch):
    """The camps that a worker was asked to count for, while none is at work."""
    asked = []
    monkeypatch.setattr(type(count_figures), "enqueue", lambda task, camp_id: asked.append(camp_id))
    return asked


@pytest.fixture
def look(sign_in, camp, olga, django_capture_on_commit_callbacks):
    """A page of the draft as the organiser reads it; what it asks of a worker is asked."""

    client = sign_in(olga)

    def look(name="draft_detail", query=""):
        with django_capture_on_commit_callbacks(execute=True):
            return client.get(reverse(f"schedule:{name}", args=[camp.slug]) + query).content.decode()

    return look


def test_of_a_draft_with_nothing_on_it_no_wish_is_said_to_be_met(look, camp, knots):
    look()
    assert " wishes\n" in look()
    assert "wishes met, of" in look("draft_figures")
    moves.unplace_session(session=camp.sessions.get())
    look()
    for name in ("draft_detail", "draft_figures"):
        html = look(name)
        assert ("wishes met" in html, " wishes\n" in html, "a few</strong>" in html) == (False, False, False), name
    assert "No session is on the draft yet, so no wish is met." in html
    camp.grid_builds.create(state="done", is_applied=True)
    html = look()
    assert "The last build found no session to place." in html
    assert "a few wishes" not in html


def test_a_page_whose_figures_cannot_be_asked_for_is_shown(look, knots, monkeypatch):
    def locked(task, camp_id: int) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(type(count_figures), "enqueue", locked)
    assert BEING_COUNTED in look()


def test_the_first_look_has_the_figures_counted(look, camp, knots):
    assert BEING_COUNTED in look()
    html = look()
    assert BEING_COUNTED not in html
    assert "<strong>about 5</strong>" in html


def test_figures_of_an_older_draft_say_so_until_they_are_counted_again(look, asked, camp, knots, rooms, slots):
    advice.renew_figures(camp=camp)
    assert "being counted again" not in look()
    moves.unplace_session(session=knots.sessions.get())
    html = look("draft_figures")
    assert "being counted again" in html
    assert 'data-every="2"' in html
    assert asked == [camp.pk]
    count_figures.func(camp.pk)
    html = look("draft_figures")
    assert "being counted again" not in html
    assert 'data-every="2"' not in html


def test_one_worker_counts_however_many_look(look, asked, camp, knots):
    for _ in range(3):
        look()
        look("draft_figures")
    assert asked == [camp.pk]


def test_whoever_looks_after_a_worker_was_killed_asks_again(look, asked, camp, knots):
    look()
    DraftFigures.objects.update(asked_at=timezone.now() - DraftFigures.PATIENCE)
    look()
    assert asked == [camp.pk, camp.pk]


def test_new_interests_are_looked_for_after_half_a_minute_and_not_by_a_page_left_open(look, asked, camp, knots):
    advice.renew_figures(camp=camp)
    look()
    assert asked == []
    DraftFigures.objects.update(checked_at=timezone.now() - DraftFigures.LASTS - timedelta(seconds=1))
    figures = advice.last_figures(draft=Draft.of(camp), is_polled=True)
    assert figures.is_current
    assert asked == []
    look()
    assert asked == [camp.pk]


def test_nothing_is_counted_twice(camp, knots):
    advice.renew_figures(camp=camp)
    before = DraftFigures.objects.get()
    advice.renew_figures(camp=camp)
    again = DraftFigures.objects.get()
    assert (again.counted_at, again.stamp) == (before.counted_at, before.stamp)
    assert again.checked_at > before.checked_at


def test_a_camp_that_is_deleted_before_it_is_counted_is_nobodys_loss(db):
    count_figures.func(999)


def test_the_pages_show_the_row_and_no_wish_is_read(look, camp, knots):
    """Whatever the row says is shown, and no query asks for interests."""
    advice.renew_figures(camp=camp)
    figures = DraftFigures.objects.get()
    figures.counted["figures"]["attended"] = 4321
    figures.save()
    for name in ("draft_detail", "draft_figures"):
        with CaptureQueriesContext(connection) as captured:
            assert "4320" in look(name)
        assert not [query for query in captured.captured_queries if "pitches_interest" in query["sql"]]


def test_what_was_withdrawn_since_is_not_suggested(look, camp, knots, rooms, slots):
    ducks = PitchFactory(camp=camp, title="Ducks")
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    for person in camp.attendees.filter(interests__pitch=knots):
        set_interest(pitch=ducks, attendee=person, level=1)
    advice.renew_figures(camp=camp)
    assert "“Ducks”" in look("draft_figures")
    withdraw_pitch(pitch=ducks, by=None)
    html = look("draft_figures")
    assert "Ducks" not in html
    assert "No two sessions at the same time are wanted by more than a few people." in html


def test_a_snapshot_gives_back_the_wishes_it_was_taken_of(camp, knots, ben):
    other = PitchFactory(camp=camp)
    set_interest(pitch=other, attendee=ben, level=2)
    wishes = read_wishes(camp)
    assert Wishes.from_json(wishes.as_json()) == wishes
    advice.renew_figures(camp=camp)
    assert told_wishes(camp) == wishes
    assert [wishes.count(pk) for pk in (knots.pk, other.pk, 0)] == [7, 1, 0]


def test_long_lists_of_what_waits_are_folded(look, camp, rooms, slots):
    PitchFactory.create_batch(25, camp=camp)
    html = look()
    assert html.count("/place/") == 20
    assert "Show all 25" in html
    assert look(query="?waiting=all").count("/place/") == 25


@pytest.mark.parametrize(("name", "most"), [("draft_detail", 21), ("draft_figures", 14), ("grid_publish", 16)])
def test_queries_do_not_depend_on_how_large_the_camp_is(look, camp, olga, knots, rooms, slots, name, most):
    def queries():
        advice.renew_figures(camp=camp)
        with CaptureQueriesContext(connection) as captured:
            look(name)
        return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]

    publish_grid(camp=camp, by=None)
    moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])
    # What moved on the grid is read once for all pages, and kept.
    tracks_of(camp)
    # Whoever looks is written down once in ten seconds.
    look(name)
    one = queries()
    for n, room in enumerate(RoomFactory.create_batch(3, camp=camp)):
        host = AttendeeFactory(camp=camp)
        host.away_in.add(slots[1])
        pitch = PitchFactory(camp=camp, title=f"Pitch {n}", hosts=[host])
        pitch.not_in.add(slots[2])
        room.closed_in.add(slots[2])
        moves.place_session(pitch=pitch, room=room, slot=slots[0])
        set_interest(pitch=PitchFactory(camp=camp), attendee=host, level=2)
    many = queries()
    assert len(many) == len(one) <= most


def test_a_room_that_may_be_too_small_is_told_as_a_range_against_its_seats(look, camp, rooms, slots, ben):
    """Twelve want Ducks and Geese, which stand at once: nought to twelve come to each. Twenty want Swans."""
    barn = rooms[0]
    for room, seats in zip(rooms, (10, 30), strict=False):
        room.capacity = seats
        room.save()
    ducks, geese, swans = (PitchFactory(camp=camp, title=title) for title in ("Ducks", "Geese", "Swans"))
    for pitches, count in (((ducks, geese), 12), ((swans,), 20)):
        for person in AttendeeFactory.create_batch(count, camp=camp):
            for pitch in pitches:
                set_interest(pitch=pitch, attendee=person, level=1)
    for pitch, room, slot in ((ducks, barn, slots[0]), (geese, rooms[1], slots[0]), (swans, barn, slots[1])):
        moves.place_session(pitch=pitch, room=room, slot=slot)
    advice.renew_figures(camp=camp)
    found = [(c.cell.session.title, c.low, c.high, c.is_sure) for c in _crowds(camp)]
    # What is wanted and has nothing beside it comes for sure. Of the twelve about ten are told: there are seats for ten.
    assert found == [("Swans", 20, 20, True)]
    html = look("draft_figures")
    assert "about 20 people expected" in html
    assert "10 seats" in html
    assert "too few for sure" in html
    assert f'/{camp.slug}/draft/pitches/{swans.pk}/place/?running={swans.sessions.get().pk}"' in html
    # Geese have seats enough.
    assert ">Geese</a>" not in html


def _crowds(camp):
    return advice.crowds(camp, advice.counted_of(DraftFigures.objects.get(draft__camp=camp)))


def test_with_seats_for_all_that_is_said(look, knots):
    look()
    assert "Every room has a seat for all who are expected." in look("draft_figures")


def test_a_few_to_so_many_are_expected(look, camp, rooms, slots):
    """Nineteen want both, which stand at once."""
    for room in rooms:
        room.capacity = 9
        room.save()
    pitches = [PitchFactory(camp=camp, title=title) for title in ("Ducks", "Geese")]
    for person in AttendeeFactory.create_batch(19, camp=camp):
        for pitch in pitches:
            set_interest(pitch=pitch, attendee=person, level=1)
    for pitch, room in zip(pitches, rooms, strict=False):
        moves.place_session(pitch=pitch, room=room, slot=slots[0])
    advice.renew_figures(camp=camp)
    html = look("draft_figures")
    assert html.count("a few to 15 people expected") == 2
    assert "too few for sure" not in html


def test_of_fewer_than_ten_people_no_share_is_told(look, camp, rooms, slots):
    """Of six people half are three: whether two or three of them want Ducks would be read from what half of them see."""
    ducks, geese = (PitchFactory(camp=camp, title=title) for title in ("Ducks", "Geese"))
    moves.place_session(pitch=ducks, room=rooms[0], slot=slots[0])
    people = AttendeeFactory.create_batch(10, camp=camp)
    for person in people[:9]:
        set_interest(pitch=geese, attendee=person, level=1)
    found = advice.figures(border.case_of(read_draft(camp), wishes=read_wishes(camp)))
    assert (found.least, found.median) == (None, None)
    set_interest(pitch=ducks, attendee=people[9], level=1)
    found = advice.figures(border.case_of(read_draft(camp), wishes=read_wishes(camp)))
    assert (found.least, found.median) == (0, 0)
