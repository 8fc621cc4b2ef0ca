"""Camps are in years in which calendars can reckon, and no longer than a year."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from events.models import Camp
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document
from schedule.draft.moves import place_session
from schedule.wall.ical import _zones
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory

FORM = {
    "name": "Far off",
    "slug": "far-off",
    "time_zone": "Pacific/Kiritimati",
    "joining": "open",
    "display_name": "Olga",
}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("9999-12-30", "9999-12-30", "The year 9999 is none in which a camp can be"),
        ("0001-01-01", "2030-01-01", "The year 1 is none in which a camp can be"),
        ("2199-12-31", "2200-01-01", "The year 2200 is none in which a camp can be"),
        ("1969-12-31", "1970-01-01", "The year 1969 is none in which a camp can be"),
        ("2030-01-01", "2031-01-02", "A camp lasts a year at most"),
    ],
)
def test_a_camp_of_another_time_is_refused_beside_its_field(client, stranger, first, last, said):
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/new/", FORM | {"starts_on": first, "ends_on": last})
    html = response.content.decode()
    assert said in html
    assert f'value="{first}"' in html
    assert not Camp.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"), [("1970-01-01", "1970-01-01"), ("2199-12-31", "2199-12-31"), ("2030-01-01", "2031-01-01")]
)
def test_the_first_and_the_last_year_and_a_whole_one_are_camps_with_calendars(client, stranger, first, last):
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/new/", FORM | {"starts_on": first, "ends_on": last}).status_code == 302
    camp = Camp.objects.get()
    # Over midnight, into what is the next year on some clocks.
    response = client.post("/far-off/slots/", {"day": last, "starts": "23:00", "ends": "02:00", "kind": "sessions"})
    assert response.status_code == 302
    room, host = camp.rooms.create(name="Barn"), camp.attendees.get()
    place_session(pitch=PitchFactory(camp=camp, hosts=[host]), room=room, slot=camp.slots.get())
    publish_grid(camp=camp, by=None)
    for page in ("", "grid/", "calendar.ics", "slots/", "my/", f"my/{host.calendar_key}.ics"):
        assert client.get(f"/far-off/{page}").status_code == 200, page


def test_a_row_of_before_does_not_end_the_calendars():
    assert b"VTIMEZONE" in _zones("Europe/London", 9999, 9999)
    assert b"VTIMEZONE" in _zones("Europe/London", 1, 1)


@pytest.mark.parametrize(
    ("kind", "name"), [("attendees", "joined_at"), ("notes", "changed_at"), ("writeups", "published_at")]
)
def test_no_other_moment_of_a_document_is_in_such_a_year_or_without_a_time_zone(full_camp, kind, name):
    document = json.loads(json.dumps(export_camp(full_camp.camp, with_interest=True, secrets=Secrets.OF_PEOPLE)))
    document[kind][0][name] = "0001-01-01T00:00:00+00:00"
    with pytest.raises(ValidationError, match=rf"{kind}\[1\]\.{name}: The year 1 "):
        import_document(document=document, slug="copy")
    document[kind][0][name] = "2030-01-12T09:00:00"
    with pytest.raises(ValidationError, match=rf"{kind}\[1\]\.{name}: must be a moment with its time zone"):
        import_document(document=document, slug="copy")
    document[kind][0][name] = "2030-01-12T10:00:00+01:00"
    camp = import_document(document=document, slug="copy")
    again = export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE)
    assert again[kind][0][name] == "2030-01-12T09:00:00+00:00"


@pytest.mark.parametrize("where", ["slots", "placements", "frame"])
def test_no_document_brings_one_in(full_camp, where):
    document = json.loads(json.dumps(export_camp(full_camp.camp, with_interest=True)))
    rows = {
        "slots": document["slots"],
        "placements": document["versions"][0]["placements"],
        "frame": document["versions"][0]["frame"]["slots"],
    }[where]
    rows[0]["ends_at"] = "9999-12-31T23:00:00+00:00"
    with pytest.raises(ValidationError, match="The year 9999"):
        import_document(document=document, slug="copy")
    assert not Camp.objects.filter(slug="copy").exists()


def test_a_commands_camp_too(db, tmp_path):
    (tmp_path / "slots.csv").write_text("date,starts_at,ends_at\n9999-12-30,10:00,11:00\n")
    with pytest.raises(CommandError, match="The year 9999"):
        call_command("import_camp", str(tmp_path), slug="x")
    assert not Camp.objects.exists()


@pytest.mark.parametrize(("starts_on", "new"), [("2199-12-01", "1970-01-01"), ("1970-01-01", "2199-12-01")])
def test_a_copy_of_a_camp_whose_slots_are_far_from_its_days_is_refused_in_words(
    camp, olga, slots, sign_in, starts_on, new
):
    Camp.objects.filter(pk=camp.pk).update(starts_on=starts_on, ends_on=starts_on)
    answer = sign_in(olga).post(f"/{camp.slug}/copy/", {"name": "Next", "slug": "next", "starts_on": new})
    assert answer.status_code == 422
    assert "The year " in answer.content.decode()
    assert not Camp.objects.filter(slug="next").exists()
