"""What the command refuses, in a sentence: too large, too deep, or no file of ours."""

import json
import time

import pytest
from django.core.management import CommandError, call_command

from events.decoding import ZIP, Size
from events.models import Camp
from exchange import document
from exchange.management.commands import import_camp
from tests.exchange.spreadsheets import xlsx

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 50_000, "deeper than 32 levels"),
        ("[" + "[]," * 50_000 + "[]]", "more than a camp can have"),
        ("[" * 40 + "]" * 40, "deeper than 32 levels"),
        ('{"format": "campgrid-1", "camp": ' + '{"a":' * 40 + "1" + "}" * 40 + "}", "deeper than 32 levels"),
        (json.dumps(["x" * 1_000_000]), "larger than 1 MB"),
        ("[NaN]", "not JSON"),
        ("[" + "9" * 5_000 + "]", "a number of 5000 digits"),
        ("PK\x03\x04", "a zip is not taken"),
        ("[]", "not a camp exported by Campgrid"),
    ],
    ids=["bottomless", "countless", "deep", "deep objects", "large", "nan", "number", "zip", "other"],
)
def test_a_document_that_is_none_is_refused_in_a_sentence(tmp_path, text, told):
    file = tmp_path / "camp.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=told):
        call_command("import_camp", str(file), slug="x", megabytes=1)


def test_a_number_that_no_database_holds_is_told_by_its_place(tmp_path):
    camp = {"name": "X", "starts_on": "2030-01-01", "ends_on": "2030-01-02"}
    rows = {"attendees": [{"display_name": "Ann"}], "pitches": [{"title": "Knots"}], "interests": [[1, 1, 10**30]]}
    file = tmp_path / "camp.json"
    file.write_text(json.dumps({"format": "campgrid-1", "camp": camp, **rows}))
    with pytest.raises(CommandError, match=r"interests\[1\]"):
        call_command("import_camp", str(file), slug="x")
    assert not Camp.objects.exists()


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ('{"a": [[1], {"b": 2}]}', 3),
        ('{"a": [[1], {"b": []}]}', 4),
        ('["[[[[", "\\"[[[[", "\\\\", [1]]', 2),
        ('{"[": {"\\\\\\"{{{": 1}}', 2),
        ("7", 0),
        # Nothing is said of what is none: neither of what does not end nor of what ends too often.
        ("]]]][", 0),
        ('["[[[[', 1),
    ],
)
def test_depth_is_counted_outside_of_texts(text, depth):
    assert not document.is_deeper(text, depth)
    assert depth == 0 or document.is_deeper(text, depth - 1)


@pytest.mark.parametrize("hostile", ['\\"' * 200_000, '"' * 200_000, '["' + "\\" * 200_001, "[]" * 200_000])
def test_counting_depth_takes_no_longer_for_what_was_made_to(hostile):
    begun = time.monotonic()
    document.is_deeper(hostile, 32)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("size", "told"), [(Size(bytes=20, rows=9), "larger than"), (Size(bytes=999, rows=1), "more than 1 rows")]
)
def test_files_for_the_command_have_a_size_too(tmp_path, monkeypatch, size, told):
    monkeypatch.setattr(import_camp, "BY_COMMAND", size)
    (tmp_path / "rooms.csv").write_text("name,capacity\nBarn,5\nLoft,6\n")
    with pytest.raises(CommandError, match=told):
        call_command("import_camp", str(tmp_path), slug="x")


def test_a_zip_of_the_files_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "camp.zip").write_bytes(ZIP)
    with pytest.raises(CommandError, match="A zip is not taken"):
        call_command("import_camp", str(tmp_path / "camp.zip"), slug="x")


def test_a_camp_is_made_with_what_is_in_the_files_or_not_at_all(tmp_path, capsys):
    (tmp_path / "slots.csv").write_text("date,starts_at,ends_at,kind\n2030-01-12,10:00,11:00,sessions\n")
    (tmp_path / "rooms.csv").write_text("name,capacity\nBarn,many\n")
    with pytest.raises(CommandError, match="1 row is wrong, nothing was imported"):
        call_command("import_camp", str(tmp_path), slug="x")
    assert not Camp.objects.exists()
    call_command("import_camp", str(tmp_path), slug="x", skip_bad_rows=True)
    assert Camp.objects.get(slug="x").slots.count() == 1


def test_other_sheets_of_a_workbook_are_told(tmp_path, camp, capsys):
    (tmp_path / "rooms.csv").write_bytes(xlsx([["name"], ["Barn"]], others=("Helpers",)))
    call_command("import_camp", str(tmp_path), slug=camp.slug)
    assert "note: rooms.csv: Only the sheet “Rooms” is read; these are left out: “Helpers”." in capsys.readouterr().err


def test_rows_are_told_by_the_name_that_the_sheet_has(tmp_path, camp, capsys):
    (tmp_path / "rooms.csv").write_text("name\nBarn\n")
    (tmp_path / "wand.xlsx").write_bytes(xlsx([["", "Barn", "Loft"], ["10:00", "Knots", "?"], ["10:45", "Owls", ""]]))
    call_command("import_camp", str(tmp_path), slug=camp.slug, sheet=str(tmp_path / "wand.xlsx"))
    said = capsys.readouterr().err
    assert "note: wand.xlsx, cell C2: “?” is no title: it is left out." in said
    assert "sheet.csv" not in said
