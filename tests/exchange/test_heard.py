"""What an import changes is heard by whoever would hear of it if it were done by hand."""

from __future__ import annotations

import pytest

from exchange.uploads import import_files
from schedule.draft.moves import place_session
from schedule.models import Draft, Session
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory

HEAD = "Year,Time,Session,Room,Capacity,Title,Leader1,Leader2,Leader3,Leader 4,Session notes,Hashtag\n"


@pytest.fixture
def knots(camp, ben, cleo, rooms, slots) -> Session:
    found = place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    return Session.objects.get(pk=found.pk)


def row_of(session: Session, leaders: str) -> str:
    start = session.cells.get().slot.starts_at.astimezone(session.camp.tz)
    room = session.cells.get().room
    return f"{HEAD}{start.year},{start:%a %H:%M},1,{room.name},{room.capacity},Knots,{leaders},,,,\n"


def test_a_host_more_is_told_to_calendars_and_to_the_draft(camp, olga, knots):
    revision = Draft.revision_of(camp)
    report = import_files(camp=camp, files={"sheet.csv": row_of(knots, "Ben,Cleo")}, by=olga)
    assert report.fault_count == 0
    assert {host.display_name for host in knots.pitch.hosts.all()} == {"Ben", "Cleo"}
    after = Session.objects.get(pk=knots.pk)
    assert (after.sequence, after.told_at > knots.told_at) == (knots.sequence + 1, True)
    assert Draft.revision_of(camp) == revision + 1


def test_what_changes_nothing_is_told_to_nobody(camp, olga, knots):
    revision = Draft.revision_of(camp)
    import_files(camp=camp, files={"sheet.csv": row_of(knots, "Ben,")}, by=olga)
    after = Session.objects.get(pk=knots.pk)
    assert (after.sequence, after.told_at, Draft.revision_of(camp)) == (knots.sequence, knots.told_at, revision)
