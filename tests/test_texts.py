"""Whatever is pasted can be carried by every way out: pages, feeds, calendars, files."""

from __future__ import annotations

import json
import unicodedata
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from icalendar import Calendar

from accounts.text import LineField, LinesField, carried, carried_in_a_line
from events.models import Camp
from exchange.csv_export import csv_files
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document
from exchange.uploads import import_files
from notes.models import Note, NoteRevision, WriteUp
from notes.services import save_note
from pitches.models import Pitch

from .addresses import camp_addresses
from .factories import make_slot

#: what is typed, what of it is kept in a text, what in a line
TYPED = {
    "slides end a line so": ("One\vtwo", "One\ntwo", "One two"),
    "and a page so": ("One\ftwo", "One\ntwo", "One two"),
    "old Macs": ("One\rtwo", "One\ntwo", "One two"),
    "Windows": ("One\r\ntwo", "One\ntwo", "One two"),
    "mainframes": ("One\x85two", "One\ntwo", "One two"),
    "the line separator of Unicode": ("One\u2028two", "One\ntwo", "One two"),
    "its paragraph separator": ("One\u2029two", "One\ntwo", "One two"),
    "a null": ("One\x00two", "Onetwo", "Onetwo"),
    "a bell and an escape": ("One\x07\x1b[31mtwo", "One[31mtwo", "One[31mtwo"),
    "delete, and other control characters": ("One\x7f\x80\x9ftwo", "Onetwo", "Onetwo"),
    "half of a pair": ("One\ud83dtwo", "Onetwo", "Onetwo"),
    "what is no character": ("One\ufffe\ufffftwo", "Onetwo", "Onetwo"),
    "letters as a Mac names its files": ("Gru\u0308n e\u0301", "Grün é", "Grün é"),
    "a tab is one, but in a line": ("One\ttwo", "One\ttwo", "One two"),
    "blanks in a line are one": ("One \u00a0 two", "One \u00a0 two", "One two"),
    "and so is everything else": (
        "Zoë 🦆 ﷽ x\u0301 \u200d א",
        "Zoë 🦆 ﷽ x\u0301 \u200d א",
        "Zoë 🦆 ﷽ x\u0301 \u200d א",
    ),
}
PASTED = "".join(typed for typed, _text, _line in TYPED.values())
#: written by the product itself, or checked as what it is; a room's name on a version is the room's, cleaned
OURS = {
    "events.Worry.sealed",
    "accounts.Claim.code_hash", "accounts.MailFailure.error", "accounts.MailFailure.to", "accounts.SentForm.browser",
    "accounts.SentForm.form", "accounts.SentForm.goes_to", "accounts.SentForm.key", "accounts.SignInCode.browser",
    "accounts.SignInCode.code_hash", "accounts.Tally.what", "accounts.Tally.who", "accounts.User.password",
    "events.Attendee.calendar_key", "events.EarlierCalendarKey.key", "events.Camp.accent", "events.Camp.code", "events.Camp.time_zone",
    "events.Invitation.code_hash", "events.Invitation.key_hash", "events.Invitation.sealed", "events.Stamp.part",
    "exchange.Upload.problem", "pitches.LastTap.device", "schedule.DraftFigures.counted_from", "schedule.PlanB.counted_from",
    "schedule.Placement.room_name", "schedule.MailedCalendar.key", "schedule.MailedSession.told", "schedule.Session.told",
    "schedule.GridVersion.clocks_of", "schedule.GridVersion.clocks_in", "schedule.Device.auth", "schedule.Device.language",
    "schedule.Device.name", "schedule.Device.p256dh", "schedule.Device.sign_in", "schedule.Device.vapid",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "text", "line"), TYPED.values(), ids=TYPED)
def test_what_is_kept_of_it(typed, text, line):
    assert carried(typed) == text
    assert carried_in_a_line(typed) == line
    # Cleaned again it is the same.
    assert carried(text) == text


def test_xml_carries_whatever_is_kept_and_every_other_character_is():
    """All of Unicode: what XML 1.0 cannot carry is gone, and of the rest only controls are."""
    for number in range(0x110000):
        kept = carried(chr(number))
        if kept == unicodedata.normalize("NFC", chr(number)):
            assert (
                number in (0x9, 0xA, 0xD) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or number > 0xFFFF
            )
        else:
            assert number < 0xA0 or 0xD800 <= number <= 0xDFFF or number in (0x2028, 0x2029, 0xFFFE, 0xFFFF)


def test_every_column_for_what_people_type_is_cleaned():
    plain = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if type(field) in (models.CharField, models.TextField) and not field.choices
        if model._meta.app_label in {"accounts", "events", "exchange", "notes", "pitches", "schedule"}
    }
    assert plain == OURS


def test_a_pitch_by_its_form_is_clean_in_the_database(sign_in, camp, ben):
    data = {"title": "One\vtwo\x07", "about": "One\ftwo\x07", "kind": "talk", "length": 1, "who": "me"}
    assert sign_in(ben).post(f"/{camp.slug}/pitches/new/", data).status_code == 302
    pitch = Pitch.objects.get()
    assert (pitch.title, pitch.about) == ("One two", "One\ntwo")


def test_notes_and_write_ups_are_clean_and_merged_by_their_lines(camp, full_camp, ben):
    save_note(session=full_camp.session, text="Ducks\vand geese.\x07", by=ben, base_revision=2)
    assert Note.objects.get(session=full_camp.session).text == "Ducks\nand geese."
    WriteUp.objects.create(camp=camp, title="One\vtwo", text="One\vtwo", by=ben)
    assert WriteUp.objects.filter(title="One two", text="One\ntwo").exists()


def test_what_is_looked_for_is_cleaned_too(client, camp, ben):
    Pitch.objects.create(camp=camp, title="Knots and ropes")
    assert b"Knots and ropes" in client.get(f"/{camp.slug}/pitches/", {"q": "Kno\x07ts"}).content


def test_files_and_documents_come_in_clean_and_twice_is_once(camp, ben):
    files = {"pitches.csv": "pitch,title,about\np1,One\vtwo,Ducks\fand geese\x07\n"}
    assert import_files(camp=camp, files=files, by=None).added == {"pitches": 1}
    assert import_files(camp=camp, files=files, by=None).has_changed_nothing
    assert list(Pitch.objects.values_list("title", "about")) == [("One two", "Ducks\nand geese")]
    document = json.loads(json.dumps(export_camp(camp, with_interest=True)).replace("One two", "One\\u000btwo"))
    import_document(document=document, slug="copy")
    assert Camp.objects.get(slug="copy").pitches.get().title == "One two"


def test_what_looks_the_same_is_the_same_however_its_letters_are_put_together(camp, ben):
    """A sheet from a Mac, brought after one from elsewhere: no room, person or pitch is there twice."""
    sheet = "Time,Room,Title,Leader\n10:00,Küche,Über Knots,Anna Müller\n"
    wanted = {"rooms": ["Küche"], "pitches": ["Über Knots"], "people": ["Anna Müller", "Ben"]}
    for form in ("NFC", "NFD"):
        make = {"camp": camp, "files": {"sheet.csv": unicodedata.normalize(form, sheet)}, "by": ben}
        if form == "NFC":
            make_slot(camp, 10)
        assert import_files(**make).fault_count == 0
    assert wanted == {
        "rooms": [room.name for room in camp.rooms.all()],
        "pitches": [pitch.title for pitch in camp.pitches.all()],
        "people": sorted(person.display_name for person in camp.attendees.all()),
    }


def write_into_everything(text: str) -> None:
    """As another program would, or a release of before: past our fields (raw SQL)."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if (
                    (isinstance(field, LineField | LinesField) or field.name == "room_name")
                    and not field.unique
                    and "key" not in field.name
                ):
                    for row in model._default_manager.values_list("pk", flat=True):
                        # Some are unique.
                        say = f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE id = %s"
                        cursor.execute(say, [f"{text}{row}", row])


def test_every_way_out_survives_whatever_the_database_holds(full_camp, empty_cache, sign_in, olga):
    odd = "One\v\f\x07\x1b\x85\u2028\ufffftwo"
    write_into_everything(odd)
    assert NoteRevision.objects.filter(text__startswith=odd).exists()
    empty_cache()
    readers = (Client(), sign_in(olga))
    for client in readers:
        for address in camp_addresses():
            response = client.get(full_camp.url(address))
            assert response.status_code < 500, address.name
            body, kind = response.content, response.get("Content-Type", "")
            if "atom" in kind:
                assert ElementTree.fromstring(body).findall(".//{*}entry"), address.name
            if "calendar" in kind:
                # Line ends and folds aside, only text is left.
                assert carried(body.decode().replace("\r\n", "\n")) == body.decode().replace("\r\n", "\n"), address.name
                assert Calendar.from_ical(body).subcomponents
    assert csv_files(full_camp.camp, with_interest=True)
    assert json.dumps(export_camp(full_camp.camp, with_interest=True, secrets=Secrets.OF_PEOPLE))
