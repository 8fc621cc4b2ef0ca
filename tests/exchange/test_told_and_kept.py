"""Whom an import tells, which rule its sessions keep, and what is kept of it once somebody is erased."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.erasing import erase_attendee
from events.models import Attendee
from events.news import MOST, sentence
from exchange.models import Upload
from exchange.uploads import import_files, keep_upload, start_import
from exchange.views import FILES
from notes.services import set_notes_rule
from pitches.models import Interest
from pitches.services import set_interest
from schedule.draft.moves import pin_session, place_session
from schedule.draft.undo import undo_moves
from schedule.models import Cell, Session
from tests.factories import AttendeeFactory, PitchFactory

SHEET = "Year,Time,Session,Room,Capacity,Title,Leader1,Leader2,Leader3,Leader 4,Session notes,Hashtag\n"
KNOTS = {"sheet.csv": f"{SHEET}2030,Sat 10:00,1,Barn,30,Knots,Ben,Cleo,Hattie,,,\n"}


def told(attendee: Attendee) -> list[str]:
    attendee.refresh_from_db()
    return [sentence(item) for item in attendee.news]


def test_hosts_with_an_account_are_told_and_whose_import_it_is_is_not(camp, olga, ben, cleo, rooms, slots):
    upload = keep_upload(camp=camp, by=cleo, files=KNOTS, rows=1)
    assert start_import(upload=upload, skip_bad_rows=False)
    pitch = camp.pitches.get(title="Knots")
    assert {host.display_name for host in pitch.hosts.all()} == {"Ben", "Cleo", "Hattie"}
    assert told(ben) == ["You are a host of “Knots” now."]
    assert told(cleo) == told(olga) == []
    assert [(m.to, pitch.get_absolute_url() in m.body) for m in mail.outbox] == [([ben.user.email], True)]


def test_a_host_of_many_pitches_reads_the_last_and_gets_one_mail(camp, ben, django_assert_max_num_queries):
    rows = "".join(f"p{n},Knot {n},b\n" for n in range(50))
    files = {"attendees.csv": "attendee,display_name\nb,Ben\n", "pitches.csv": f"pitch,title,hosts\n{rows}"}
    Attendee.objects.filter(pk=ben.pk).update(import_key="b")
    with django_assert_max_num_queries(90):
        import_files(camp=camp, files=files, by=None)
    assert told(ben) == [f"You are a host of “Knot {n}” now." for n in range(50 - MOST, 50)]
    assert [m.body.count("You are a host of") for m in mail.outbox] == [MOST]


@pytest.mark.parametrize("rule", Session.NotesRule.values)
def test_one_more_running_by_a_sheet_keeps_what_the_room_agreed_on(camp, rooms, slots, rule):
    pitch = PitchFactory(camp=camp, title="Knots", runs=2)
    first = camp.sessions.create(pitch=pitch)
    set_notes_rule(session=first, rule=rule)
    lines = "".join(f"2030,Sat {slot + 9}:00,{slot},Barn,30,Knots,Ben,,,,,\n" for slot in (1, 2))
    import_files(camp=camp, files={"sheet.csv": SHEET + lines}, by=None)
    assert [session.notes_rule for session in camp.sessions.filter(pitch=pitch)] == [rule, rule]


def test_what_an_import_said_of_somebody_erased_is_not_kept(camp, olga, ben):
    """A sentence of its report quotes the name; that of an import still to come says what is in its files."""
    sheet = {"sheet.csv": f"{SHEET}2030,Sat 10:00,1,Attic,5,Knots,Ben,,,,,\n"}
    done = Upload.objects.create(camp=camp, by=ben, files={}, state=Upload.State.DONE, report={"faults": ["Ben"]})
    waits = Upload.objects.create(camp=camp, by=olga, files=sheet, state=Upload.State.READ, report={"faults": []})
    other = AttendeeFactory(camp=camp, display_name="Hattie")
    erase_attendee(attendee=ben, with_texts=False)
    done.refresh_from_db()
    waits.refresh_from_db()
    assert (done.report, waits.report) == (None, {"faults": []})
    assert other in camp.attendees.all()


def by_sheet(*rows: str) -> dict[str, str]:
    return {"sheet.csv": SHEET + "".join(f"2030,Sat,{row},,,,,\n" for row in rows)}


def test_a_session_that_an_import_moved_is_not_moved_by_whoever_did_not_see_it(camp, olga, hal, ben, rooms, slots):
    """Neither to another cell nor back where it stood before an older move."""
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[ben])
    session = place_session(pitch=pitch, room=rooms[0], slot=slots[0], by=hal)
    seen = session.revision
    import_files(camp=camp, files=by_sheet("2,Loft,10,Knots,Ben"), by=olga)
    with pytest.raises(ValidationError, match="Olga moved “Knots” meanwhile: Loft"):
        place_session(pitch=pitch, room=rooms[0], slot=slots[2], by=hal, seen_revision=seen)
    with pytest.raises(ValidationError, match="Olga moved “Knots” meanwhile: Loft"):
        undo_moves(camp=camp, seen={session.pk: seen}, by=hal)
    assert session.cells.get().room == rooms[1]


def test_whoever_gives_way_to_an_import_is_counted_and_no_longer_pinned(camp, olga, ben, rooms, slots):
    session = place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[0], slot=slots[0])
    pin_session(session=session, is_pinned=True)
    session.refresh_from_db()
    seen = session.revision
    import_files(camp=camp, files=by_sheet("1,Barn,30,Knots,Ben"), by=olga)
    session.refresh_from_db()
    assert (session.place, session.is_pinned, session.revision) == (None, False, seen + 1)
    assert session.stood == {"room": rooms[0].pk, "slot": slots[0].pk, "is_pinned": True, "runs": 0, "as_of": 2}


def test_what_an_import_leaves_in_its_place_is_not_counted(camp, olga, ben, rooms, slots):
    session = place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=rooms[0], slot=slots[0])
    import_files(camp=camp, files=by_sheet("1,Barn,30,Knots,Ben", "2,Barn,30,Ducks,Ben"), by=olga)
    seen = session.revision
    session.refresh_from_db()
    assert session.revision == seen


def test_moving_many_by_an_import_takes_no_more_statements(camp, olga, ben, rooms, slots):
    """Counted like one move each, and written together."""
    taken = []
    for count in (1, 3):
        Cell.objects.all().delete()
        pitches = [PitchFactory(camp=camp, title=f"Knots {count} {n}") for n in range(count)]
        for pitch, slot in zip(pitches, slots, strict=False):
            place_session(pitch=pitch, room=rooms[0], slot=slot)
        rows = [f"{n + 1},Loft,10,{pitch.title}," for n, pitch in enumerate(pitches)]
        with CaptureQueriesContext(connection) as queries:
            import_files(camp=camp, files=by_sheet(*rows), by=olga)
        taken.append(len(queries))
    assert taken[0] >= taken[1]


@pytest.mark.parametrize("kind", FILES)
def test_no_file_that_organisers_have_is_another_by_somebodys_tap(sign_in, full_camp, olga, cleo, kind):
    client, url = sign_in(olga), f"/{full_camp.camp.slug}/export/{kind}/"

    def parts() -> dict[str, bytes]:
        body = client.get(url).content
        if not body.startswith(b"PK"):
            return {kind: body}
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    Interest.objects.all().delete()
    before = parts()
    set_interest(pitch=full_camp.pitch, attendee=cleo, level=2)
    assert parts() == before
    assert b"interests" not in b"".join(before.values())
