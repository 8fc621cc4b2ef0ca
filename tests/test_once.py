"""The same thing sent twice is done once: every form of the address table, twice; then people with slow networks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from threading import Barrier, Thread

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponseRedirect
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.claims import start_claim
from accounts.form_keys import FIELD, WAS, new_key
from accounts.http import once_late
from accounts.left import COLUMNS
from accounts.models import SentForm, User
from accounts.once import done_once
from accounts.shown import CODE_AT
from events.forms import CampForm, RoomForm, SlotForm
from events.joining import write_down
from events.models import Attendee, Camp, Room, Slot
from events.roles import let_back_in, remove_attendee
from events.shifting import shift_slots
from notes.forms import WriteUpForm
from notes.models import Note, WriteUp
from notes.services import save_note
from pitches import views
from pitches.forms import PitchForm
from pitches.models import Pitch
from pitches.order import put_after
from pitches.services import host_idea, return_pitch, withdraw_pitch
from schedule.draft.moves import place_session
from schedule.models import Draft, GridVersion
from schedule.wall.mailing import stop_mails

from .addresses import Address, FullCamp
from .factories import PitchFactory, UserFactory, make_organiser
from .test_archived import APPS, send, undone, written_to

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: sent twice they say twice how it shall be, or end what is ended already: no form holds a key for that
SETS_ONLY = {
    "events:camp_switch", "events:room_features", "events:person_role", "pitches:seen_mark", "pitches:pitch_host", "pitches:interest_set",
    "schedule:live_switch", "schedule:session_choose", "schedule:scan_hold", "schedule:session_unplace", "schedule:session_pin",
    "schedule:pins_set",
    "schedule:room_reopen", "schedule:host_back", "schedule:repair_take", "schedule:build_stop", "schedule:build_take",
    "schedule:build_leave",
    "notes:note_rule", "notes:link_delete",
}  # fmt: skip


#: on the page that follows a deed
UNDO = {
    "schedule:move_undo", "schedule:shift_undo", "pitches:pitch_return", "notes:link_restore", "events:room_unpaste",
    "events:slot_ungenerate", "schedule:plan_b_return",
}  # fmt: skip


def key() -> str:
    return secrets.token_hex(16)


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model is not SentForm
    }


def send_with(client: Client, full_camp: FullCamp, address: Address, **more):
    form = full_camp.forms()[address.name]
    return client.post(full_camp.url(address, form), form.data | more)


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def done_by(person) -> list[str]:
    """The keys of their forms that wait on their row, for the scripts of their pages."""
    return [entry[1] for entry in User.objects.get(pk=person.user.pk).told if len(entry) == 2]


class Forms(HTMLParser):
    """Every form of a page that is sent: where to, and whether it holds a key."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page, self.found, self.open = page, [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.open = values.get("method") == "post"
            if self.open:
                self.found.append([values.get("action") or self.page, False])
        elif tag == "input" and self.open and values.get("name") == FIELD and values.get("value"):
            self.found[-1][1] = True

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = False


@pytest.fixture
def forms_shown(full_camp, olga) -> dict[str, set[bool]]:
    """Address → whether the forms that are sent there hold a key, from every page of the camp."""
    from .addresses import camp_addresses

    shown: dict[str, set[bool]] = {}
    scanned = full_camp.forms()["schedule:scan_place"].data
    for person in (olga, None):
        client = Client()
        if person:
            client.force_login(person.user, backend=BACKEND)
            # With a card in hand, the page of a cell has the form that places it.
            client.post(reverse("schedule:scan_hold", args=[full_camp.camp.slug]), {"mark": scanned["card"]})
        pages = [full_camp.url(address) for address in camp_addresses()]
        pages += [full_camp.url(a, f) for a in camp_addresses() if (f := full_camp.forms().get(a.name))]
        desk = f"/{full_camp.camp.slug}/draft/repair/sessions/{full_camp.session.pk}/?why="
        name = "schedule:cell_repair"
        cell = full_camp.url(next(a for a in camp_addresses() if a.name == name), full_camp.forms()[name])
        pages += [desk + "host", desk + "cancel", f"{cell}?why=new", f"{cell}?why=room"]
        pages += [
            f"/Q/{scanned['cell']}",
            "/new/",
            "/new/import/",
            f"/{full_camp.camp.slug}/draft/pitches/{full_camp.pitch.pk}/place/?slot={full_camp.slots[2].pk}",
        ]
        for page in pages:
            response = client.get(page)
            if response.status_code == 200 and "html" in response["Content-Type"]:
                for action, has_key in Forms(page, response.content.decode()).found:
                    shown.setdefault(action.partition("?")[0], set()).add(has_key)
    return shown


def test_every_form_but_those_that_only_set_something_holds_a_key(full_camp, forms_shown):
    """Derived from the table of addresses: a new form that makes something holds a key, or this fails."""
    without = {
        address.name
        for address in written_to(full_camp)
        if forms_shown.get(full_camp.url(address, full_camp.forms()[address.name])) != {True}
    }
    # No suggestion stands on the page of this camp: it has no wishes; the template is looked at below. What takes a
    # deed back stands on the page after it: tests/test_told.py.
    # What moved is on no page of this camp either: tests/schedule/test_moved_until_seen.py.
    # Nobody practises in it: tests/exchange/test_practise.py.
    never = {"schedule:repeat_add", "schedule:moves_hear", "exchange:practice_erase"}
    assert without - {*never, *UNDO} == SETS_ONLY
    assert forms_shown["/new/"] == forms_shown["/new/import/"] == {True}


def test_a_suggested_running_holds_a_key():
    from django.template.loader import get_template

    source = get_template("schedule/draft_figures.html").template.source
    assert re.search(r"repeat_add' .*?>\s*{% csrf_token %}{% form_key %}", source)


def test_what_has_no_key_makes_nothing_when_it_is_sent_twice(sign_in, olga, full_camp):
    client, made = sign_in(olga), []
    for address in written_to(full_camp):
        if address.name in SETS_ONLY:
            with undone():
                send(client, full_camp, address)
                before = counts()
                send(client, full_camp, address)
                if counts() != before:
                    made.append(address.name)
    assert made == []


def test_every_form_sent_twice_is_done_once_and_answered_alike(sign_in, olga, full_camp):
    client, wrong = sign_in(olga), []
    for address in written_to(full_camp):
        if address.name in SETS_ONLY:
            continue
        with undone():
            once = key()
            first = send_with(client, full_camp, address, **{FIELD: once})
            before = counts()
            second = send_with(client, full_camp, address, **{FIELD: once})
            alike = (first.status_code, first.url) == (second.status_code, second.url) == (302, first.url)
            if not alike or counts() != before:
                wrong.append((address.name, first.status_code, second.status_code))
    assert wrong == []


def test_without_keys_a_double_tap_does_harm_so_this_measures_something(sign_in, olga, full_camp):
    """The kinds of the report: two pitches, a second empty version, a refusal for what was done."""
    client, harmed = sign_in(olga), set()
    for address in written_to(full_camp):
        with undone():
            first = send(client, full_camp, address)
            before = counts()
            if send(client, full_camp, address).status_code != first.status_code or counts() != before:
                harmed.add(address.name)
    assert {"pitches:pitch_create", "events:room_list", "notes:link_create", "events:people_list"} <= harmed


# -- whose words they are ------------------------------------------------------------------------------------

HERE = {"Origin": "http://testserver"}


def hidden_in(answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))


@pytest.mark.parametrize("is_strict", [True, False])
def test_what_somebody_typed_goes_out_under_no_other_name(ben, cleo, camp, is_strict):
    """The page was open, and another person signed in on the device: with another token (strict), or the same."""
    browser = Client(enforce_csrf_checks=is_strict, headers=HERE)
    browser.force_login(ben.user, backend=BACKEND)
    typed = pitch_data("What Ben thinks", "") | hidden_in(browser.get(pitch_url(camp)))
    browser.logout()
    browser.force_login(cleo.user, backend=BACKEND)
    token = hidden_in(browser.get(pitch_url(camp)))["csrfmiddlewaretoken"]
    asked = browser.post(pitch_url(camp), typed)
    page = asked.content.decode()
    assert asked.status_code in (403, 409)
    assert "It was typed while somebody else was signed in on this device. Nothing was sent." in page
    assert "“Send it now” sends it as yours." in page
    assert not Pitch.objects.exists()
    again = typed | hidden_in(asked) | {"csrfmiddlewaretoken": token}
    assert again["sent_as"] == cleo.user.mark
    assert browser.post(pitch_url(camp), again).status_code == 302
    assert list(Pitch.objects.get().hosts.all()) == [cleo]


def test_what_was_typed_as_nobody_or_as_a_guest_is_theirs_once_they_are_signed_in(ben, camp):
    browser = Client(headers=HERE)
    for mark in ("", "5" * 16, ben.user.mark):
        browser.force_login(ben.user, backend=BACKEND)
        session = browser.session
        session[WAS] = "5" * 16
        session.save()
        assert browser.post(pitch_url(camp), pitch_data(f"By {mark}", new_key(mark))).status_code == 302
    assert browser.post(pitch_url(camp), pitch_data("By another", new_key("6" * 16))).status_code == 409
    assert Pitch.objects.count() == 3


def test_whoever_is_asked_to_sign_in_first_sends_it_by_one_press(ben, cleo, camp):
    browser = Client(headers=HERE)
    asked = browser.post(pitch_url(camp), pitch_data("Knots", new_key(cleo.user.mark)))
    assert asked.status_code == 403
    browser.force_login(ben.user, backend=BACKEND)
    again = pitch_data("Knots", "") | hidden_in(asked)
    assert browser.post(pitch_url(camp), again).status_code == 302


# -- one's own words -----------------------------------------------------------------------------------------


def pitch_url(camp: Camp) -> str:
    return f"/{camp.slug}/pitches/new/"


def pitch_data(title: str, once: str) -> dict[str, object]:
    return {"title": title, "kind": "talk", "length": 1, "who": "me", FIELD: once}


def test_a_double_tap_makes_one_pitch_and_both_answers_lead_to_it(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    answers = [client.post(pitch_url(camp), pitch_data("Knots", once)) for _ in range(2)]
    pitch = Pitch.objects.get()
    assert [answer.url for answer in answers] == [pitch.get_absolute_url()] * 2


@pytest.mark.parametrize("titles", [("Knots", "Bells"), ("Knots", "Bells", "Knots"), ("A", "B", "C")])
def test_the_page_found_again_and_sent_with_another_title_changes_the_pitch_it_made(sign_in, ben, camp, titles):
    """The answer was lost, or "Back" was pressed: the newest text counts, and it is said."""
    client, once = sign_in(ben), key()
    answers = [client.post(pitch_url(camp), pitch_data(title, once)) for title in titles]
    pitch = Pitch.objects.get()
    assert (pitch.title, list(pitch.hosts.all())) == (titles[-1], [ben])
    assert {answer.url for answer in answers} == {pitch.get_absolute_url()}
    assert f"Saved: your newer text. “{titles[-1]}”" in client.get(answers[-1].url).content.decode()


def test_a_newer_text_says_anew_who_hosts_it_and_what_it_comes_after(sign_in, hal, camp):
    client, once = sign_in(hal), key()
    ropes = Pitch.objects.create(camp=camp, title="Ropes")
    data = pitch_data("Knots", once) | {"who": "other", "behalf": "Zoe", "builds_also_on": ropes.pk}
    for text in ("Of hemp", "Of silk"):
        client.post(pitch_url(camp), data | {"about": text})
    pitch = Pitch.objects.exclude(pk=ropes.pk).get()
    assert (pitch.about, [host.display_name for host in pitch.hosts.all()]) == ("Of silk", ["Zoe"])
    assert list(pitch.after.all()) == [ropes]
    client.post(pitch_url(camp), data | {"who": "me", "builds_also_on": ""})
    assert (list(pitch.hosts.all()), list(pitch.after.all())) == ([hal], [])


def changed_by_order(pitch, cleo, camp):
    put_after(pitch=pitch, earlier=[Pitch.objects.create(camp=camp, title="Ropes")])


def changed_by_hosting(pitch, cleo, camp):
    host_idea(pitch=pitch, attendee=cleo)


def changed_by_handing_over(pitch, cleo, camp):
    pitch.hosts.set([cleo])


@pytest.mark.parametrize(
    ("who", "change"),
    [("me", changed_by_order), ("nobody", changed_by_hosting), ("me", changed_by_handing_over)],
)
def test_hosts_and_order_that_others_changed_since_stay_with_a_newer_text(sign_in, ben, cleo, camp, who, change):
    client, once = sign_in(ben), key()
    data = pitch_data("Knots", once) | {"who": who}
    client.post(pitch_url(camp), data)
    pitch = Pitch.objects.get()
    change(pitch, cleo, camp)
    stands = set(pitch.hosts.all()), set(pitch.after.all())
    answer = client.post(pitch_url(camp), data | {"title": "Bells"})
    pitch.refresh_from_db()
    assert (pitch.title, (set(pitch.hosts.all()), set(pitch.after.all()))) == ("Bells", stands)
    said = client.get(answer.url).content.decode()
    assert "Who hosts it, or what it comes after, was changed meanwhile: that stays." in said


def test_a_name_put_right_leaves_nobody_in_the_camp_under_the_wrong_one(sign_in, hal, camp):
    client, once = sign_in(hal), key()
    old = write_down(camp=camp, display_name="Amy")
    for name in ("Zo", "Zoe", "Amy"):
        client.post(pitch_url(camp), pitch_data("Knots", once) | {"who": "other", "behalf": name})
        pitch = Pitch.objects.get()
        assert [host.display_name for host in pitch.hosts.all()] == [name]
        there = set(camp.attendees.present().filter(user=None).values_list("display_name", flat=True))
        assert there == {"Amy", name}
    # She was there before, and stays.
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert old in camp.attendees.present()


def test_what_a_page_of_another_kind_made_is_nothing_of_this_one(sign_in, ben, full_camp):
    client, once, camp = sign_in(ben), key(), full_camp.camp
    client.post(f"/{camp.slug}/write-ups/new/", {"title": "What I heard", "text": "First", FIELD: once})
    # A pitch of theirs that has the number of the write-up.
    theirs = Pitch.objects.create(camp=camp, title="Theirs", proposed_by=ben)
    theirs.hosts.set([ben])
    sent = SentForm.objects.exclude(made=[]).get()
    sent.made[1] = theirs.pk
    sent.save(update_fields=["made"])
    client.post(pitch_url(camp), pitch_data("Belfries", once))
    theirs.refresh_from_db()
    assert theirs.title == "Theirs"
    assert "Belfries" in Pitch.objects.values_list("title", flat=True)


def test_what_somebody_else_changed_since_is_shown_beside_the_newer_text(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    client.post(pitch_url(camp), pitch_data("Knots", once) | {"about": "Of hemp"})
    Pitch.objects.update(title="Knots for all", topic="Ropes")
    refused = client.post(pitch_url(camp), pitch_data("Bells", once) | {"about": "Of silk"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert all(
        text in page for text in ("This was saved anew since you opened the page.", "Knots for all", "Bells", "Of silk")
    )
    pitch = Pitch.objects.get()
    assert (pitch.title, pitch.about) == ("Knots for all", "Of hemp")
    shown = re.search('name="shown" value="([^"]*)"', page)[1]
    again = pitch_data("Bells", once) | {"about": "Of silk", "topic": "Ropes", "shown": shown}
    assert client.post(pitch_url(camp), again).url == pitch.get_absolute_url()
    pitch = Pitch.objects.get()
    assert (pitch.title, pitch.topic, pitch.about) == ("Bells", "Ropes", "Of silk")


def test_a_pitch_that_was_withdrawn_since_is_not_changed_but_another_one_made(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    client.post(pitch_url(camp), pitch_data("Knots", once))
    withdraw_pitch(pitch=Pitch.objects.get(), by=None)
    client.post(pitch_url(camp), pitch_data("Bells", once))
    assert [pitch.title for pitch in Pitch.objects.open()] == ["Bells"]


@pytest.mark.parametrize("address", ["write-ups/new/", "sessions/{session}/write-ups/"])
def test_back_and_publish_again_is_one_write_up_with_the_newer_text(sign_in, ben, full_camp, address):
    client, once = sign_in(ben), key()
    address = f"/{full_camp.camp.slug}/" + address.format(session=full_camp.session.pk)
    before = set(WriteUp.objects.values_list("pk", flat=True))
    for text in ("First", "Second", "Third"):
        answer = client.post(address, {"title": "What I heard", "text": text, FIELD: once})
    writeup = WriteUp.objects.exclude(pk__in=before).get()
    assert (writeup.text, writeup.by, answer.url) == ("Third", ben, writeup.get_absolute_url())
    assert "Saved: your newer text." in client.get(answer.url).content.decode()
    WriteUp.objects.filter(pk=writeup.pk).update(text="Put right by an organiser")
    refused = client.post(address, {"title": "What I heard", "text": "Fourth", FIELD: once})
    assert refused.status_code == 422
    assert "Put right by an organiser" in refused.content.decode()


def test_what_was_done_and_not_heard_of_is_said_on_the_next_page_with_its_undo(sign_in, olga, camp):
    """The answer is lost with its cookies; a room whose name is put right after that is a second one."""
    client, once, address = sign_in(olga), key(), f"/{camp.slug}/rooms/paste/"
    for lines in ("Bran, 40", "Barn, 40"):
        cookies = {name: cookie.value for name, cookie in client.cookies.items()}
        answer = client.post(address, {"lines": lines, FIELD: once})
        assert answer.status_code == 302
        client.cookies.load(cookies)
        for name in set(client.cookies) - set(cookies):
            del client.cookies[name]
    page = client.get(answer.url).content.decode()
    assert all(f"1 room is added: {name} (40)." in page for name in ("Bran", "Barn"))
    assert page.count(f'action="/{camp.slug}/rooms/paste/undo/"') == 2
    assert "1 room is added" not in client.get(answer.url).content.decode()


def test_each_sending_of_a_form_is_confirmed_by_a_mark_of_its_own_and_is_one_content(sign_in, hal, camp):
    client, once, address = sign_in(hal), key(), f"/{camp.slug}/pitches/new/"
    data = {"title": "Knots", "about": "", "kind": "talk", "length": 1, "who": "me", FIELD: once}
    for sending in ("0" * 8, "1" * 8, "Not one"):
        assert client.post(address, data | {"sending": sending}).status_code == 302
    assert Pitch.objects.count() == 1
    done = re.findall(r'<meta name="done" content="(.*?)"', client.get(f"/{camp.slug}/").content.decode())
    assert done == [f"{once[:16]}_{'0' * 8}", f"{once[:16]}_{'1' * 8}", once[:16]]


def save_notes(client, session, text, once, base="0"):
    address = f"/{session.camp.slug}/sessions/{session.pk}/notes/"
    return client.post(address, {"text": text, "base": base, FIELD: once})


def test_notes_put_right_after_the_answer_was_lost_are_not_there_twice(sign_in, ben, cleo, full_camp):
    session = full_camp.session
    Note.objects.filter(session=session).delete()
    client, once = sign_in(ben), key()
    for text in ("Who was there\nBens lien", "Who was there\nBens line", "Who was there\nBens own line\nAnd more"):
        assert save_notes(client, session, text, once).status_code == 302
        note = Note.objects.get(session=session)
        assert note.text == text
    save_note(session=session, text=f"{note.text}\nCleos line", by=cleo, base_revision=note.revision)
    save_notes(client, session, "Who was there\nBens line again\nAnd more", once)
    assert Note.objects.get(session=session).text == "Who was there\nBens line again\nAnd more\nCleos line"


def test_notes_into_which_others_were_put_take_nothing_of_theirs_away_when_sent_again(sign_in, ben, cleo, full_camp):
    session = full_camp.session
    Note.objects.filter(session=session).delete()
    save_note(session=session, text="One", by=cleo, base_revision=0)
    save_note(session=session, text="One\nCleos line", by=cleo, base_revision=1)
    client, once = sign_in(ben), key()
    save_notes(client, session, "Bens line\nOne", once, base="1")
    save_notes(client, session, "Bens own line\nOne", once, base="1")
    assert "Cleos line" in Note.objects.get(session=session).text


def test_a_name_put_right_on_the_way_in_is_no_second_person(browser, camp):
    """The answer that let them in was lost, with its cookies; the page is found again with what was typed."""
    data = join_page(browser, camp)
    before = browser.cookies["csrftoken"].value
    browser.post(f"/{camp.slug}/join/", data | {"display_name": "Fern Smiht"})
    late = Client(enforce_csrf_checks=True)
    late.cookies["csrftoken"] = before
    answer = late.post(f"/{camp.slug}/join/", data | {"display_name": "Fern Smith"})
    fern = Attendee.objects.get()
    assert (fern.display_name, answer.url) == ("Fern Smith", f"/{camp.slug}/")
    assert late.session["_auth_user_id"] == str(fern.user_id)
    # Another browser that has the page, key and all, is somebody else.
    other = Client(enforce_csrf_checks=True)
    theirs = join_page(other, camp) | {FIELD: data[FIELD], "display_name": "Gwen"}
    other.post(f"/{camp.slug}/join/", theirs)
    assert sorted(Attendee.objects.values_list("display_name", flat=True)) == ["Fern Smith", "Gwen"]


def test_a_name_changed_back_from_the_same_page_is_changed_back(sign_in, ben, camp):
    """Sent with other words in between, the first words are meant anew."""
    client, once = sign_in(ben), key()
    for name in ("Benno", "Benjamin", "Benno"):
        client.post(f"/{camp.slug}/name/", {"display_name": name, FIELD: once})
    ben.refresh_from_db()
    assert ben.display_name == "Benno"


def test_the_key_of_what_broke_on_the_way_goes_with_it_and_the_form_is_done_the_next_time(ben, camp, monkeypatch):
    """Key and row are one transaction: else the second answer would say that it is done, and it is not."""
    client, once = Client(raise_request_exception=False), key()
    client.force_login(ben.user, backend=BACKEND)

    def broken(**kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(views, "submit_pitch", broken)
        assert client.post(pitch_url(camp), pitch_data("Knots", once)).status_code == 500
    assert not SentForm.objects.exists()
    assert client.post(pitch_url(camp), pitch_data("Knots", once)).url == Pitch.objects.get().get_absolute_url()


def test_a_refused_form_keeps_its_key_and_is_done_once_it_is_right(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    refused = client.post(pitch_url(camp), pitch_data("", once))
    assert refused.status_code == 422
    assert f'value="{once}" data-answered' in refused.content.decode()
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert Pitch.objects.get().title == "Knots"


def test_the_same_words_refused_once_are_done_when_nothing_is_in_their_way_any_more(sign_in, olga, camp, rooms):
    client, data = sign_in(olga), {"name": "Barn", "capacity": 5, FIELD: key()}
    assert client.post(f"/{camp.slug}/rooms/", data).status_code == 422
    rooms[0].delete()
    assert [client.post(f"/{camp.slug}/rooms/", data).status_code for _ in range(2)] == [302, 302]
    assert camp.rooms.filter(name="Barn").exists()


def test_what_was_refused_on_the_next_page_is_done_once_nothing_is_in_its_way_any_more(sign_in, olga, camp):
    """The only organiser made somebody else one, and presses "Leave" on the page that Back shows."""
    client, url, once = sign_in(olga), f"/{camp.slug}/leave/", key()
    refused = ["A camp needs an organiser. Make somebody else one first."]
    # Tapped twice, it is told once.
    assert [client.post(url, {FIELD: once}).status_code for _ in range(2)] == [302, 302]
    assert [entry[2] for entry in User.objects.get(pk=olga.user.pk).told if len(entry) > 2] == refused
    make_organiser(camp, "Oscar")
    assert told(client.post(url, {FIELD: once}))[-1] == f"You left {camp}."
    assert not camp.attendees.present().filter(pk=olga.pk).exists()


def test_the_key_of_another_person_is_none(ben, cleo, camp):
    """One browser, passed on: what Cleo sends from Ben's page is Cleo's."""
    once = key()
    for person in (ben, cleo):
        client = Client()
        client.force_login(person.user, backend=BACKEND)
        client.post(pitch_url(camp), pitch_data("Knots", once))
    assert sorted(pitch.proposed_by.display_name for pitch in Pitch.objects.all()) == ["Ben", "Cleo"]


def test_a_helper_who_sends_other_words_from_the_page_of_somebody_else_makes_a_pitch_of_their_own(ben, hal, camp):
    once = key()
    for person, title in ((ben, "Knots"), (hal, "Bells")):
        client = Client()
        client.force_login(person.user, backend=BACKEND)
        client.post(pitch_url(camp), pitch_data(title, once))
    assert {pitch.title: pitch.proposed_by for pitch in Pitch.objects.all()} == {"Knots": ben, "Bells": hal}


def test_sent_again_an_hour_later_the_answer_says_that_it_was_done(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert told(client.post(pitch_url(camp), pitch_data("Knots", once))) == ["“Knots” is on the board."]
    SentForm.objects.update(done_at=timezone.now() - timedelta(hours=1))
    _done, text = told(client.post(pitch_url(camp), pitch_data("Knots", once)))
    assert "already, and done once" in text
    assert Pitch.objects.count() == 1


def test_when_it_was_sent_is_told_by_the_clock_of_the_camp(sign_in, olga, ben, camp):
    """Also where the page is refused by now, so that the camp's zone does not hold any more."""
    camp.time_zone = "Asia/Tokyo"
    camp.save()
    client, once = sign_in(olga), key()
    make_organiser(camp, "Oscar")
    address, data = f"/{camp.slug}/people/{olga.pk}/role/", {"role": "attendee", FIELD: once}
    client.post(address, data)
    # On another day the time alone would be taken for one of today.
    SentForm.objects.update(done_at=datetime.combine(timezone.now().date(), time(4, 5), UTC) - timedelta(days=2))
    *_said, text = told(client.post(address, data))
    day = timezone.now().date() - timedelta(days=2)
    assert text.startswith(f"This was sent on {day:%a} {day.day} {day:%b %Y} at 13:05 already")


def test_outside_of_camps_it_is_told_how_long_ago_it_was_sent(sign_in, ben):
    client = sign_in(ben)
    data = {"name": "New", "slug": "new-camp", "starts_on": "2031-01-11", "ends_on": "2031-01-11", FIELD: key()}
    data |= {"time_zone": "Asia/Tokyo", "joining": "open", "display_name": "Ben"}
    assert client.post("/new/", data).status_code == 302
    SentForm.objects.update(done_at=timezone.now() - timedelta(minutes=3))
    *_said, text = told(client.post("/new/", data))
    assert text.startswith("This was sent 3\N{NO-BREAK SPACE}minutes ago already")


def test_what_the_first_answer_said_the_second_says_too(sign_in, olga, full_camp):
    """A double tap on "Publish": one version, and both are told its number."""
    client, url = sign_in(olga), f"/{full_camp.camp.slug}/draft/publish/"
    data = {"seen": Draft.revision_of(full_camp.camp), "accept_broken": "1", FIELD: key()}
    before = GridVersion.objects.count()
    late = Client()
    late.cookies["sessionid"] = client.cookies["sessionid"].value
    answers = [told(person.post(url, data)) for person in (client, late, client)]
    assert GridVersion.objects.count() == before + 1
    # Also where the first answer arrived it is not said twice.
    assert answers == [[f"Version {before + 1} is published."]] * 3


def test_only_what_was_done_is_echoed(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    client.post(pitch_url(camp), pitch_data("", once))
    assert done_by(ben) == []
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert done_by(ben) == [once[:16]]
    other = key()
    client.post(pitch_url(camp), pitch_data("Bells", other))
    assert done_by(ben) == [once[:16], other[:16]]
    # Told anew: the answer may have been lost.
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert done_by(ben) == [other[:16], once[:16]]


def test_what_nobody_sends_is_echoed_by_a_cookie(client, db):
    first, second = key(), key()
    login = reverse("account_request_login_code")
    assert client.post(login, {"email": "new@example.org", FIELD: first}).cookies["done"].value == first[:16]
    both = f"{first[:16]}.{second[:16]}"
    assert client.post(login, {"email": "one@example.org", FIELD: second}).cookies["done"].value == both


def test_two_windows_that_save_at_once_are_both_echoed(sign_in, ben, camp):
    """Neither request knew of the other's key."""
    one, other = sign_in(ben), Client()
    other.cookies["sessionid"] = one.cookies["sessionid"].value
    keys = [key(), key()]
    for client, once, title in zip([one, other], keys, ["Knots", "Bells"], strict=True):
        client.post(pitch_url(camp), pitch_data(title, once))
    assert done_by(ben) == [once[:16] for once in keys]


def test_what_was_refused_on_the_next_page_is_not_echoed(sign_in, olga, camp):
    """The last organiser cannot leave: they are led on, and nothing was done."""
    answer = sign_in(olga).post(f"/{camp.slug}/leave/", {FIELD: key()})
    assert (answer.status_code, done_by(olga)) == (302, [])
    assert len(told(answer)) == 1


def test_a_refusal_that_waits_from_another_form_keeps_no_echo_back(sign_in, ben, cleo, camp):
    """Else the draft of what is saved would stay, and be said to be of unknown fate."""
    client, once = sign_in(ben), key()
    taken = PitchFactory(camp=camp, hosts=[cleo])
    client.post(f"/{camp.slug}/pitches/{taken.pk}/host/", {FIELD: key()})
    assert done_by(ben) == []
    answer = client.post(pitch_url(camp), pitch_data("Knots", once))
    assert done_by(ben) == [once[:16]]
    # Both are told all the same.
    page = client.get(answer.url).content.decode()
    assert page.count("<p data-told>") == 2


def test_a_form_sent_again_tells_its_own_deed_and_no_other(sign_in, ben, camp):
    client, once = sign_in(ben), key()
    old = PitchFactory(camp=camp, title="Old one", hosts=[ben], proposed_by=ben)
    client.post(f"/{camp.slug}/pitches/{old.pk}/withdraw/", {FIELD: key()})
    for expected in ([True, True], [False, True]):
        answer = client.post(pitch_url(camp), pitch_data("Knots", once))
        page = client.get(answer.url).content.decode()
        assert [
            f"<p data-told>{said}" in page for said in ("“Old one” is withdrawn.", "“Knots” is on the board.")
        ] == expected
    [said] = SentForm.objects.order_by("pk").last().said
    assert "“Knots” is on the board." in said


def test_a_double_tap_whose_second_did_not_know_what_waits_is_told_once(sign_in, ben, camp, monkeypatch):
    """Both had loaded the person before either said anything."""
    client, once = sign_in(ben), key()
    client.post(pitch_url(camp), pitch_data("Knots", once))
    monkeypatch.setattr("accounts.told.ToldStorage.waiting", lambda storage: [])
    client.post(pitch_url(camp), pitch_data("Knots", once))
    assert len([entry for entry in User.objects.get(pk=ben.user.pk).told if len(entry) > 2]) == 1


def test_what_is_done_is_told_though_they_signed_out_in_another_window_meanwhile(sign_in, ben, camp, monkeypatch):
    """Nothing of ours writes to a session that is gone by then; they are told when they are back."""
    client, once = sign_in(ben), key()

    def signed_out(*args, **kwargs):
        Session.objects.all().delete()

    monkeypatch.setattr("pitches.views.note_saved", signed_out)
    answer = client.post(pitch_url(camp), pitch_data("Knots", once))
    assert (answer.status_code, done_by(ben)) == (302, [once[:16]])
    assert "is on the board" not in client.get(answer.url).content.decode()
    assert "“Knots” is on the board." in sign_in(ben).get(answer.url).content.decode()


def test_signed_out_while_a_form_was_on_its_way_they_are_told_what_is_so(sign_in, ben, camp, monkeypatch):
    client, once = sign_in(ben), key()

    def signed_out(request, *args, **kwargs):
        Session.objects.all().delete()
        request.session["changed"] = "1"

    monkeypatch.setattr("pitches.views.note_saved", signed_out)
    data = pitch_data("Knots", once)
    answer = client.post(pitch_url(camp), data, headers={"Origin": "http://testserver"})
    page = answer.content.decode()
    assert (answer.status_code, Pitch.objects.filter(title="Knots").count()) == (403, 1)
    assert "You signed out in another window while this was on its way, so it may be saved." in page
    assert ("Nothing was saved" in page, "Not saved. Your" in page, '<dd class="typed">Knots</dd>' in page) == (
        False,
        False,
        True,
    )
    assert "Sign in in another window" in page
    # As it says.
    monkeypatch.undo()
    assert sign_in(ben).post(pitch_url(camp), data).status_code == 302
    assert Pitch.objects.filter(title="Knots").count() == 1


def _withdraw(pitch):
    withdraw_pitch(pitch=pitch, by=pitch.proposed_by)


def _rename(pitch):
    Pitch.objects.filter(pk=pitch.pk).update(title="Another's")


@pytest.mark.parametrize("change", [_withdraw, _rename, Pitch.delete])
def test_a_form_sent_again_says_nothing_that_is_not_so_any_more(sign_in, ben, camp, change):
    client, once = sign_in(ben), key()
    data = pitch_data("Knots", once)
    client.post(pitch_url(camp), data)
    User.objects.update(told=[])
    change(camp.pitches.get(title="Knots"))
    answer = client.post(pitch_url(camp), data, headers={"Origin": "http://testserver"})
    page = answer.content.decode()
    assert (answer.status_code, done_by(ben)) == (409, [])
    assert "is on the board" not in page
    assert "This was saved before; it was changed, or taken away, since." in page
    # Sent from that page it is another form.
    anew = re.search(rf'name="{FIELD}" value="([^"]+)"', page)[1]
    assert anew[:28] != once[:28]
    assert client.post(pitch_url(camp), data | {FIELD: anew, "instead_of": once}).status_code == 302
    # The draft that was sent first goes, too.
    assert (done_by(ben), f'name="instead_of" value="{once}"' in page) == ([anew[:16], once[:16]], True)
    assert camp.pitches.open().filter(title="Knots").count() == 1


def test_a_slot_that_moved_since_is_not_said_to_be_where_it_was_saved(sign_in, olga, camp, slots):
    client, url = sign_in(olga), f"/{camp.slug}/slots/{slots[2].pk}/"
    data = {"day": "2030-01-12", "starts": "14:00", "ends": "15:00", "kind": "sessions", "title": "", FIELD: key()}
    assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
    slot = camp.slots.get(pk=slots[2].pk)
    shift_slots(camp=camp, slots=[slot.pk], minutes=30)
    User.objects.update(told=[])
    answer = client.post(url, data)
    assert (answer.status_code, "The slot is saved" in answer.content.decode()) == (409, False)


@pytest.mark.parametrize("deed", ["place/", "unplace/", "pin/"])
def test_a_session_that_moved_since_is_not_said_to_be_where_it_was_put(sign_in, olga, full_camp, deed):
    camp, session = full_camp.camp, full_camp.session
    client, rooms, last = sign_in(olga), full_camp.rooms, full_camp.slots[2]
    of = f"pitches/{session.pitch_id}" if deed == "place/" else f"sessions/{session.pk}"
    url, data = f"/{camp.slug}/draft/{of}/{deed}", {"cell": f"{last.pk}-{rooms[1].pk}", "on": "1", FIELD: key()}
    answers = [client.post(url, data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    told = done_by(olga)
    place_session(pitch=session.pitch, room=rooms[0], slot=last)
    User.objects.update(told=[])
    answer = client.post(url, data)
    assert (answer.status_code, len(told)) == (409, 1)
    assert "Not as you left it" in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "sent", "since"),
    [
        ("settings/is_pitching_open/switch/", {"on": "0"}, {"on": "1"}),
        ("archive/", {"on": "1"}, {"on": "0"}),
        ("people/{cleo}/role/", {"role": "helper"}, {"role": "attendee"}),
    ],
)
def test_what_was_switched_back_since_is_not_said_to_be_as_it_was_switched(
    sign_in, olga, cleo, camp, page, sent, since
):
    client, url, once = sign_in(olga), f"/{camp.slug}/{page.format(cleo=cleo.pk)}", key()
    assert [client.post(url, sent | {FIELD: once}).status_code for _ in range(2)] == [302, 302]
    assert client.post(url, since | {FIELD: key()}).status_code == 302
    User.objects.update(told=[])
    answer = client.post(url, sent | {FIELD: once})
    assert (answer.status_code, "Not as you left it" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("is_back", [False, True])
@pytest.mark.parametrize("what", ["room", "host"])
def test_what_is_lost_or_back_is_said_only_while_it_is(sign_in, full_camp, olga, what, is_back):
    repair, slot = f"/{full_camp.camp.slug}/draft/repair", full_camp.slots[2].pk
    room, host = full_camp.rooms[0].pk, full_camp.pitch.hosts.first().pk
    lost, back = {
        "room": ((f"{repair}/rooms/", {"room": room, "closed_in": slot}), (f"{repair}/rooms/{room}/reopen/", {})),
        "host": ((f"{repair}/hosts/", {"host": host, "away_in": slot}), (f"{repair}/hosts/{host}/back/", {})),
    }[what]
    client, once = sign_in(olga), {FIELD: key()}

    def send(page, **more):
        url, data = page
        return client.post(url, data | {FIELD: key()} | more).status_code

    deed, undone = (back, lost) if is_back else (lost, back)
    if is_back:
        assert send(lost) == 302
    assert [send(deed, **once) for _ in range(2)] == [302, 302]
    assert send(undone) == 302
    User.objects.update(told=[])
    assert send(deed, **once) == 409


def test_who_was_let_back_in_since_is_not_said_to_be_removed(sign_in, olga, cleo, camp):
    client, url, sent = sign_in(olga), f"/{camp.slug}/people/{cleo.pk}/remove/", {FIELD: key()}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    cleo.refresh_from_db()
    let_back_in(attendee=cleo, role=cleo.role, seen=cleo.removed_at.isoformat())
    User.objects.update(told=[])
    assert client.post(url, sent).status_code == 409


#: of what these did no row knows whether it is still so, since it is gone for good, or was never one thing: what is
#: true whatever became of it. Whoever is in already is led on, and joins nothing
NO_ROW = {
    "events:camp_join", "events:camp_leave", "events:camp_erase", "events:news_hear", "events:camp_delete", "events:room_unpaste",
    "events:room_delete", "events:slot_ungenerate", "events:slot_delete", "events:address_upload", "events:address_drop",
    "events:invitation_take_back", "pitches:pitch_merge", "schedule:calendar_replace", "schedule:grid_publish", "schedule:version_take_back", "schedule:moves_hear", "schedule:device_remove",
    "schedule:repair_start", "schedule:build_start", "schedule:what_if_start", "notes:note_edit", "notes:writeup_delete", "exchange:import_create",
    "exchange:import_detail", "events:worry_delete", "notes:draft_delete", "exchange:practice_erase", "schedule:pack_make",
}  # fmt: skip


def test_of_every_form_it_is_known_whether_what_it_did_is_still_so(sign_in, olga, full_camp):
    """Derived from the table of addresses: a new form says of which row it speaks, or stands above."""
    client, unknown = sign_in(olga), set()
    for address in written_to(full_camp):
        with undone():
            once = key()
            send_with(client, full_camp, address, **{FIELD: once})
            sent = SentForm.objects.order_by("pk").last()
            if address.name not in SETS_ONLY - {"notes:link_delete"} and not (sent.made and sent.made[-1]):
                unknown.add(address.name)
    assert unknown == NO_ROW | {"notes:link_delete"}


def test_what_nobody_knows_to_be_still_so_is_said_to_have_been_done_and_no_more(sign_in, olga, full_camp):
    client, url = sign_in(olga), f"/{full_camp.camp.slug}/draft/builds/"
    data = full_camp.forms()["schedule:build_start"].data | {FIELD: key()}
    client.post(url, data)
    full_camp.camp.grid_builds.update(state="done")
    for table, changes in ((User, {"told": []}), (SentForm, {"done_at": timezone.now() - timedelta(hours=1)})):
        table.objects.update(**changes)
    [text] = told(client.post(url, data))
    assert text.startswith("This was sent ")


def _sends(full_camp, olga) -> dict[str, tuple[str, dict[str, object], Callable[[], object]]]:
    """What: where it is sent, what, and what becomes of it then."""
    camp, session, pitch = full_camp.camp, full_camp.session, full_camp.pitch
    of_session, of_pitch = f"sessions/{session.pk}", f"pitches/{pitch.pk}"
    return {
        "a link": (
            f"{of_session}/links/",
            {"url": "https://example.org/new", "title": "New", "kind": "slides"},
            lambda: session.links.get(title="New").delete(),
        ),
        "a room": ("rooms/", {"name": "Attic", "capacity": 4}, lambda: camp.rooms.get(name="Attic").delete()),
        "rooms": ("rooms/paste/", {"lines": "Attic\nCellar"}, lambda: camp.rooms.filter(name="Attic").update(name="A")),
        "a pitch that is withdrawn": (
            f"{of_pitch}/withdraw/",
            {},
            lambda: return_pitch(pitch=pitch, seen=Pitch.objects.get(pk=pitch.pk).withdrawal, by=olga),
        ),
        "a day that moves": (
            "slots/shift/",
            full_camp.forms()["slots_shift"].data,
            lambda: [Slot.objects.filter(pk=slot.pk).update(starts_at=slot.starts_at) for slot in full_camp.slots],
        ),
        "mails": ("my/calendar/mails/", {}, lambda: stop_mails(attendee=olga)),
        "an invitation": ("people/", {"role": "helper"}, lambda: camp.invitations.latest("pk").delete()),
        "a camp": ("copy/", full_camp.forms()["events:camp_copy"].data, lambda: Camp.objects.latest("pk").delete()),
    }  # fmt: skip


@pytest.mark.parametrize(
    "what",
    ["a link", "a room", "rooms", "a pitch that is withdrawn", "a day that moves", "mails", "an invitation", "a camp"],
)
def test_what_is_gone_or_back_since_is_not_said_to_be_there(sign_in, olga, full_camp, what):
    """Within the minute in which a double tap is answered as the first was."""
    page, data, change = _sends(full_camp, olga)[what]
    client, url, data = sign_in(olga), f"/{full_camp.camp.slug}/{page}", data | {FIELD: key()}
    assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
    change()
    User.objects.update(told=[])
    answer = client.post(url, data, headers=HERE)
    page = answer.content.decode()
    assert (answer.status_code, done_by(olga)) == (409, [])
    assert "“Send it now” saves what you typed once more." in page or "open the page anew" in page


def test_who_was_removed_since_is_not_said_to_be_in(browser, camp):
    page, data = f"/{camp.slug}/join/", {"display_name": "Gus", FIELD: key()}
    token = hidden_in(browser.get(page))["csrfmiddlewaretoken"]
    assert browser.post(page, data | {"csrfmiddlewaretoken": token}).status_code == 302
    remove_attendee(attendee=camp.attendees.get(display_name="Gus"))
    User.objects.update(told=[])
    token = browser.cookies["csrftoken"].value
    answer = browser.post(page, data | {"csrfmiddlewaretoken": token})
    assert (answer.status_code, "You are in." in answer.content.decode()) == (409, False)


#: of forms that change a row: what is no column of it, by hand; day and clock together are one
NO_COLUMNS = {
    "CampForm": set(),
    "RoomForm": set(),
    "SlotForm": {"day"},
    "PitchForm": {"cohosts", "not_in", "builds_on", "builds_also_on"},
    "WriteUpForm": set(),
}


def test_what_is_typed_is_a_column_by_which_it_is_known_to_be_as_it_was_left():
    forms = {CampForm: Camp, RoomForm: Room, SlotForm: Slot, PitchForm: Pitch, WriteUpForm: WriteUp}
    found = {
        form.__name__: {
            name
            for name in form.base_fields
            if COLUMNS.get(name, name) not in {field.name for field in model._meta.concrete_fields}
        }
        for form, model in forms.items()
    }
    assert found == NO_COLUMNS


def test_a_name_that_is_another_by_now_is_not_said_to_be_mine(sign_in, ben, camp):
    client, url, data = sign_in(ben), f"/{camp.slug}/name/", {"display_name": "Benny", FIELD: key()}
    assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
    client.post(url, {"display_name": "Benjamin", FIELD: key()})
    User.objects.update(told=[])
    answer = client.post(url, data)
    assert (answer.status_code, "Here you are called" in answer.content.decode()) == (409, False)


def test_a_file_is_read_once_however_often_it_is_asked_whether_it_was_sent_before(rf, db, monkeypatch):
    """`once_late` asks first, and `done_once` again: of a large file that takes a while."""
    read = []
    monkeypatch.setattr("accounts.once._content_key", lambda request: read.append(request.path) or key())
    request = rf.post("/x/", {"file": SimpleUploadedFile("camp.json", b"{}"), FIELD: key()})
    request.user = UserFactory()
    view = once_late(lambda request: done_once(request=request, do=lambda: HttpResponseRedirect("/y/")))
    assert view(request).url == "/y/"
    assert read == ["/x/"]


# -- coming in -----------------------------------------------------------------------------------------------


@pytest.fixture
def browser() -> Iterator[Client]:
    """A browser that looks for forged forms, as all do."""
    return Client(enforce_csrf_checks=True)


def join_page(client: Client, camp: Camp) -> dict[str, str]:
    """The page's hidden fields, as a browser would send them."""
    html = client.get(f"/{camp.slug}/join/").content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def test_a_double_tap_on_join_is_one_person_who_is_in_twice(browser, camp):
    """Both taps leave before an answer came: neither knows of a new cookie."""
    data = join_page(browser, camp) | {"display_name": "Fern"}
    before = browser.cookies["csrftoken"].value
    first = browser.post(f"/{camp.slug}/join/", data)
    late = Client(enforce_csrf_checks=True)
    late.cookies["csrftoken"] = before
    second = late.post(f"/{camp.slug}/join/", data)
    fern = Attendee.objects.get()
    assert (first.url, second.url) == (f"/{camp.slug}/", f"/{camp.slug}/")
    assert [client.session["_auth_user_id"] for client in (browser, late)] == [str(fern.user_id)] * 2
    assert User.objects.count() == 1


def test_the_second_tap_that_knows_the_new_cookie_is_no_403(browser, camp):
    """Signing in makes a new token against forged forms; the page still holds the old one."""
    data = join_page(browser, camp) | {"display_name": "Fern"}
    browser.post(f"/{camp.slug}/join/", data)
    second = browser.post(f"/{camp.slug}/join/", data)
    assert (second.status_code, second.url) == (302, f"/{camp.slug}/")
    assert Attendee.objects.count() == 1


def test_another_browser_with_the_key_is_another_person(browser, camp):
    data = join_page(browser, camp) | {"display_name": "Fern"}
    browser.post(f"/{camp.slug}/join/", data)
    other = Client(enforce_csrf_checks=True)
    mine = join_page(other, camp)
    other.post(f"/{camp.slug}/join/", data | {"csrfmiddlewaretoken": mine["csrfmiddlewaretoken"]})
    assert Attendee.objects.count() == 2


def test_nobody_is_let_in_by_the_form_of_somebody_who_signed_out(browser, camp):
    data = join_page(browser, camp) | {"display_name": "Fern"}
    before = browser.cookies["csrftoken"].value
    browser.post(f"/{camp.slug}/join/", data)
    browser.logout()
    late = Client(enforce_csrf_checks=True)
    late.cookies["csrftoken"] = before
    late.post(f"/{camp.slug}/join/", data)
    assert Attendee.objects.count() == 2


def test_the_right_code_of_a_claim_sent_twice_is_inside_twice(client, camp, ben):
    guest = User.objects.create_guest()
    camp.attendees.create(user=guest, display_name="Gus")
    client.force_login(guest, backend=BACKEND)
    client.cookies["csrftoken"] = "x" * 32
    start_claim(guest=guest, email=ben.user.email)
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
    late = Client()
    late.cookies.load({"sessionid": client.cookies["sessionid"].value, "csrftoken": "x" * 32})
    data = {"code": code, FIELD: key()}
    answers = [person.post("/accounts/keep/code/", data) for person in (client, late)]
    assert [answer.url for answer in answers] == ["/me/", "/me/"]
    assert late.session["_auth_user_id"] == str(ben.user_id)
    for name in (CODE_AT, WAS):
        assert late.session[name] == client.session[name]


def test_what_a_guest_sent_is_done_once_though_they_are_an_account_by_then(client, camp, ben):
    """The answer was lost, the place was kept meanwhile: a reload sends the page of the guest once more."""
    guest = User.objects.create_guest()
    camp.attendees.create(user=guest, display_name="Gus")
    client.force_login(guest, backend=BACKEND)
    once = key()
    client.post(pitch_url(camp), pitch_data("Knots", once))
    start_claim(guest=guest, email=ben.user.email)
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body)[0]
    client.post("/accounts/keep/code/", {"code": code, FIELD: key()})
    assert client.session["_auth_user_id"] == str(ben.user_id)
    for title in ("Knots", "Bells"):
        client.post(pitch_url(camp), pitch_data(title, once))
        assert [(pitch.title, list(pitch.hosts.all())) for pitch in Pitch.objects.all()] == [(title, [ben])]


# -- at once -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one database in memory; two processes: tests/browser")
def test_two_that_arrive_at_once_are_one(camp, ben):
    once, start, urls = key(), Barrier(4), []
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(ben.user, backend=BACKEND)

    def tap(client: Client) -> None:
        start.wait()
        urls.append(client.post(pitch_url(camp), pitch_data("Knots", once)).url)
        connections.close_all()

    threads = [Thread(target=tap, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert urls == [Pitch.objects.get().get_absolute_url()] * 4
