"""A camp that was exported comes in by the page: looked at first, whole or not at all, run by whoever brings it."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from importlib import import_module
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.form_keys import FIELD
from accounts.limits import Limit
from accounts.models import User
from events.listed import list_addresses
from events.models import Attendee, Camp
from exchange import document as bounds
from exchange.arriving import write_arrival
from exchange.bringing import bring_in, show_arrival
from exchange.json_export import Secrets, export_camp
from exchange.models import Upload
from exchange.uploads import read_again, start_bringing
from notes.services import save_note
from schedule.draft.moves import place_session
from schedule.models import Draft
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, UserFactory, make_organiser

PAGE = "/new/import/"


@pytest.fixture
def document(camp, olga, ben, rooms, slots) -> dict:
    """The complete copy of a camp that has gone from here."""
    session = place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    list_addresses(camp=camp, emails=["vera@tickets.example"])
    Draft.objects.filter(camp=camp).update(fairness=7)
    return json.loads(json.dumps(export_camp(camp, with_interest=False, secrets=Secrets.OF_CAMP)))


@pytest.fixture
def user(db) -> User:
    return UserFactory()


@pytest.fixture
def bring(client, user):
    client.force_login(user)

    def send(data: object):
        text = data if isinstance(data, bytes) else json.dumps(data).encode()
        return client.post(PAGE, {"document": SimpleUploadedFile("camp.json", text)})

    return send


def open_it(client, url: str, slug: str = "lakeside-2030", name: str = "Fern"):
    return client.post(url, {"slug": slug, "display_name": name})


def test_it_is_shown_first_and_made_then(client, bring, user, camp, document):
    session = camp.sessions.get()
    code, page = camp.code, f"/{camp.slug}/sessions/{session.pk}/"
    camp.delete()
    answer = bring(document)
    html = client.get(answer.url).content.decode()
    assert "<strong>Rooms</strong>:\n          \n            2 rows, 2 new" in html
    assert 'value="lakeside-2030"' in html
    assert not Camp.objects.exists()

    open_it(client, answer.url)
    made = Camp.objects.get()
    assert (made.slug, made.code) == ("lakeside-2030", code)
    # What is printed leads on: the code to join, and that of a session.
    assert client.get(f"/j/{code}/", follow=True).redirect_chain == [("/lakeside-2030/", 302)]
    assert 'action="/lakeside-2030/join/"' in Client().get(f"/j/{code}/").content.decode()
    assert "Knots" in client.get(page).content.decode()
    mine = made.attendees.get(user=user)
    assert (mine.display_name, mine.role) == ("Fern", "organiser")
    assert [a.email for a in made.listed_addresses.all()] == ["vera@tickets.example"]
    assert made.draft.fairness == 7
    assert client.get(f"/{made.slug}/settings/").status_code == 200
    # What was read is not kept.
    upload = Upload.objects.get()
    assert (upload.state, upload.files, upload.camp) == ("done", {}, made)
    assert "Go to the camp" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(("called", "typed"), [("Olga", "olga"), ("Olga  Berg", "olga berg")])
def test_whoever_is_an_organiser_in_the_file_takes_that_place(client, bring, user, camp, document, called, typed):
    [olga] = [row for row in document["attendees"] if row["display_name"] == "Olga"]
    olga["display_name"] = called
    camp.delete()
    open_it(client, bring(document).url, name=typed)
    made = Camp.objects.get()
    assert made.attendees.get(user=user).display_name == " ".join(called.split())
    assert made.attendees.count() == len(document["attendees"])


def test_beside_the_original_each_page_that_is_another_is_told(client, bring, camp, document):
    session = camp.sessions.get()
    answer = bring(document)
    html = client.get(answer.url).content.decode()
    assert f"“Knots” cannot have the page sessions/{session.pk}/ here: that number is taken, or too large." in html
    assert "Another camp has its join code here" in html
    # The address is taken, so none is proposed.
    assert 'value="lakeside-2030"' not in html
    refused = open_it(client, answer.url)
    assert refused.status_code == 422
    assert "is taken by another camp" in refused.content.decode()
    open_it(client, answer.url, slug="second")
    made = Camp.objects.get(slug="second")
    told = client.get(answer.url).content.decode()
    assert f"It has sessions/{made.sessions.get().pk}/." in told
    assert "Its address was /lakeside-2030/ and is /second/ here" in told
    assert made.code != camp.code


def test_of_many_pages_that_are_others_the_preview_says_how_many(client, bring, camp, document):
    """Which is which is told once they are made."""
    pitch = camp.pitches.get()
    sessions = [camp.sessions.create(pitch=pitch) for _n in range(6)]
    document = json.loads(json.dumps(export_camp(camp, with_interest=False)))
    url = bring(document).url
    assert "7 sessions have other numbers in their addresses here." in client.get(url).content.decode()
    open_it(client, url, slug="second")
    told = client.get(url).content.decode()
    assert all(f"cannot have the page sessions/{session.pk}/ here" in told for session in sessions)


def test_the_same_camp_has_nothing_to_bring_in(client, bring, sign_in, camp, olga, document):
    assert "nothing to bring in" not in client.get(bring(document).url).content.decode()
    client = sign_in(olga)
    answer = client.post(PAGE, {"document": SimpleUploadedFile("c.json", json.dumps(document).encode())})
    assert "there is nothing to bring in" in client.get(answer.url).content.decode()
    document["pitches"][0]["title"] = "Ropes"
    answer = client.post(PAGE, {"document": SimpleUploadedFile("c.json", json.dumps(document).encode())})
    assert "nothing to bring in" not in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04 and more", "a zip is not taken"),
        (b"\xff\xfe{", "not a text in UTF-8"),
        (b"{", "This is not JSON"),
        (b'{"format": 1e999}', "must be “campgrid-1”"),
        # Newer Pythons read on where older ones stop at their own limit: whole it is too deep for each of them.
        (b"[" * 5_000 + b"]" * 5_000, "nested deeper than 32 levels"),
        (b"[" + b"9" * 5_000 + b"]", "a number of 5000 digits"),
        (b'{"a": [1,\n 2,,]}', "it cannot be read from line 2, character 4 on."),
        (b"[NaN]", "This is not JSON: NaN is no number."),
        (b"[1,2]", "must be “campgrid-1”"),
        (b"\x00", "This is not JSON"),
    ],
    ids=["empty", "zip", "utf16", "half", "infinite", "deep", "digits", "line", "nan", "list", "nul"],
)
def test_what_is_no_camp_is_told_beside_the_file(client, bring, data, told):
    answer = bring(data)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_large_file_is_refused_before_it_is_read(bring, monkeypatch):
    monkeypatch.setattr("exchange.forms.DOCUMENT_BY_PAGE", bounds.Bounds(bytes=20))
    assert "larger than 2e-05 MB" in bring(b'{"format": "campgrid-1"}').content.decode()


def test_only_who_may_open_camps_brings_one_in(client, bring, user, camp, document, settings):
    url = bring(document).url
    settings.CAMPS_OPENED_BY = "named"
    assert client.get(PAGE).status_code == bring(document).status_code == 403
    # Also not by what lies there already.
    open_it(client, url, slug="second")
    assert not Camp.objects.filter(slug="second").exists()
    assert "whom the operator of this site named" in client.get(url).content.decode()
    user.may_open_camps = True
    user.save()
    open_it(client, url, slug="second")
    assert Camp.objects.filter(slug="second").exists()


def test_a_guest_and_a_stranger_bring_none(client, sign_in, camp):
    assert client.get(PAGE).url.startswith("/accounts/")
    guest = AttendeeFactory(camp=camp, user=User.objects.create_guest())
    assert "give an e-mail address first" in sign_in(guest).get(PAGE).content.decode()


def test_nobody_sees_what_another_brought(client, bring, document):
    url = bring(document).url
    client.force_login(UserFactory())
    assert client.get(url).status_code == client.post(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


def test_its_page_shows_how_far_it_is(bring, user, document, monkeypatch):
    monkeypatch.setattr("exchange.uploads.BEAT", 0)
    told = []
    tell = Upload.tell
    monkeypatch.setattr(Upload, "tell", lambda self, **changes: (told.append(changes), tell(self, **changes)))
    bring(document)
    rows = sum(len(part) for part in document.values() if isinstance(part, list))
    assert rows > 5
    assert {"rows": rows, "done": 0} in told
    assert [changes["done"] for changes in told if [*changes] == ["done"]] == [*range(1, rows + 1)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, who is waited for")
@pytest.mark.django_db(transaction=True)
def test_read_again_does_not_take_back_a_camp_that_is_being_written(monkeypatch):
    """It seems dead, since nothing is told while it is written in one transaction."""
    user = UserFactory()
    document = json.dumps(export_camp(CampFactory(slug="first"), with_interest=False))
    upload = Upload.objects.create(
        user=user, files={"camp.json": document}, state="importing", opens={"slug": "second", "display_name": "Fern"}
    )
    answers, write = [], write_arrival

    def press() -> None:
        try:
            Upload.objects.get()
            answers.append(read_again(upload=upload))
        finally:
            connection.close()

    def slowly(**given):
        monkeypatch.setattr(Upload, "PATIENCE", timedelta(days=-1))
        thread = Thread(target=press)
        thread.start()
        thread.join(timeout=5)
        return write(**given)

    monkeypatch.setattr("exchange.bringing.write_arrival", slowly)
    bring_in(upload=upload)
    assert answers == [False]
    assert Upload.objects.get().state == "done"
    assert Camp.objects.filter(slug="second").exists()


def test_what_is_at_work_is_not_read_again(client, bring, document):
    url = bring(document).url
    Upload.objects.update(state="importing")
    assert "A worker is at it: look again in a while." in client.post(url, {"again": "1"}, follow=True).content.decode()
    assert Upload.objects.get().state == "importing"


@pytest.mark.parametrize("own", ["admin", "", "Not An Address", 7, "x" * 200_000])
def test_what_it_was_called_elsewhere_is_no_reason_to_refuse_it(client, bring, document, own):
    """A word that a later release keeps for itself, say: whoever brings the camp chooses another."""
    document["slug"] = own
    url = bring(document).url
    html = client.get(url).content.decode()
    assert "Bring it in</button>" in html
    assert len(html) < 50_000
    assert 'name="slug"' in html
    if own == "admin":
        assert "Its address /admin/ cannot be had here" in html
        assert 'value="admin"' not in html
    open_it(client, url, slug="second")
    assert Camp.objects.filter(slug="second").exists()


def test_an_address_of_fifty_letters_is_the_same_here(client, bring, camp, document):
    document["slug"] = slug = "x" * 50
    url = bring(document).url
    open_it(client, url, slug=slug)
    assert "Its address was" not in client.get(url).content.decode()


def test_what_concerns_all_of_it_is_told_before_page_by_page(client, bring, camp, document, monkeypatch):
    """Of pages there are more than are told."""
    monkeypatch.setattr("exchange.arriving.MOST_PAGES", 2)
    pitch = camp.pitches.get()
    for _n in range(4):
        camp.sessions.create(pitch=pitch)
    document = json.loads(json.dumps(export_camp(camp, with_interest=False, secrets=Secrets.OF_CAMP)))
    url = bring(document).url
    open_it(client, url, slug="second")
    remarks = Upload.objects.get().report["remarks"]
    assert [remark.partition(" ")[0] for remark in remarks[:3]] == ["Its", "Another", "People"]
    assert "5 sessions have other numbers in their addresses here." in remarks
    assert ["cannot have the page" in remark for remark in remarks[-3:]] == [False, True, True]


def test_pressed_twice_one_camp_is_made(client, bring, camp, document):
    camp.delete()
    url = bring(document).url
    open_it(client, url)
    open_it(client, url, slug="second")
    assert Camp.objects.count() == 1


@pytest.mark.parametrize("state", [Upload.State.IMPORTING, Upload.State.DONE])
def test_a_second_press_reads_nothing_and_is_not_counted(client, bring, document, two_in_an_hour, monkeypatch, state):
    """From another window, say: the page itself sends each press under one key."""
    url = bring(document).url
    Upload.objects.update(state=state, opens={"slug": "second", "display_name": "Fern"})
    read = []
    monkeypatch.setattr("exchange.bringing.document_in", lambda *given: read.append(given))
    for slug in ("second", "lakeside-2030", ""):
        answer = client.post(url, {"slug": slug, "display_name": "Fern"}, follow=True)
        assert answer.redirect_chain
        assert "The import has begun." in answer.content.decode()
    assert (read, Upload.objects.get().state) == ([], state)
    # One of the two is left.
    assert bring(document).status_code == 302


def test_a_file_sent_twice_is_read_and_counted_once(client, user, document, two_in_an_hour):
    client.force_login(user)
    key = secrets.token_hex(16)
    for _press in range(3):
        file = SimpleUploadedFile("camp.json", json.dumps(document).encode())
        assert client.post(PAGE, {"document": file, FIELD: key}).status_code == 302
    assert Upload.objects.count() == 1


def test_it_is_whole_or_nothing(client, bring, user, camp, document, monkeypatch):
    camp.delete()
    url = bring(document).url
    code = document["secrets"]["code"]

    def fails(**kwargs):
        raise RuntimeError

    monkeypatch.setattr("exchange.arriving.seat_organiser", fails)
    open_it(client, url)
    assert not Camp.objects.exists()
    assert "Something went wrong" in client.get(url).content.decode()
    monkeypatch.undo()
    client.post(url, {"again": "1"})
    open_it(client, url)
    assert Camp.objects.get().code == code


def test_another_file_takes_the_place_of_one_that_waits(client, bring, document):
    first, second = bring(document).url, bring(document).url
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


@pytest.fixture
def two_in_an_hour(monkeypatch):
    limit = Limit("documents brought", most=2, within=timedelta(hours=1))
    monkeypatch.setattr("exchange.views.DOCUMENTS", limit)
    return limit


def test_files_are_not_brought_without_end(bring, document, two_in_an_hour):
    """Each says whether a join code is taken."""
    assert [bring(document).status_code for _n in range(3)] == [302, 302, 422]


def test_one_too_many_is_not_even_looked_at(bring, document, two_in_an_hour, monkeypatch):
    """Also where nothing came of those before: they had to be read to know."""
    assert [bring(b"{").status_code for _n in range(2)] == [422, 422]
    looked = []
    monkeypatch.setattr("exchange.forms.text_of_document", looked.append)
    told = bring(document).content.decode()
    assert "You had many files read within an hour." in told
    assert "Choose a file." not in told
    assert looked == []


@pytest.mark.parametrize("sent", [{"again": "1"}, {"slug": "second", "display_name": "Fern"}])
def test_to_have_it_read_once_more_is_counted_too(client, bring, document, two_in_an_hour, monkeypatch, sent):
    url = bring(document).url
    client.post(url, {"again": "1"})
    read = []
    monkeypatch.setattr("exchange.bringing.document_in", lambda *given: read.append(given))
    told = client.post(url, sent, follow=True).content.decode()
    assert "You had many files read within an hour." in told
    assert read == []
    assert not Camp.objects.filter(slug="second").exists()


@pytest.fixture
def held(monkeypatch) -> dict[str, bool]:
    """Whether a transaction was open while a document was read, by where it was."""
    found: dict[str, bool] = {}

    def watch(place: str, name: str) -> None:
        module = import_module(place)
        read = getattr(module, name)

        def watched(*given, **named):
            found[f"{place}.{name}"] = connection.in_atomic_block
            return read(*given, **named)

        monkeypatch.setattr(module, name, watched)

    for place in ("exchange.forms", "exchange.bringing", "exchange.management.commands.import_camp"):
        watch(place, "document_in")
    for place in ("exchange.bringing", "exchange.management.commands.import_camp"):
        watch(place, "read_document")
    return found


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_it_is_read(client, held, tmp_path):
    """SQLite has one writer: whoever taps waited for a file to be read."""
    olga = make_organiser(CampFactory(slug="lakeside-2030"))
    document = json.dumps(export_camp(olga.camp, with_interest=False))
    client.force_login(olga.user)
    file = SimpleUploadedFile("camp.json", document.encode())
    answer = client.post(PAGE, {"document": file, FIELD: secrets.token_hex(16)})
    assert answer.status_code == 302
    assert held.pop("exchange.forms.document_in") is False
    held.clear()
    upload = Upload.objects.get()
    show_arrival(upload=upload)
    Upload.objects.update(state="importing", opens={"slug": "second", "display_name": "Fern"})
    bring_in(upload=Upload.objects.get())
    path = tmp_path / "camp.json"
    path.write_text(document)
    call_command("import_camp", str(path), slug="third")
    assert {*Camp.objects.values_list("slug", flat=True)} == {"lakeside-2030", "second", "third"}
    assert len(held) == 4
    assert not any(held.values()), held


def test_the_same_file_sent_twice_is_kept_once_and_read_once(client, user, document, monkeypatch):
    client.force_login(user)
    key, text = secrets.token_hex(16), json.dumps(document).encode()

    def send():
        return client.post(PAGE, {"document": SimpleUploadedFile("camp.json", text), FIELD: key})

    first = send().url
    monkeypatch.setattr("exchange.forms.document_in", lambda *given: 1 / 0)
    assert send().url == first
    assert Upload.objects.get().get_absolute_url() == first


def test_looking_reads_no_file(client, bring, document):
    url = bring(document).url
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert [q["sql"] for q in asked if '"files"' in q["sql"]] == []


def test_one_that_is_still_read_is_not_opened(user, camp, document):
    upload = Upload.objects.create(user=user, files={"camp.json": json.dumps(document)})
    assert not start_bringing(upload=upload, slug="x", display_name="Fern")


def test_a_person_who_is_erased_leaves_no_file(client, bring, user, document):
    bring(document)
    user.delete()
    assert not Upload.objects.exists()


def test_numbers_of_pages_do_not_run_away(client, bring, camp, document):
    """By a document somebody could have all later pages of the installation begin where they like."""
    camp.delete()
    document["addresses"]["sessions"] = [2**62]
    open_it(client, bring(document).url)
    assert Camp.objects.get().sessions.get().pk < 2**61


@pytest.mark.parametrize("code", ["AAA", "aaaaaa", "AAAA A", "OOOOOO", 7, "A" * 13])
def test_a_join_code_that_can_be_guessed_is_refused(client, bring, document, code):
    document["secrets"]["code"] = code
    assert "secrets.code" in client.get(bring(document).url).content.decode()


def test_calendar_keys_do_not_come_in_by_the_page(client, bring, camp, ben, document):
    """Whoever chose them would read what people are interested in, once they have taken over their places."""
    key = "k" * 32
    document["secrets"]["calendar_keys"] = [f"{key[:-1]}{n}" for n in range(len(document["attendees"]))]
    camp.delete()
    open_it(client, bring(document).url)
    assert not Attendee.objects.filter(calendar_key__startswith=key[:-1]).exists()


def test_a_later_row_has_a_number_of_its_own(client, bring, camp, ben, document):
    """The database goes on behind the numbers that came in."""
    wanted = camp.sessions.get().pk + 500
    document["addresses"]["sessions"] = [wanted]
    camp.delete()
    open_it(client, bring(document).url)
    made = Camp.objects.get()
    assert made.sessions.get().pk == wanted
    for n in range(3):
        pitch = PitchFactory(camp=made, title=f"Later {n}")
        assert made.sessions.create(pitch=pitch).pk > wanted


def test_an_upload_that_waits_goes_like_others(user, document):
    from config.cleaning import LEFT

    old = timezone.now() - timedelta(days=8)
    Upload.objects.create(user=user, files={}, created_at=old)
    assert LEFT["uploads that were not imported"](timezone.now()).count() == 1


def test_what_reads_nothing_is_not_counted(client, bring, document, two_in_an_hour):
    """Pressed while a worker is at it, or when all is done: nothing is read, and nothing counts."""
    upload = Upload.objects.get(pk=bring(document).url.rstrip("/").rpartition("/")[2])
    for state, told in ((Upload.State.READING, "A worker is at it"), (Upload.State.DONE, "It is imported already.")):
        Upload.objects.filter(pk=upload.pk).update(state=state)
        for _time in range(3):
            assert told in client.post(upload.get_absolute_url(), {"again": "1"}, follow=True).content.decode()
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.READ)
    assert "It is read again." in client.post(upload.get_absolute_url(), {"again": "1"}, follow=True).content.decode()
