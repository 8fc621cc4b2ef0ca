"""How often a title of a sheet runs, and how long: what comes in so can be published."""

from __future__ import annotations

import pytest

from events.models import Camp, Slot
from exchange.csv_export import csv_files, sheet
from exchange.report import ImportRefused, Report
from exchange.uploads import import_files
from pitches.models import Pitch
from schedule.draft.moves import add_repeat, place_session
from schedule.models import Session
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, make_slot

BIG = "title,length\nBig,2\n"
LENGTHS = {"pitches.csv": BIG}


@pytest.fixture
def day(camp) -> list[Slot]:
    """Six slots in a row, but for a long break before the last."""
    return [make_slot(camp, hour, minutes=60) for hour in (9, 10, 11, 12, 13, 17)]


def hang(camp: Camp, *lines: str, skip_bad_rows: bool = False, **files: str) -> Report:
    text = "\n".join(["Time,Loft,Nook", *lines]) + "\n"
    files = {f"{name}.csv": file for name, file in files.items()}
    return import_files(camp=camp, files=files | {"sheet.csv": text}, by=None, skip_bad_rows=skip_bad_rows)


def standing(camp: Camp, title: str) -> list[str]:
    """The cells of each running."""
    return sorted(
        " ".join(f"{cell.slot.starts_at:%H} {cell.room}" for cell in session.cells.order_by("slot__starts_at"))
        for session in camp.sessions.filter(pitch__title=title)
    )


def refused(camp: Camp, *lines: str, **files: str) -> list[str]:
    with pytest.raises(ImportRefused) as error:
        hang(camp, *lines, **files)
    return list(map(str, error.value.report.faults))


def remarks(report: Report) -> list[str]:
    return [str(remark) for remark in report.remarks if "is new" not in str(remark)]


# -- how often ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [{}, {"length": 1}, {"length": 1, "runs": 2}])
@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        (["9:00,A,v", "10:00,y,A"], ["09 Loft", "10 Nook"]),
        (["9:00,A,v", "11:00,A,", "17:00,,A"], ["09 Loft", "11 Loft", "17 Nook"]),
        (["9:00,A,", "10:00,,A", "11:00,A,", "12:00,,A", "13:00,A,"],
         ["09 Loft", "10 Nook", "11 Loft", "12 Nook", "13 Loft"]),
    ],
)  # fmt: skip
def test_a_title_twice_runs_twice_and_can_be_published(camp, day, known, lines, cells):
    if known:
        PitchFactory(camp=camp, title="A", **known)
    hang(camp, *lines)
    assert standing(camp, "A") == cells
    assert camp.pitches.get(title="A").runs == len(cells)
    publish_grid(camp=camp, by=None)
    assert hang(camp, *lines).has_changed_nothing


def test_so_does_one_of_a_list(camp, day):
    text = "Time,Room,Title\n9:00,Loft,A\n11:00,Loft,A\n12:00,Nook,A\n"
    import_files(camp=camp, files={"sheet.csv": text}, by=None)
    publish_grid(camp=camp, by=None)
    assert (standing(camp, "A"), camp.pitches.get().runs) == (["09 Loft", "11 Loft", "12 Nook"], 3)


def test_what_ran_more_often_than_agreed_is_put_right_by_the_same_sheet(camp, day):
    """It came in so before runs were counted."""
    hang(camp, "9:00,A,v", "11:00,y,A")
    Pitch.objects.update(runs=1)
    before = Camp.objects.get(pk=camp.pk).draft.revision
    hang(camp, "9:00,A,v", "11:00,y,A")
    assert Camp.objects.get(pk=camp.pk).draft.revision > before
    publish_grid(camp=camp, by=None)


def test_more_often_than_a_session_can_run_is_a_fault(camp, day):
    lines = [f"{slot.starts_at:%H:%M},A,x{slot.pk}" for slot in day]
    PitchFactory(camp=camp, title="A")
    told = "sheet.csv, cell B7: “A” is in the sheet more than 5 times: a session runs 5 times at most."
    assert refused(camp, *lines) == [told]
    hang(camp, *lines, skip_bad_rows=True)
    assert (len(standing(camp, "A")), camp.pitches.get(title="A").runs) == (5, 5)
    publish_grid(camp=camp, by=None)


def test_a_session_that_runs_once_more_leaves_and_comes_in_again(camp, day):
    rooms = [camp.rooms.create(name=name, position=n) for n, name in enumerate(("Loft", "Nook"))]
    pitches = [PitchFactory(camp=camp, title="A"), PitchFactory(camp=camp, title="Big", length=2)]
    for pitch, hours in zip(pitches, [(0, 5), (1, 3)], strict=True):
        for n, room in enumerate(rooms):
            move = add_repeat if n else place_session
            move(pitch=pitch, room=room, slot=day[hours[n]])
    publish_grid(camp=camp, by=None)
    out = csv_files(camp, with_interest=False) | {"sheet.csv": sheet(camp)}
    assert import_files(camp=camp, files=out, by=None).has_changed_nothing
    for slug, files in (("both", out), ("alone", {name: out[name] for name in ("slots.csv", "sheet.csv")})):
        fresh = CampFactory(slug=slug)
        import_files(camp=fresh, files=files, by=None)
        publish_grid(camp=fresh, by=None)
        assert sheet(fresh) == out["sheet.csv"]
        assert [standing(fresh, title) for title in ("A", "Big")] == [standing(camp, title) for title in ("A", "Big")]
        assert list(fresh.pitches.order_by("title").values_list("length", "runs")) == [(1, 2), (2, 2)]


# -- how long ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        # As a double it would reach over what hangs at 12:00.
        (["9:00,A,x1", "10:00,A,y1", "11:00,A,z1", "12:00,E,w1"], ["09 Loft", "10 Loft", "11 Loft"]),
        (["9:00,A,x1", "10:00,A,y1", "11:00,A,z1"], ["09 Loft", "10 Loft", "11 Loft"]),
        (["9:00,A,x1", "10:00,A,y1", "11:00,z2,A", "12:00,w2,w1"], ["09 Loft", "10 Loft", "11 Nook"]),
    ],
)
def test_what_fills_two_slots_but_not_everywhere_is_no_double(camp, day, lines, cells):
    assert remarks(hang(camp, *lines)) == [
        "sheet.csv, cell B3: “A” fills several slots in a row, but not two wherever it stands: it is no double "
        "session, it runs 3 times."
    ]
    assert standing(camp, "A") == cells
    publish_grid(camp=camp, by=None)
    assert hang(camp, *lines).has_changed_nothing


def test_four_cells_in_a_row_are_a_double_that_runs_twice(camp, day):
    hang(camp, *(f"{hour}:00,A," for hour in (9, 10, 11, 12)))
    assert standing(camp, "A") == ["09 Loft 10 Loft", "11 Loft 12 Loft"]
    assert camp.pitches.values_list("length", "runs").get() == (2, 2)
    publish_grid(camp=camp, by=None)


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(
    "text",
    ["Time,Room,Title\n9:00,Loft,Big\n12:00,Nook,y\n", "Time,Loft,Nook\n9:00,Big,\n10:00,,v\n12:00,,y\n",
     "Session,Room,Title\n1,Loft,Big\n4,Nook,y\n"],
)  # fmt: skip
def test_a_double_that_the_sheet_names_once_takes_its_two_slots(camp, day, is_there, text):
    if is_there:
        import_files(camp=camp, files=LENGTHS, by=None)
    report = import_files(camp=camp, files=LENGTHS | {"sheet.csv": text}, by=None)
    assert standing(camp, "Big") == ["09 Loft 10 Loft"]
    assert report.read["sessions"] == report.added["sessions"] == text.count("\n") - 1
    publish_grid(camp=camp, by=None)
    assert import_files(camp=camp, files={"sheet.csv": text}, by=None).has_changed_nothing


def test_one_that_had_one_cell_has_two_by_the_same_sheet(camp, day):
    hang(camp, "9:00,Big,", pitches=BIG)
    Session.objects.get().cells.get(slot=day[1]).delete()
    assert not hang(camp, "9:00,Big,").has_changed_nothing
    assert standing(camp, "Big") == ["09 Loft 10 Loft"]


def test_who_stands_in_its_second_slot_on_the_draft_gives_way(camp, day):
    loft = camp.rooms.create(name="Loft")
    place_session(pitch=PitchFactory(camp=camp, title="Owls"), room=loft, slot=day[1])
    report = hang(camp, "9:00,Big,", pitches=BIG)
    assert remarks(report) == [
        "sheet.csv, cell B2: “Owls” stood there on the draft: it gives way to what the sheet says."
    ]
    assert (standing(camp, "Big"), standing(camp, "Owls")) == (["09 Loft 10 Loft"], [""])


def test_a_double_that_loses_one_of_its_cells_is_off_the_draft(camp, day):
    loft = camp.rooms.create(name="Loft")
    place_session(pitch=PitchFactory(camp=camp, title="Owls", length=2), room=loft, slot=day[1])
    hang(camp, "11:00,y,")
    assert standing(camp, "Owls") == [""]
    # Not if the sheet has it elsewhere.
    place_session(pitch=Pitch.objects.get(title="Owls"), room=loft, slot=day[0])
    hang(camp, "9:00,z,", "11:00,,Owls")
    assert standing(camp, "Owls") == ["11 Nook 12 Nook"]
    publish_grid(camp=camp, by=None)


def test_a_double_between_whose_slots_a_break_came_stays_as_it_is(camp, day):
    hang(camp, "9:00,Big,", pitches=BIG)
    Session.objects.get().cells.filter(slot=day[1]).update(slot=day[2])
    Slot.objects.filter(pk=day[1].pk).update(kind=Slot.Kind.EVERYONE)
    publish_grid(camp=camp, by=None, accept_broken=True)
    assert import_files(camp=camp, files={"sheet.csv": sheet(camp)}, by=None).has_changed_nothing
    assert standing(camp, "Big") == ["09 Loft 11 Loft"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["9:00,Big,v", "10:00,y,"],
         "cell B2: “Big” takes two slots in a row, and row 3 has “y” in the second. "
         "Move one of them, or make “Big” one slot long."),
        (["9:00,Big,v", "10:00,Big,", "11:00,Big,", "12:00,y,"],
         "cell B4: “Big” takes two slots in a row, and row 5 has “y” in the second. "
         "Move one of them, or make “Big” one slot long."),
        (["17:00,Big,"], "cell B2: “Big” takes two slots in a row, and none follows. Move it, or make it one slot long."),
        (["13:00,Big,"], "cell B2: “Big” takes two slots in a row, and none follows. Move it, or make it one slot long."),
    ],
)  # fmt: skip
def test_a_double_without_a_second_slot_is_a_fault(camp, day, lines, told):
    assert refused(camp, *lines, pitches=BIG) == [f"sheet.csv, {told}"]
    PitchFactory(camp=camp, title="Big", length=2)
    assert refused(camp, *lines) == [f"sheet.csv, {told}"]
    hang(camp, *lines, "11:00,,z", skip_bad_rows=True)
    publish_grid(camp=camp, by=None)


def test_who_leads_a_double_and_something_in_its_second_slot_is_told(camp, day):
    text = "Time,Room,Title,Leader1\n9:00,Loft,Big,Ann\n10:00,Nook,y,Ann\n"
    report = import_files(camp=camp, files=LENGTHS | {"sheet.csv": text}, by=None)
    assert "sheet.csv, row 2: Ann leads two sessions at once: row 3 has them, too." in map(str, report.remarks)
