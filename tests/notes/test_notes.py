"""Notes by many, under the rule of the room; write-ups; the feed."""

import threading
import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection

from events.models import Attendee
from notes.models import Note, NoteRevision, WriteUp
from notes.services import save_note, set_rule
from schedule import services
from schedule.publishing import publish_grid
from tests.factories import CampFactory, PitchFactory, RoomFactory, make_slot


@pytest.fixture
def session(camp, ben, rooms, slots):
    found = services.place_session(
        pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0]
    )
    publish_grid(camp=camp)
    return found


def url_of(session, rest=""):
    return f"/{session.camp.slug}/sessions/{session.pk}/{rest}"


def test_any_attendee_writes_and_everybody_reads(client, sign_in, session, cleo):
    sign_in(cleo).post(url_of(session, "notes/"), {"text": "* reef\n* **bowline**", "base": "0"})
    client.logout()
    assert "<strong>bowline</strong>" in client.get(url_of(session)).content.decode()


def test_two_who_save_at_once_both_survive(sign_in, session, ben, cleo):
    save_note(session=session, text="Start", by=ben, base_revision=0)
    for person, line in ((ben, "Ben's line"), (cleo, "Cleo's line")):
        sign_in(person).post(url_of(session, "notes/"), {"text": f"Start\n{line}", "base": "1"})
    assert set(Note.objects.get().text.split("\n")) == {"Start", "Ben's line", "Cleo's line"}


def test_a_conflict_is_shown_kept_aside_and_settled_on_top(sign_in, session, ben, cleo):
    save_note(session=session, text="One", by=ben, base_revision=0)
    save_note(session=session, text="Two", by=ben, base_revision=1)
    client = sign_in(cleo)

    response = client.post(url_of(session, "notes/"), {"text": "Three", "base": "1"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "saved meanwhile by Ben" in page
    assert "Two" in page
    assert "Three" in page
    assert Note.objects.get().text == "Two"
    assert NoteRevision.objects.get(is_aside=True).text == "Three"
    client.post(url_of(session, "notes/"), {"text": "Two and three", "base": "2"})
    assert Note.objects.get().text == "Two and three"


@pytest.mark.django_db(transaction=True)
def test_twenty_who_save_in_the_same_moment_all_survive():
    camp = CampFactory()
    pitch = PitchFactory(camp=camp)
    session = services.place_session(pitch=pitch, room=RoomFactory(camp=camp), slot=make_slot(camp, 10))
    people = [Attendee.objects.create(camp=camp, display_name=f"P{n}") for n in range(20)]
    save_note(session=session, text="Start", by=None, base_revision=0)
    barrier = threading.Barrier(len(people))
    errors = []

    def write(person):
        try:
            barrier.wait()
            save_note(session=session, text=f"Start\n{person}", by=person, base_revision=1)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    note = Note.objects.get()
    assert set(note.text.split("\n")) == {"Start", *(str(p) for p in people)}
    assert note.revision == 21


def test_an_earlier_version_is_restored_and_nothing_is_thrown_away(sign_in, session, ben):
    save_note(session=session, text="Good", by=ben, base_revision=0)
    save_note(session=session, text="Spoiled", by=ben, base_revision=1)
    first = NoteRevision.objects.get(number=1)
    sign_in(ben).post(url_of(session, f"notes/{first.pk}/restore/"))
    assert Note.objects.get().text == "Good"
    assert [r.text for r in NoteRevision.objects.order_by("number")] == ["Good", "Spoiled", "Good"]


def test_attendees_only_is_kept(client, sign_in, session, ben, cleo):
    save_note(session=session, text="Secret handshake", by=ben, base_revision=0)
    sign_in(ben).post(url_of(session, "notes/rule/"), {"rule": "attendees"})
    assert "handshake" in sign_in(cleo).get(url_of(session)).content.decode()
    client.logout()
    for path in (url_of(session), "/lakeside-2030/record/", "/lakeside-2030/record/feed.atom"):
        assert "handshake" not in client.get(path).content.decode()


def test_no_notes_means_no_notes(sign_in, session, ben, cleo):
    save_note(session=session, text="Before", by=ben, base_revision=0)
    set_rule(session=session, rule=Note.Rule.NONE)
    client = sign_in(cleo)
    assert "agreed on no notes" in client.get(url_of(session)).content.decode()
    client.post(url_of(session, "notes/"), {"text": "Sneaky", "base": "1"})
    assert Note.objects.get().text == "Before"
    assert "Before" not in client.get("/lakeside-2030/record/").content.decode()
    assert client.get(url_of(session, "notes/history/")).status_code == 404


def test_only_hosts_and_organisers_set_the_rule(sign_in, session, ben, cleo, olga):
    assert sign_in(cleo).post(url_of(session, "notes/rule/"), {"rule": "none"}).status_code == 403
    assert sign_in(olga).post(url_of(session, "notes/rule/"), {"rule": "attendees"}).status_code == 302
    sign_in(ben).post(url_of(session, "notes/rule/"), {"rule": "whatever"})
    assert Note.objects.get().rule == "attendees"


def test_a_moved_session_keeps_its_notes_and_address(client, camp, session, ben, rooms, slots):
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    services.place_session(pitch=session.pitch, room=rooms[1], slot=slots[2])
    publish_grid(camp=camp)
    page = client.get(url_of(session)).content.decode()
    assert "Reef" in page
    assert "Loft" in page


def test_links_are_added_once_and_taken_away_by_whom_they_belong_to(sign_in, session, ben, cleo):
    form = {"url": "https://slides.example/1", "title": "Slides", "kind": "slides"}
    sign_in(cleo).post(url_of(session, "links/"), form)
    response = sign_in(cleo).post(url_of(session, "links/"), form)
    assert "is there already" in response.content.decode()
    link = session.links.get()
    assert sign_in(ben).post(url_of(session, f"links/{link.pk}/delete/")).status_code == 302
    bad = sign_in(cleo).post(url_of(session, "links/"), form | {"url": "javascript:alert(1)"})
    assert bad.status_code == 422


def test_a_write_up_needs_a_text_or_an_address(sign_in, camp, cleo):
    client, url = sign_in(cleo), f"/{camp.slug}/write-ups/new/"
    assert client.post(url, {"title": "T"}).status_code == 422
    client.post(url, {"title": "Mine", "text": "Text"})
    client.post(url, {"title": "Blog", "url": "https://blog.example/1"})
    page = client.get(f"/{camp.slug}/record/").content.decode()
    assert "Mine" in page
    assert "Blog" in page


def test_a_write_up_is_changed_by_its_author_and_organisers(sign_in, camp, ben, cleo, olga):
    writeup = WriteUp.objects.create(camp=camp, by=ben, title="T", text="t")
    url = f"/{camp.slug}/write-ups/{writeup.pk}/edit/"
    assert [sign_in(p).get(url).status_code for p in (ben, cleo, olga)] == [200, 404, 200]


def test_the_feed_is_atom_with_what_anybody_may_read(client, camp, session, ben):
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    WriteUp.objects.create(camp=camp, by=ben, title="Took home", text="Five things")
    response = client.get(f"/{camp.slug}/record/feed.atom")
    root = ElementTree.fromstring(response.content)
    atom = "{http://www.w3.org/2005/Atom}"
    assert {e.findtext(f"{atom}title") for e in root.iter(f"{atom}entry")} == {"Notes: Knots", "Took home"}
    assert len({e.findtext(f"{atom}id") for e in root.iter(f"{atom}entry")}) == 2


def test_an_archived_camp_is_read_and_not_written(sign_in, camp, session, ben):
    from events.services import archive_camp

    archive_camp(camp=camp)
    client = sign_in(ben)
    assert client.post(url_of(session, "notes/"), {"text": "x", "base": "0"}).status_code == 403
    assert client.post(f"/{camp.slug}/write-ups/new/", {"title": "T", "text": "x"}).status_code == 403
    assert client.get(url_of(session)).status_code == 200
