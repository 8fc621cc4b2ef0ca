"""Clock times that stay in another time zone, on what is published: a version that moves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from icalendar import Calendar

from events.editing import edit_camp
from events.frame import drop_from_frame, save_slot
from events.models import Camp
from exchange.json_export import export_camp
from exchange.json_import import import_document, read_document
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.rows import read_draft
from schedule.models import GridVersion, Session
from schedule.wall.changes import with_sentences
from schedule.wall.mailing import mail_what_changed, start_mails
from schedule.wall.publish import pending_changes, publish_grid
from tests.factories import DAY, PitchFactory, make_slot

HALIFAX, TOKYO = "America/Halifax", "Asia/Tokyo"


@pytest.fixture
def knots(camp, ben, rooms, slots) -> Session:
    session = place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    return session


def keep(camp: Camp, zone: str, clocks: str = "clock", **others: object) -> None:
    """The camp is in that zone, and so it is in the hands of the test."""
    for name, value in ({"time_zone": zone} | others).items():
        setattr(camp, name, value)
    edit_camp(camp=camp, fields=["time_zone", *others], clocks=clocks, by=None)


def starts(version: GridVersion) -> list[datetime]:
    return [row.starts_at for row in version.placements.all()]


# -- out and in again ------------------------------------------------------------------------------------


def test_an_imported_camp_knows_that_nothing_moved(camp, knots, rooms, slots):
    """Through three zones, of which one kept the moments: each version has its own two."""
    place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[1])
    publish_grid(camp=camp, by=None)
    keep(camp, HALIFAX)
    keep(camp, "America/New_York", "moment")
    keep(camp, "Europe/London")
    made = list(camp.grid_versions.order_by("number"))
    assert [(v.clocks_of, v.clocks_in) for v in made[2:]] == [
        ("Europe/London", HALIFAX),
        ("America/New_York", "Europe/London"),
    ]
    assert made[2].moved_from, "it stood elsewhere that day"
    document = export_camp(camp, with_interest=False)
    copy = import_document(document=document, slug="copy")
    again = list(copy.grid_versions.order_by("number"))
    assert [v.changes for v in again[2:]] == [v.changes for v in made[2:]] == [[], []]
    assert [v.sentences for v in with_sentences(copy, again[2:])] == [["No session moved."]] * 2
    for ours, theirs in zip(made, again, strict=True):
        assert starts(ours) == starts(theirs)
        assert [(was["name"], was["starts_at"]) for was in ours.moved_from.values()] == [
            (was["name"], was["starts_at"]) for was in theirs.moved_from.values()
        ]
    assert export_camp(copy, with_interest=False)["versions"] == document["versions"]


def test_a_document_that_names_no_zone_is_refused_with_the_field(camp, knots):
    document = export_camp(camp, with_interest=False)
    document["versions"][0] |= {"clocks_of": "Nowhere/Atlantis", "clocks_in": "Europe/London"}
    with pytest.raises(ValidationError, match=r"versions\[1\].clocks_of: There is no time zone called"):
        read_document(document=document)


def test_what_a_document_says_of_clocks_counts_in_how_large_it_may_be(camp, knots, monkeypatch):
    """Where its sessions stay at their moments, they moved by the clocks."""
    keep(camp, HALIFAX)
    document = export_camp(camp, with_interest=False)
    monkeypatch.setattr("schedule.wall.extent.MOST_MOVED", 0)
    read_document(document=document)
    document["versions"][1]["placements"] = document["versions"][0]["placements"]
    with pytest.raises(ValidationError, match=r"versions\[2\].*times that a session moved"):
        read_document(document=document)


# -- what differs ----------------------------------------------------------------------------------------


def in_march(camp: Camp) -> None:
    """The clocks of New York go on at 02:00 on the 10th; those of London do not until the 31st."""
    camp.starts_on = camp.ends_on = date(2030, 3, 10)
    camp.save()


def make_early(camp: Camp, hour: float):
    start = datetime(2030, 3, 10, tzinfo=UTC) + timedelta(hours=hour)
    return camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=1))


def test_where_only_slots_differ_the_wall_follows_too(camp, rooms, slots):
    """Reykjavik has the clocks of London in winter, when the session is, and others in summer, when the fire is."""
    camp.ends_on = date(2030, 6, 1)
    camp.save()
    start = datetime(2030, 6, 1, 12, tzinfo=UTC)
    camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=1), kind="everyone", title="Fire")
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    first = publish_grid(camp=camp, by=None)
    keep(camp, "Atlantic/Reykjavik")
    latest = GridVersion.latest(camp)
    assert latest.number == 2
    assert starts(latest) == starts(first)
    assert next(slot["starts_at"] for slot in latest.frame["slots"] if slot["title"] == "Fire").startswith(
        "2030-06-01T13:00"
    )
    assert pending_changes(latest, read_draft(camp)) == []


def test_where_only_what_moved_differs_it_is_told_by_the_new_clock(camp, rooms, slots):
    """It stood in summer, and now stands in winter."""
    camp.ends_on = date(2030, 6, 1)
    camp.save()
    start = datetime(2030, 6, 1, 12, tzinfo=UTC)
    summer = camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=1))
    session = place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=summer)
    publish_grid(camp=camp, by=None)
    place_session(pitch=session.pitch, session=session, room=rooms[0], slot=slots[0])
    drop_from_frame(thing=summer)
    publish_grid(camp=camp, by=None)
    # A slot that nobody published: the settings ask what stays.
    camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=1))
    keep(camp, "Atlantic/Reykjavik")
    [was] = GridVersion.latest(camp).moved_from.values()
    assert was["starts_at"].startswith("2030-06-01T13:00")


def test_where_nothing_differs_there_is_no_version(camp, rooms, slots):
    camp.ends_on = date(2030, 6, 1)
    camp.save()
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    start = datetime(2030, 6, 1, 12, tzinfo=UTC)
    camp.slots.create(starts_at=start, ends_at=start + timedelta(hours=1))
    keep(camp, "Atlantic/Reykjavik")
    assert GridVersion.latest(camp).number == 1


# -- what the new clocks skip ----------------------------------------------------------------------------


@pytest.fixture
def night(camp, ben, rooms) -> Session:
    """Published at half past two."""
    in_march(camp)
    slot = make_early(camp, 2.5)
    session = place_session(pitch=PitchFactory(camp=camp, title="Owls", hosts=[ben]), room=rooms[0], slot=slot)
    publish_grid(camp=camp, by=None)
    return session


def test_what_was_cancelled_and_slots_without_sessions_keep_their_moments(camp, night):
    """Half past two is no time in New York that night; of an empty slot not half goes along."""
    before = night.place.slot
    make_early(camp, 1.5)
    day = place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=night.place.room, slot=make_early(camp, 12))
    unplace_session(session=night)
    publish_grid(camp=camp, by=None)
    for slot in camp.slots.filter(starts_at__lt=day.place.slot.starts_at):
        drop_from_frame(thing=slot)
    keep(camp, "America/New_York")
    latest = GridVersion.latest(camp)
    assert (latest.number, latest.changes) == (3, [])
    assert {row.session_id: (row.starts_at, row.ends_at) for row in latest.placements.all()} == {
        night.pk: (before.starts_at, before.ends_at),
        day.pk: (datetime(2030, 3, 10, 16, tzinfo=UTC), datetime(2030, 3, 10, 17, tzinfo=UTC)),
    }
    assert [slot["starts_at"][11:16] for slot in latest.frame["slots"]] == ["01:30", "02:30", "16:00"]


def test_a_session_that_would_stand_at_no_time_is_refused_beside_the_question(camp, night):
    slot = night.place.slot
    slot.starts_at += timedelta(hours=6)
    slot.ends_at += timedelta(hours=6)
    save_slot(slot=slot)
    with pytest.raises(ValidationError) as refused:
        keep(camp, "America/New_York")
    assert refused.value.message_dict == {
        "clocks": ["The clocks change that night: 02:30 does not exist on 2030-03-10."]
    }
    assert GridVersion.latest(camp).number == 1
    assert Camp.objects.get(pk=camp.pk).time_zone == "Europe/London"


def test_one_that_would_end_before_it_starts_is_refused(camp, rooms):
    """From the first 01:30 of London to the second 01:15, in a zone whose clocks stay as they are that night."""
    camp.starts_on = camp.ends_on = date(2030, 10, 27)
    camp.save()
    start = datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    slot = camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=45))
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slot)
    publish_grid(camp=camp, by=None)
    slot.ends_at += timedelta(hours=3)
    save_slot(slot=slot)
    with pytest.raises(ValidationError, match="would end before it starts") as refused:
        keep(camp, TOKYO)
    assert list(refused.value.message_dict) == ["clocks"]


# -- who is told -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("clocks", ["clock", "moment"])
@pytest.mark.parametrize("others", [{}, {"venue": "Boathouse"}])
def test_all_that_one_save_changes_counts_once(camp, knots, clocks, others):
    before = Session.objects.get(pk=knots.pk).sequence
    keep(camp, HALIFAX, clocks, **others)
    assert Session.objects.get(pk=knots.pk).sequence == before + 1


@pytest.mark.parametrize(("clocks", "hour"), [("clock", 10), ("moment", 6)])
def test_no_host_is_told_and_whoever_gets_sessions_by_mail_gets_them_anew(camp, ben, knots, clocks, hour):
    start_mails(attendee=ben)
    mail_what_changed()
    mail.outbox.clear()
    keep(camp, HALIFAX, clocks)
    mail_what_changed()
    ben.refresh_from_db()
    assert ben.news == []
    [sent] = mail.outbox
    assert sent.subject == f"Changed: Knots, Sat 12 Jan, {hour:02}:00"
    [part] = [part for part in sent.message().walk() if part.get_content_type() == "text/calendar"]
    [entry] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert entry.start == (DAY + timedelta(hours=hour)).replace(tzinfo=ZoneInfo(HALIFAX))


def test_who_takes_a_zone_back_at_once_has_nobody_mailed(camp, ben, knots):
    start_mails(attendee=ben)
    mail_what_changed()
    mail.outbox.clear()
    keep(camp, HALIFAX)
    keep(camp, "Europe/London")
    mail_what_changed()
    assert mail.outbox == []


def test_a_slot_that_was_made_since_is_no_reason_to_say_that_anything_moved(camp, knots):
    make_slot(camp, 15)
    keep(camp, HALIFAX)
    assert GridVersion.latest(camp).changes == []
