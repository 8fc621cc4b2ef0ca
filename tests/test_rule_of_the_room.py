"""The rule of the room in every way out: each address and each command, under each rule, for each kind of person.

What was written in a room is marked; then everything there is to look at or to send is asked for the marks.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class
from django.test import Client
from django.urls import get_resolver

from exchange.views import FILES
from notes.models import Link, Note, WriteUp
from notes.services import save_link, save_note, save_writeup, set_notes_rule
from schedule.models import Session

from .addresses import Form, FullCamp, camp_addresses, walk
from .test_archived import undone
from .test_rights import PEOPLE, person, unseen

__all__ = ["person"]

RULES = Session.NotesRule
#: what people wrote: the notes, as they were before, as they could not be merged, and what is beside them
NOTE, BEFORE, ASIDE, SLIDES, DOCUMENT, WRITEUP = MARKS = [f"mark-{n}-zq" for n in range(6)]
INSIDE = {"attendee", "host", "helper", "organiser"}

#: every way out, and what of it leaves there when anybody may read it. Whoever adds a way out adds it here.
LEAVES = {
    "session_detail": {NOTE, SLIDES, DOCUMENT, WRITEUP},
    "notes:note_edit": {NOTE},
    "notes:note_history": {NOTE, BEFORE, ASIDE},
    "notes:record_list": {NOTE, WRITEUP},
    "notes:record_feed": {NOTE, WRITEUP},
    "notes:writeup_detail": {WRITEUP},
    "notes:writeup_edit": {WRITEUP},
    "notes:writeup_delete": {WRITEUP},
    # One that may be passed on holds no earlier versions.
    "exchange:export_download json": {NOTE, SLIDES, DOCUMENT, WRITEUP},
    "exchange:export_download complete": {*MARKS},
    "exchange:export_download sheet": {DOCUMENT},
    "export_camp json": {*MARKS},
    "export_camp sheet": {DOCUMENT},
}
#: what hangs where everybody sees it, whoever asks for it
FOR_EVERYBODY = {
    "notes:record_feed",
    "exchange:export_download json",
    "exchange:export_download sheet",
    "export_camp sheet",
}
#: where the author of a write-up has their own text, whatever the room agreed on since
AUTHORS = {"notes:writeup_edit", "notes:writeup_delete"}
#: commands of ours that write out nothing of a camp
SAY_NOTHING = {
    "build_grid",
    "publish_grid",
    "import_camp",
    "seed_demo",
    "serve",
    # Parts of a camp by their names and numbers (`test_streams.py`).
    "events",
    "work",
    "makemessages",
    "make_organiser",
}


@dataclass
class Written:
    """A camp, and a room in which all was written that can be."""

    full: FullCamp

    def __post_init__(self) -> None:
        full = self.full
        camp, session, host = full.camp, full.session, full.host
        base = Note.objects.get(session=session).revision
        save_note(session=session, text=BEFORE, by=host, base_revision=base)
        save_note(session=session, text=NOTE, by=host, base_revision=base + 1)
        save_note(session=session, text=ASIDE, by=host, base_revision=base)
        for mark, kind in ((SLIDES, Link.Kind.SLIDES), (DOCUMENT, Link.Kind.DOCUMENT)):
            save_link(link=Link(session=session, url=f"https://x.example/{mark}", title=mark, kind=kind, by=host))
        writeup = WriteUp(camp=camp, session=session, by=host, title=WRITEUP, text=WRITEUP)
        save_writeup(writeup=writeup)
        full.values["writeup_id"] = writeup.pk

    def found_by(self, client: Client, *, kind: str) -> dict[str, set[str]]:
        """Address to the marks that this person finds there."""
        found = {}
        for name, url in self.looked_at():
            with unseen(client):
                for headers in ({}, {"HX-Request": "true"}):
                    found.setdefault(name, set()).update(marks_in(client.get(url, headers=headers).content))
        if kind in ("anonymous", "attendee", "host", "organiser"):
            forms = self.full.forms()
            for address in camp_addresses():
                form = forms.get(address.name, Form())
                with unseen(client):
                    answer = client.post(self.full.url(address, form), form.data)
                    # What they typed themselves comes back to them.
                    found.setdefault(address.name, set()).update(marks_in(answer.content))
        return {name: marks for name, marks in found.items() if marks}

    def looked_at(self) -> list[tuple[str, str]]:
        pages = [("/" + a.path, "/" + a.path) for a in walk(get_resolver().url_patterns) if "<" not in a.path]
        pages = [(name, url) for name, url in pages if not url.startswith(("/admin", "/accounts", "/demo"))]
        for address in camp_addresses():
            if address.name == "exchange:export_download":
                kinds = [(f"{address.name} {kind}", Form(values={"kind": kind})) for kind in FILES]
                pages += [(name, self.full.url(address, form)) for name, form in kinds]
            else:
                pages.append((address.name, self.full.url(address)))
        return pages


def marks_in(body: bytes) -> set[str]:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return {mark for mark in MARKS if mark.encode() in body}


@pytest.fixture
def written(full_camp) -> Written:
    return Written(full_camp)


def may_find(name: str, kind: str, rule: str) -> set[str]:
    """By the rule of the room, written down from the rules of the product."""
    leaves = LEAVES.get(name, set())
    if rule == RULES.PUBLIC:
        return leaves
    if name in AUTHORS and kind == "host":
        return leaves
    is_open = rule == RULES.ATTENDEES and kind in INSIDE and name not in FOR_EVERYBODY
    return leaves if is_open else set()


def test_every_way_out_is_in_the_table(written, person):
    """In the room that anybody may read, whatever leaves anywhere leaves where the table says."""
    found: dict[str, set[str]] = {}
    for kind in ("anonymous", "attendee", "host", "organiser"):
        for name, marks in written.found_by(person(kind), kind=kind).items():
            found.setdefault(name, set()).update(marks)
    assert found == {name: marks for name, marks in LEAVES.items() if not name.startswith("export_camp")}


@pytest.mark.parametrize("rule", [RULES.ATTENDEES, RULES.NONE])
@pytest.mark.parametrize("kind", PEOPLE)
def test_the_rule_of_the_room_holds_in_every_way_out(written, person, kind, rule):
    set_notes_rule(session=written.full.session, rule=rule)
    found = written.found_by(person(kind), kind=kind)
    too_much = {name: marks - may_find(name, kind, rule) for name, marks in found.items()}
    assert {name: marks for name, marks in too_much.items() if marks} == {}
    # The other half: who may read it still finds it.
    expected = may_find("session_detail", kind, rule)
    assert found.get("session_detail", set()) == expected


def test_every_command_of_ours_is_in_the_table():
    ours = {name for name, app in get_commands().items() if app in {config.name for config in _our_apps()}}
    assert ours == SAY_NOTHING | {name.split()[0] for name in LEAVES if name.startswith("export_camp")}


def _our_apps():
    root = Path(__file__).resolve().parent.parent
    return [config for config in apps.get_app_configs() if Path(config.path).parent == root]


@pytest.mark.parametrize("rule", RULES.values)
def test_the_rule_of_the_room_holds_in_every_file_of_the_command(written, tmp_path, rule):
    set_notes_rule(session=written.full.session, rule=rule)
    parser = load_command_class("exchange", "export_camp").create_parser("manage.py", "export_camp")
    [formats] = [action.choices for action in parser._actions if action.dest == "format"]
    for kind in formats:
        target = tmp_path / kind
        call_command("export_camp", written.full.camp.slug, format=kind, output=str(target))
        # Whoever runs the machine gets what those inside may read, and no more.
        assert marks_in(target.read_bytes()) == may_find(f"export_camp {kind}", "organiser", rule), kind


def test_a_room_that_agreed_on_no_notes_takes_no_link_and_no_write_up(written, sign_in, cleo):
    session = written.full.session
    set_notes_rule(session=session, rule=RULES.NONE)
    client, page = sign_in(cleo), f"/{session.camp.slug}/sessions/{session.pk}/"
    with undone():
        slides = {"url": "https://slides.example/1", "title": "Slides", "kind": "slides"}
        answer = client.post(f"{page}links/", slides)
        assert (answer.status_code, "agreed on no notes" in answer.content.decode()) == (422, True)
        # What was typed is in the form.
        assert "https://slides.example/1" in answer.content.decode()
    answer = client.post(f"{page}write-ups/", {"title": "After", "text": "All that was said."})
    assert (answer.status_code, "All that was said." in answer.content.decode()) == (422, True)
    shown = client.get(page).content.decode()
    assert "Add a link" not in shown
    assert "Add a write-up" not in shown


def test_a_link_that_nobody_reads_is_taken_away_by_whom_it_belongs_to(written, sign_in, ben, cleo):
    session = written.full.session
    set_notes_rule(session=session, rule=RULES.NONE)
    page = f"/{session.camp.slug}/sessions/{session.pk}/"
    assert "A link that nobody sees" in sign_in(ben).get(page).content.decode()
    # Cleo added one of the three.
    assert sign_in(cleo).get(page).content.decode().count("A link that nobody sees") == 1
    link = session.links.get(title=SLIDES)
    assert sign_in(ben).post(f"{page}links/{link.pk}/delete/").status_code == 302
    assert not session.links.filter(pk=link.pk).exists()


def test_what_was_written_comes_back_with_a_looser_rule(written, client):
    """The rule hides, it throws nothing away: the room may change its mind."""
    session = written.full.session
    set_notes_rule(session=session, rule=RULES.NONE)
    set_notes_rule(session=session, rule=RULES.PUBLIC)
    page = client.get(f"/{session.camp.slug}/sessions/{session.pk}/").content
    assert marks_in(page) == {NOTE, SLIDES, DOCUMENT, WRITEUP}
