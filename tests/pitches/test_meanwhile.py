"""What somebody else did to a pitch since it was looked at is not undone, and not written over."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client

from accounts.once import BACKEND
from events.editing import archive_camp, delete_camp
from events.joining import join_camp
from events.models import Camp
from events.news import hear
from pitches import services
from pitches.models import Interest, Pitch, Sight
from pitches.services import (
    host_idea,
    mark_seen,
    merge_pitches,
    return_pitch,
    save_pitch,
    set_interest,
    withdraw_pitch,
)
from schedule.draft.moves import place_session
from schedule.models import Draft
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, RoomFactory, UserFactory, make_slot

OFF_THE_BOARD = "withdrawn or merged meanwhile"


@pytest.fixture
def pitch(camp, ben) -> Pitch:
    return PitchFactory(camp=camp, title="Knots", hosts=[ben])


def now(pitch: Pitch) -> Pitch:
    return Pitch.objects.get(pk=pitch.pk)


def edit(pitch: Pitch, **changes) -> None:
    given = {"hosts": list(pitch.hosts.all()), "not_in": list(pitch.not_in.all())}
    for name in changes.keys() - {"hosts", "not_in", "after"}:
        setattr(pitch, name, changes.pop(name))
    save_pitch(pitch=pitch, **(given | changes), by=None)


def test_an_edit_does_not_bring_a_withdrawn_pitch_back(pitch):
    withdraw_pitch(pitch=now(pitch), by=None)
    with pytest.raises(ValidationError, match=OFF_THE_BOARD):
        edit(pitch, title="Ropes")
    assert (now(pitch).title, now(pitch).is_open) == ("Knots", False)


def test_an_edit_keeps_how_often_it_runs(pitch):
    Pitch.objects.filter(pk=pitch.pk).update(runs=3)
    edit(pitch, title="Ropes")
    assert (now(pitch).title, now(pitch).runs) == ("Ropes", 3)


DECISIONS = {
    "withdraw": lambda pitch, who: withdraw_pitch(pitch=pitch, by=None),
    "host": lambda pitch, who: host_idea(pitch=pitch, attendee=who),
    "edit": lambda pitch, who: save_pitch(pitch=pitch, hosts=[], not_in=[], by=None),
}


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_nothing_is_decided_on_a_pitch_that_is_part_of_another_by_now(camp, cleo, decide):
    idea, other = PitchFactory(camp=camp), PitchFactory(camp=camp)
    merge_pitches(source=now(idea), target=other, by=None)
    since = now(idea).withdrawn_at
    with pytest.raises(ValidationError, match=OFF_THE_BOARD):
        decide(idea, cleo)
    assert not idea.hosts.exists()
    assert not Interest.objects.exists()
    assert now(idea).withdrawn_at == since


def test_what_a_merge_ended_is_not_put_back_by_an_undo_of_before(camp, pitch):
    other = PitchFactory(camp=camp)
    withdraw_pitch(pitch=pitch, by=None)
    seen = now(pitch).withdrawal
    return_pitch(pitch=now(pitch), seen=seen, by=None)
    looked = now(pitch)
    merge_pitches(source=now(pitch), target=other, by=None)
    for said in ("", seen):
        with pytest.raises(ValidationError, match="“Knots” was changed meanwhile"):
            return_pitch(pitch=looked, seen=said, by=None)
    assert not now(pitch).is_open


def test_a_second_withdrawal_is_not_undone_by_the_undo_of_the_first(pitch):
    withdraw_pitch(pitch=pitch, by=None)
    seen = now(pitch).withdrawal
    return_pitch(pitch=now(pitch), seen=seen, by=None)
    withdraw_pitch(pitch=now(pitch), by=None)
    with pytest.raises(ValidationError, match="It stays off the board"):
        return_pitch(pitch=now(pitch), seen=seen, by=None)
    return_pitch(pitch=now(pitch), seen=now(pitch).withdrawal, by=None)
    assert now(pitch).is_open


def interests(pitch: Pitch) -> dict[int, int]:
    return dict(pitch.interests.values_list("attendee_id", "level"))


@pytest.mark.parametrize("looked", ["before", "after"])
@pytest.mark.parametrize(
    ("tapped", "said", "stands"), [(1, 0, 1), (2, 0, 2), (0, 0, 0), (1, 2, 2), (2, 1, 2), (0, 2, 0), (1, 1, 1)]
)
def test_a_tap_on_a_merged_pitch_is_about_the_one_it_is_part_of(camp, cleo, looked, tapped, said, stands):
    """`said` of the other one before; as "interested" it is never lowered by a tap that did not see it."""
    knots, ropes = PitchFactory(camp=camp), PitchFactory(camp=camp)
    set_interest(pitch=ropes, attendee=cleo, level=said)
    merge_pitches(source=now(knots), target=ropes, by=None)
    seen = knots if looked == "before" else now(knots)
    assert set_interest(pitch=seen, attendee=cleo, level=tapped) == (ropes, stands, "", "")
    assert interests(knots) == {}
    assert interests(ropes) == ({cleo.pk: stands} if stands else {})


def test_a_tap_on_a_merged_pitch_is_answered_for_the_one_it_is_part_of(sign_in, camp, cleo):
    knots, middle, ropes = (PitchFactory(camp=camp, title=title) for title in ("Knots", "Middle", "Ropes"))
    merge_pitches(source=knots, target=middle, by=None)
    merge_pitches(source=now(middle), target=ropes, by=None)
    url = f"/{camp.slug}/pitches/{knots.pk}/interest/"
    answer = sign_in(cleo).post(url, {"level": "2"}, headers={"Accept": "application/json"})
    assert answer.json() == {"problem": "", "pitch": ropes.pk, "title": "Ropes", "level": 2}
    assert sign_in(cleo).post(url, {"level": "1"}).url == f"{ropes.get_absolute_url()}#interest-control-{ropes.pk}"
    assert interests(ropes) == {cleo.pk: 2}


def test_a_tap_on_a_withdrawn_pitch_is_refused_and_writes_nothing(sign_in, camp, pitch, cleo):
    withdraw_pitch(pitch=now(pitch), by=None)
    with pytest.raises(ValidationError, match="The pitch was withdrawn"):
        set_interest(pitch=pitch, attendee=cleo, level=1)
    url = f"/{camp.slug}/pitches/{pitch.pk}/interest/"
    answer = sign_in(cleo).post(url, {"level": "1"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (404, {"problem": "The pitch was withdrawn."})
    assert not Interest.objects.exists()


@contextmanager
def beside(second: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """What it gives begins `second` and lets it come as far as it can; it ends without an error, soon afterwards."""
    errors: list[BaseException] = []

    def other() -> None:
        try:
            second()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)

    def begin() -> None:
        thread.start()
        # Long enough to write what it must not; if it waits, as it should, this is how long.
        thread.join(0.5)

    yield begin
    thread.join(30)
    assert errors == []
    assert not thread.is_alive()


def in_the_middle_of(first: Callable[[], object], second: Callable[[], object]) -> None:
    """`second` comes while `first` is done and not yet committed; both end without an error."""
    with beside(second) as begin, transaction.atomic():
        first()
        begin()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("before", "tapped"), [(0, 1), (0, 2), (1, 0), (2, 0), (1, 2)])
@pytest.mark.parametrize("who_is_first", ["merge", "tap"])
def test_a_tap_in_the_moment_of_a_merge_is_in_the_pitch_that_stays(before, tapped, who_is_first):
    camp = CampFactory()
    knots, ropes = PitchFactory(camp=camp), PitchFactory(camp=camp)
    cleo = AttendeeFactory(camp=camp)
    set_interest(pitch=knots, attendee=cleo, level=before)
    deeds = [
        lambda: merge_pitches(source=now(knots), target=now(ropes), by=None),
        lambda: set_interest(pitch=knots, attendee=cleo, level=tapped),
    ]
    in_the_middle_of(*(deeds if who_is_first == "merge" else reversed(deeds)))
    assert interests(knots) == {}
    assert interests(ropes) == ({cleo.pk: tapped} if tapped else {})


many_writers = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")


@many_writers
@pytest.mark.django_db(transaction=True)
def test_nobody_who_looks_at_a_pitch_waits_for_whoever_changes_it():
    """It waited for as long as that took, to note that it was seen."""
    camp = CampFactory()
    cleo, pitch, browser, pages = AttendeeFactory(camp=camp), PitchFactory(camp=camp), Client(), []
    browser.force_login(cleo.user, backend=BACKEND)
    with beside(lambda: pages.append(browser.get(pitch.get_absolute_url()))) as begin, transaction.atomic():
        Pitch.objects.select_for_update().get(pk=pitch.pk)
        begin()
        last = time.monotonic() + 20
        while not pages and time.monotonic() < last:
            time.sleep(0.05)
        assert [page.status_code for page in pages] == [200]
    assert not Sight.objects.exists()
    browser.get(pitch.get_absolute_url())
    assert Sight.objects.get().pitch == pitch


@many_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "deed",
    [lambda ben: hear(attendee=ben, seen=1), lambda ben: ben.replace_calendar_key()],
    ids=["hear", "replace_calendar_key"],
)
def test_a_host_changes_something_of_their_own_while_somebody_saves_their_pitch(deed):
    """Both end: each holds the camp before the row of the host (deadlock)."""
    camp = CampFactory()
    ben, slot = AttendeeFactory(camp=camp, display_name="Ben"), make_slot(camp, 10)
    pitch = PitchFactory(camp=camp, hosts=[ben])
    place_session(pitch=pitch, room=RoomFactory(camp=camp), slot=slot)
    publish_grid(camp=camp, by=None)

    # As a form is done: all of it or nothing.
    with beside(transaction.atomic(lambda: deed(ben))) as begin, transaction.atomic():
        camp.lock()
        begin()
        edit(pitch, hosts=[])
    assert pitch.hosts.count() == 0


@many_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tapped", ["source", "target"])
def test_a_host_taps_a_must_while_their_pitch_is_merged(monkeypatch, tapped):
    """Both end: each holds the pitch before the row of the host (deadlock)."""
    camp = CampFactory()
    ben = AttendeeFactory(camp=camp, display_name="Ben")
    knots, ropes = PitchFactory(camp=camp, hosts=[ben]), PitchFactory(camp=camp)
    pitch = {"source": knots, "target": ropes}[tapped]
    tell_hosts = services._tell_hosts
    with beside(lambda: set_interest(pitch=pitch, attendee=ben, level=2)) as begin:
        monkeypatch.setattr(services, "_tell_hosts", lambda *args, **said: (begin(), tell_hosts(*args, **said)))
        merge_pitches(source=now(knots), target=now(ropes), by=None)
    assert interests(ropes) == {ben.pk: 2}


@many_writers
@pytest.mark.django_db(transaction=True)
def test_somebody_looks_at_all_pitches_while_two_of_them_are_merged():
    """Both end: each holds them in one order, wherever they lie on the disk (deadlock)."""
    camp = CampFactory()
    pitches = [PitchFactory(camp=camp) for _ in range(60)]
    ben, first, last = AttendeeFactory(camp=camp), pitches[0], pitches[-1]
    # The first lies behind the others by now; PostgreSQL looks through them as they lie once it knows how few they are.
    edit(first, title="Knots")
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Pitch._meta.db_table}")
    with beside(lambda: mark_seen(attendee=ben, pitch_ids=[p.pk for p in pitches])) as begin, transaction.atomic():
        Pitch.objects.select_for_update().get(pk=first.pk)
        begin()
        Pitch.objects.select_for_update().get(pk=last.pk)
    assert Sight.objects.count() == 60


def test_a_must_on_what_is_part_of_a_must_already_is_none_too_many(camp, cleo):
    camp.musts_each = 1
    camp.save()
    knots, ropes = PitchFactory(camp=camp), PitchFactory(camp=camp)
    set_interest(pitch=ropes, attendee=cleo, level=2)
    merge_pitches(source=now(knots), target=ropes, by=None)
    assert set_interest(pitch=knots, attendee=cleo, level=2) == (ropes, 2, "", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("what", ["join", "tap", "look"])
@pytest.mark.parametrize("who_is_first", ["delete", "other"])
def test_what_is_done_in_the_moment_in_which_a_camp_is_deleted_is_gone_or_refused(what, who_is_first, is_archived):
    camp = CampFactory()
    knots, cleo, stranger = PitchFactory(camp=camp), AttendeeFactory(camp=camp), UserFactory()
    archive_camp(camp=camp, is_archived=is_archived)

    def other():
        # What was read before the camp went, or was archived.
        with suppress(ValidationError, Camp.DoesNotExist):
            if what == "join":
                join_camp(camp=camp, user=stranger, display_name="Stan")
            elif what == "tap":
                set_interest(pitch=knots, attendee=cleo, level=1)
            else:
                mark_seen(attendee=cleo, pitch_ids=[knots.pk])

    deeds = [lambda: delete_camp(camp=Camp.objects.get(pk=camp.pk), typed_name=camp.name), other]
    in_the_middle_of(*(deeds if who_is_first == "delete" else reversed(deeds)))
    assert not Camp.objects.exists()


CHANGES = {
    "length": lambda camp, cleo: {"length": 2},
    "needs": lambda camp, cleo: {"needs": ["projector"]},
    "time": lambda camp, cleo: {"rather": "morning"},
    "hosts": lambda camp, cleo: {"hosts": [cleo]},
    "slots": lambda camp, cleo: {"not_in": [make_slot(camp, 10)]},
    "order": lambda camp, cleo: {"after": [PitchFactory(camp=camp)]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_the_grid_keeps_to_is_a_change_of_the_draft(camp, cleo, pitch, change):
    edit(pitch, **change(camp, cleo))
    assert Draft.revision_of(camp) == 1


def test_an_idea_that_found_a_host_and_a_merge_are_changes_of_the_draft(camp, cleo, pitch):
    idea = PitchFactory(camp=camp)
    host_idea(pitch=idea, attendee=cleo)
    assert Draft.revision_of(camp) == 1
    merge_pitches(source=idea, target=pitch, by=None)
    assert Draft.revision_of(camp) == 2


def test_a_new_title_is_no_change_of_the_draft(camp, pitch):
    edit(pitch, title="Ropes")
    assert Draft.revision_of(camp) == 0


# -- put right after the answer was lost -------------------------------------------------------------------


def put_right(made: services.Saved, by, **said: object) -> services.Saved:
    """As the page does that made it."""
    pitch = made.pitch
    return services.put_right(
        pitch=now(pitch),
        left=services.what_hangs_on(pitch),
        wrote_down=made.wrote_down,
        by=by,
        **{"hosts": [], "not_in": [], "after": [], "on_behalf_of": "", **said},
    )


def test_whom_somebody_else_brought_stays_in_the_camp(camp, hal):
    """They lead nothing any more by a name that is put right; only whom the page itself wrote down goes with it."""
    made = services.submit_pitch(pitch=Pitch(title="Knots"), by=hal, hosts=[hal])
    brought = AttendeeFactory(camp=camp, display_name="Pa", user=None)
    made = put_right(made, hal, hosts=[hal, brought])
    put_right(made, hal, hosts=[hal])
    brought.refresh_from_db()
    assert brought.removed_at is None
    # The same where the page named them as one without a phone: they were in already.
    made = put_right(made, hal, on_behalf_of="pa")
    put_right(made, hal, hosts=[hal])
    brought.refresh_from_db()
    assert brought.removed_at is None


def test_whom_the_page_wrote_down_goes_with_the_name_however_often_it_is_put_right(camp, hal):
    first = services.submit_pitch(pitch=Pitch(title="Knots"), by=hal, on_behalf_of="Pa")
    pitch = first.pitch
    made = put_right(first, hal, on_behalf_of="Pat")
    assert {host.display_name for host in pitch.hosts.all()} == {"Pat"}
    # The same name again: they stay, and are still whom this page wrote down.
    made = put_right(made, hal, on_behalf_of="Pat")
    assert {person.display_name for person in camp.attendees.present().filter(user=None)} == {"Pat"}
    put_right(made, hal, hosts=[hal])
    assert not camp.attendees.present().filter(user=None).exists()
    assert {host.display_name for host in pitch.hosts.all()} == {"Hal"}
