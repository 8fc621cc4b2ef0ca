"""An archived camp is read and not changed: by every page, and by every service without a page in front."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from events import access
from events.editing import archive_camp
from events.models import Attendee, Camp, CampArchived, Role
from exchange.json_export import Secrets, export_camp
from schedule.build import run
from schedule.models import GridBuild

from .addresses import Address, FullCamp, camp_addresses
from .factories import AttendeeFactory, CampFactory

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "events", "pitches", "schedule", "notes", "exchange"]
#: what goes on in an archived camp (docs/words.md), and whether it changes the camp's own document
GOES_ON = {
    "events:camp_archive": True,
    "events:camp_delete": True,
    "events:camp_leave": True,
    "events:camp_erase": True,
    "events:news_hear": False,
    "events:worry_delete": False,
    "notes:note_rule": True,
    "along_detail": False,
    "notes:draft_edit": False,
    "notes:draft_delete": False,
    "events:camp_copy": False,
    "schedule:calendar_replace": True,
    "schedule:mails_stop": False,
    "schedule:device_remove": False,
}
#: what changes no row although it is fine: an organiser is in already, no address is listed, live mode is off, what
#: one holds is in one's browser, and no practice copy is there
CHANGES_NOTHING = {
    "events:camp_join", "events:address_drop", "schedule:live_switch", "schedule:scan_hold", "exchange:practice_erase",
}  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done within did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows() -> dict[str, list[tuple]]:
    """Every row of every table of ours, but how often a part was changed and who was last seen."""
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.label not in ("events.Stamp", "accounts.User")
    }


def document(full_camp: FullCamp) -> dict | None:
    camp = type(full_camp.camp).objects.filter(pk=full_camp.camp.pk).first()
    return export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE) if camp else None


def send(client: Client, full_camp: FullCamp, address: Address):
    form = full_camp.forms()[address.name]
    return client.post(full_camp.url(address, form), form.data)


def written_to(full_camp: FullCamp) -> list[Address]:
    return [address for address in camp_addresses() if address.name in full_camp.forms()]


def test_what_takes_no_form_takes_no_post(sign_in, olga, full_camp):
    """So a new address has an entry in the table of forms, or only shows something."""
    client, forms = sign_in(olga), full_camp.forms()
    taken = [
        a.name for a in camp_addresses() if a.name not in forms and client.post(full_camp.url(a)).status_code != 405
    ]
    assert taken == []
    assert forms.keys() <= {address.name for address in camp_addresses()}


def test_every_form_of_the_table_does_something_in_an_open_camp(sign_in, olga, full_camp):
    client, before = sign_in(olga), rows()
    idle = []
    for address in written_to(full_camp):
        with undone():
            status = send(client, full_camp, address).status_code
            if status != 302 or (rows() == before and address.name not in CHANGES_NOTHING):
                idle.append((address.name, status))
    assert idle == []


def test_no_page_changes_an_archived_camp_but_those_that_say_so(sign_in, olga, full_camp):
    archive_camp(camp=full_camp.camp)
    client, before, exported = sign_in(olga), rows(), document(full_camp)
    wrong = []
    for address in written_to(full_camp):
        with undone():
            status = send(client, full_camp, address).status_code
            if address.name in GOES_ON:
                is_right = status == 302 and (document(full_camp) != exported) == GOES_ON[address.name]
            else:
                is_right = status == 403 and rows() == before
            if not is_right:
                wrong.append((address.name, status))
    assert wrong == []


def test_an_archived_camp_is_read_as_before(sign_in, olga, full_camp):
    client = sign_in(olga)
    before = {address.name: client.get(full_camp.url(address)).status_code for address in camp_addresses()}
    archive_camp(camp=full_camp.camp)
    after = {address.name: client.get(full_camp.url(address)).status_code for address in camp_addresses()}
    assert after == before
    assert list(before.values()).count(200) > 45


def test_with_the_door_left_open_the_services_refuse(sign_in, olga, full_camp, monkeypatch):
    archive_camp(camp=full_camp.camp)
    monkeypatch.setattr(access, "refuse_change", lambda request, camp: None)
    client, exported = sign_in(olga), document(full_camp)
    changed = []
    for address in written_to(full_camp):
        with undone():
            send(client, full_camp, address)
            if address.name not in GOES_ON and document(full_camp) != exported:
                changed.append(address.name)
    assert changed == []


def test_archived_behind_the_back_of_whoever_sends_the_services_refuse(sign_in, olga, full_camp, monkeypatch):
    """The page found an open camp, and has that one in memory when it calls the services."""
    now = timezone.now()

    def archive_elsewhere(*asked):
        Camp.objects.update(archived_at=now)

    client = sign_in(olga)
    with undone():
        archive_elsewhere()
        exported = document(full_camp)
    monkeypatch.setattr(access, "refuse_change", archive_elsewhere)
    changed = []
    for address in written_to(full_camp):
        with undone():
            send(client, full_camp, address)
            if address.name not in GOES_ON and document(full_camp) != exported:
                changed.append(address.name)
    # A tap is one statement, and waits for nobody.
    assert changed == ["pitches:interest_set"]


def test_the_rule_of_a_room_gets_stricter_in_an_archived_camp_and_not_looser(sign_in, ben, full_camp):
    client, url = sign_in(ben), f"/{full_camp.camp.slug}/sessions/{full_camp.session.pk}/notes/rule/"
    archive_camp(camp=full_camp.camp)
    for rule, kept in (("attendees", "attendees"), ("public", "attendees"), ("none", "none"), ("attendees", "none")):
        client.post(url, {"rule": rule})
        full_camp.session.refresh_from_db()
        assert full_camp.session.notes_rule == kept


def test_archived_meanwhile_the_open_page_is_loaded_again(sign_in, ben, full_camp):
    archive_camp(camp=full_camp.camp)
    url = f"/{full_camp.camp.slug}/pitches/{full_camp.idea.pk}/interest/"
    response = sign_in(ben).post(url, {"level": "1"}, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (403, "true")
    page = sign_in(ben).post(url, {"level": "1"})
    assert "This camp is archived: it can be read, and not changed." in page.content.decode()


@pytest.mark.parametrize(
    "command", [("build_grid", "--seconds=0.1"), ("publish_grid", "--accept-broken"), ("import_camp",)]
)
def test_no_command_changes_an_archived_camp(full_camp, tmp_path, command):
    archive_camp(camp=full_camp.camp)
    exported = document(full_camp)
    (tmp_path / "rooms.csv").write_text("name,capacity\nAttic,5\n")
    name, *options = command
    arguments = [str(tmp_path), f"--slug={full_camp.camp.slug}"] if name == "import_camp" else [full_camp.camp.slug]
    with pytest.raises(CommandError, match="archived"):
        call_command(name, *arguments, *options)
    assert document(full_camp) == exported


def test_a_build_that_ends_in_an_archived_camp_is_not_put_on_the_grid(full_camp):
    build = run.start_build(camp=full_camp.camp, seconds=0.1)
    archive_camp(camp=full_camp.camp)
    exported = document(full_camp)
    run.run_build(build=build)
    assert (build.state, build.is_applied) == (GridBuild.State.DONE, False)
    assert document(full_camp) == exported


#: services that hold no camp, and why
HOLD_NONE = {
    "send_sign_in_code": "an account is of no camp",
    "save_account": "an account is of no camp",
    "finish_sign_in": "an account is of no camp",
    "account_with": "an account is of no camp",
    "note_proof": "an account is of no camp",
    "account_under": "an account is of no camp",
    "open_camp": "the camp is new",
    "copy_camp": "the camp it writes is new",
    "save_new_camp": "the camp is new",
    "add_repeat": "as `stand_again`, which it calls",
    "set_interest": "a tap waits for nobody; it asks `takes_interest`",
    "carry_interest": "as `set_interest`, which it calls",
    "mark_seen": "only the person's own mark",
    "be_there": "that somebody looks; `note_there` asks",
    "revive": "the run itself asks at its end",
    "begin_build": "the run itself asks at its end",
    "run_build": "the plan is put on the draft by `apply_plan`",
}


#: the rooms of `events` in which camps are changed
OF_EVENTS = ["opening", "joining", "roles", "editing", "frame", "listed", "merging", "worries"]


def test_every_service_asks_whether_the_camp_is_archived():
    """Read from the source: a function of a service module that is atomic locks the camp, or is named above."""
    modules = [*ROOT.glob("*/services.py"), *ROOT.glob("schedule/draft/*.py"), ROOT / "schedule/build/run.py"]
    modules += [ROOT / "schedule/wall/publish.py", *(ROOT / f"events/{name}.py" for name in OF_EVENTS)]
    silent = []
    for module in modules:
        for function in ast.parse(module.read_text()).body:
            if isinstance(function, ast.FunctionDef) and _is_atomic(function) and function.name not in HOLD_NONE:
                calls = {_called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
                if not calls & {"lock", "keep_open", "locked_draft", "apply_plan", "_note_to_write"}:
                    silent.append(function.name)
    assert silent == []


def _is_atomic(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "transaction.atomic" for decorator in function.decorator_list)


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def test_a_refusal_is_a_sentence_like_any_other(camp):
    archive_camp(camp=camp)
    with transaction.atomic(), pytest.raises(CampArchived) as refused:
        camp.lock()
    assert isinstance(refused.value, ValidationError)
    assert refused.value.messages == ["This camp is archived: it can be read, and not changed."]


FORM = re.compile(r'<form[^>]*method="post"[^>]*>')


def test_no_page_of_an_archived_camp_offers_a_form_that_is_refused(full_camp, olga, hal, ben, cleo):
    """For everybody on every page: where a form leads to, something goes on."""
    archive_camp(camp=full_camp.camp)
    refused, offered = [], set()
    for person in (olga, hal, ben, cleo, None):
        client = Client()
        if person:
            client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        for address in camp_addresses():
            page = full_camp.url(address)
            for form in FORM.findall(client.get(page).content.decode(errors="replace")):
                action = re.search(r'action="([^"]*)"', form)
                view = resolve((action[1] if action else page).partition("?")[0]).func
                if hasattr(view, "camp_archived"):
                    offered.add(resolve((action[1] if action else page).partition("?")[0]).view_name)
                    if not view.camp_archived:
                        refused.append((address.name, form))
    assert refused == []
    assert offered == GOES_ON.keys()


#: "Change the name" stands on the page about the camp; files that wait are named, for when the camp leaves the archive
LEADS_NOWHERE = {("events:camp_detail", "events:name_edit"), ("exchange:import_create", "exchange:import_detail")}


def test_no_page_of_an_archived_camp_leads_to_a_question_that_cannot_be_answered(full_camp, olga, hal, ben):
    """The pages behind such links say that the camp is archived, and nothing of what would follow."""
    full_camp.camp.listed_addresses.create(email="ann@x.example")
    archive_camp(camp=full_camp.camp)
    links, in_vain = set(), {}
    for person in (olga, hal, ben, None):
        client = Client()
        if person:
            client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        for address in camp_addresses():
            answer = client.get(full_camp.url(address))
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                html = answer.content.decode()
                for link in re.findall(rf'href="(/{full_camp.camp.slug}/[^"#?]*)', html):
                    links.add((address.name, resolve(link).view_name))
                if "_ask.html" in [used.name for used in answer.templates] and answer.wsgi_request.is_closed:
                    in_vain[address.name] = html
    assert len(in_vain) > 20
    assert {(page, leads) for page, leads in links if leads in in_vain} == LEADS_NOWHERE
    for words in ("comes off the board", "The next in the queue", "The room is gone", "follow at once"):
        assert not [name for name, html in in_vain.items() if words in html]


def test_an_archived_camp_says_nothing_that_is_so_no_more(sign_in, client, full_camp, olga):
    camp, page = full_camp.camp, f"/{full_camp.camp.slug}"
    camp.listed_addresses.create(email="ann@x.example")
    promised = {
        "settings/": ["Pitching is open", "Interest is open"],
        "poster/": [f"Join {camp.name}", "you are in"],
        "people/": ["Who may join", "Open invitations", "address is listed"],
        "leave/": ["Your place goes to the next"],
        "draft/": ["Publish", '/place/">Tides</a>', "/draft/cells/"],
        "draft/repair/": ["Say what is lost", "A host is missing"],
        "calendar/": ["shows every change at once"],
    }
    organiser = sign_in(olga)
    said = {path: organiser.get(f"{page}/{path}").content.decode() for path in promised}
    archive_camp(camp=camp)
    for path, words in promised.items():
        now = organiser.get(f"{page}/{path}").content.decode()
        assert [text for text in words if text not in said[path]] == [], path
        assert [text for text in words if text in now] == [], path
    # The poster still hangs there.
    assert Client().get(f"/j/{camp.code}/").url == f"{page}/"


def test_a_form_of_an_archived_camp_says_so_instead(sign_in, olga, full_camp):
    archived = "This camp is archived: it can be read, and not changed."
    client, silent = sign_in(olga), []
    archive_camp(camp=full_camp.camp)
    for address in written_to(full_camp):
        response = client.get(full_camp.url(address))
        html = response.content.decode()
        if response.status_code == 200 and (html.count(archived) != 1 or "<h1" not in html):
            silent.append(address.name)
    assert silent == []
    # Whoever is not in is told the same by the page that would ask them in.
    page = Client().get(f"/{full_camp.camp.slug}/join/").content.decode()
    assert page.count(archived) == 1
    assert "csrfmiddlewaretoken" not in page


def be_practice(camp: Camp, olga: Attendee) -> None:
    """A copy of another camp that she runs, too."""
    real = CampFactory()
    AttendeeFactory(camp=real, user=olga.user, display_name="Olga", role=Role.ORGANISER)
    Camp.objects.filter(pk=camp.pk).update(practice_of=real, is_public=False)


def test_every_form_of_a_practice_copy_ends_in_words(sign_in, olga, full_camp):
    """What nobody may do in it is refused on a page, whichever form it is."""
    be_practice(full_camp.camp, olga)
    client, wrong = sign_in(olga), []
    for address in written_to(full_camp):
        with undone():
            form = full_camp.forms()[address.name]
            answer = client.post(full_camp.url(address, form), form.data)
            if answer.status_code == 404 or answer.status_code >= 500:
                wrong.append((address.name, answer.status_code))
    assert wrong == []


def test_a_practice_copy_is_not_copied(sign_in, olga, full_camp):
    be_practice(full_camp.camp, olga)
    before = Camp.objects.count()
    page = sign_in(olga).post(f"/{full_camp.camp.slug}/copy/", full_camp.forms()["events:camp_copy"].data)
    assert "This is a practice copy. Copy the camp itself." in page.content.decode()
    assert Camp.objects.count() == before
