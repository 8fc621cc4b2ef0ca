"""Notes by many, under the rule of the room; write-ups; the feed."""

import html
import re
import threading
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Attendee
from events.roles import change_role
from notes.merge import has_marks
from notes.models import Note, NoteRevision, WriteUp
from notes.services import save_note, set_notes_rule
from schedule.draft import moves
from schedule.models import Session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, RoomFactory, make_slot


@pytest.fixture
def session(camp, ben, rooms, slots):
    found = moves.place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    return found


def url_of(session, rest=""):
    return f"/{session.camp.slug}/sessions/{session.pk}/{rest}"


def test_any_attendee_writes_and_everybody_reads(client, sign_in, session, cleo):
    sign_in(cleo).post(url_of(session, "notes/"), {"text": "* reef\n* **bowline**", "base": "0"})
    client.logout()
    assert "<strong>bowline</strong>" in client.get(url_of(session)).content.decode()


def test_whoever_added_a_link_sees_the_page_as_their_role_of_now_has_it(sign_in, session, olga, hal):
    """The page is kept for them alone, and nothing on it counts that their role changed."""
    session.links.create(url="https://x.example", title="x", by=hal)
    seen = []
    for role in ("organiser", "helper"):
        change_role(attendee=hal, role=role, by=olga)
        seen.append(url_of(session, "notes/rule/") in sign_in(hal).get(url_of(session)).content.decode())
    assert seen == [True, False]


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
    assert "&lt;&lt;&lt; saved meanwhile\nTwo\n=== yours\nThree\n&gt;&gt;&gt;" in page
    assert "Two" in page
    assert "Three" in page
    assert Note.objects.get().text == "Two"
    assert NoteRevision.objects.get(is_aside=True).text == "Three"
    client.post(url_of(session, "notes/"), {"text": "Two and three", "base": "2"})
    assert Note.objects.get().text == "Two and three"


@pytest.mark.parametrize("before", ["", "Agenda\nOne"], ids=["first words", "a line changed"])
def test_saved_without_an_answer_and_sent_again_with_a_line_more_it_is_merged_with_itself(
    sign_in, session, cleo, before
):
    """Back brings the text, on the base of before: nobody else has changed anything."""
    save_note(session=session, text=before, by=None, base_revision=0)
    client, base = sign_in(cleo), Note.objects.get().revision
    typed = {"text": "Agenda\nTwo", "base": str(base), "form_key": "a" * 32}
    client.post(url_of(session, "notes/"), typed)
    assert client.post(url_of(session, "notes/"), typed | {"text": "Agenda\nTwo\nThree"}).status_code == 302
    assert Note.objects.get().text == "Agenda\nTwo\nThree"
    assert not NoteRevision.objects.filter(is_aside=True).exists()


@pytest.mark.parametrize(
    ("before", "typed", "saved_by_another", "put_right", "after"),
    [
        ("", "duks", "geese", "ducks", "geese\nducks"),
        ("One\nTwo", "duks\nOne\nTwo", "One\nTwo\ngeese", "ducks\nOne\nTwo", "ducks\nOne\nTwo\ngeese"),
        ("One\nTwo", "One", "One\nTwo\ngeese", "One\nducks", "One\ngeese\nducks"),
        ("One\nTwo", "One\nTwo", "One\nTwo\ngeese", "One\nTwo", "One\nTwo\ngeese"),
        ("One", "", "geese\nOne", "ducks", "geese\nducks"),
    ],
    ids=["first words", "apart", "taken away", "nothing", "all taken away"],
)
def test_merged_without_an_answer_and_put_right_no_line_stands_twice(
    sign_in, session, ben, cleo, before, typed, saved_by_another, put_right, after
):
    save_note(session=session, text=before, by=None, base_revision=0)
    client, base = sign_in(cleo), Note.objects.get().revision
    save_note(session=session, text=saved_by_another, by=ben, base_revision=base)
    form = {"base": str(base), "form_key": "a" * 32}
    for text in (typed, put_right, f"{put_right}\nmore", put_right):
        assert client.post(url_of(session, "notes/"), form | {"text": text}).status_code == 302
    assert Note.objects.get().text == after
    assert not NoteRevision.objects.filter(is_aside=True).exists()


@pytest.mark.parametrize("base", [1, 7, 2**31, 2**63, 10**30])
@pytest.mark.parametrize(("before", "after"), [([], "Mine"), (["One", "One\nTwo"], "One\nTwo\nMine")])
def test_typed_on_a_revision_that_nobody_knows_nothing_is_lost(sign_in, session, ben, cleo, base, before, after):
    """Of notes that are none yet, too: a page says whatever it likes of what it showed."""
    for number, text in enumerate(before):
        save_note(session=session, text=text, by=ben, base_revision=number)
    known = base == 1 and before
    typed = "One\nMine" if known else after.rpartition("\n")[2]
    assert sign_in(cleo).post(url_of(session, "notes/"), {"text": typed, "base": str(base)}).status_code == 302
    assert Note.objects.get().text == after


def test_a_conflict_that_is_sent_again_is_kept_aside_once(sign_in, session, ben, cleo, olga):
    """The page that said so was lost, say."""
    save_note(session=session, text="One", by=ben, base_revision=0)
    save_note(session=session, text="Two", by=ben, base_revision=1)
    for person, text in ((cleo, "Three"), (cleo, "Three"), (olga, "Three"), (cleo, "Four"), (cleo, "Three")):
        answer = sign_in(person).post(url_of(session, "notes/"), {"text": text, "base": "1", "form_key": "a" * 32})
        assert answer.status_code == 422
    aside = NoteRevision.objects.filter(is_aside=True).order_by("pk").values_list("by", "text")
    assert list(aside) == [(cleo.pk, "Three"), (olga.pk, "Three"), (cleo.pk, "Four")]


def test_marks_that_are_left_in_are_asked_about_once_and_name_nobody(sign_in, session, ben, cleo):
    save_note(session=session, text="One", by=ben, base_revision=0)
    save_note(session=session, text="Two", by=ben, base_revision=1)
    client = sign_in(cleo)
    page = client.post(url_of(session, "notes/"), {"text": "Three", "base": "1"}).content.decode()
    both = html.unescape(re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)[1])
    response = client.post(url_of(session, "notes/"), {"text": both, "base": "2"})
    asked = response.content.decode()
    assert response.status_code == 422
    assert "Both texts are still in it" in asked
    assert re.search(r'<input[^>]*name="marks"[^>]*value="1"|<input[^>]*value="1"[^>]*name="marks"', asked)
    assert Note.objects.get().text == "Two"
    assert client.post(url_of(session, "notes/"), {"text": both, "base": "2", "marks": "1"}).status_code == 302
    assert Note.objects.get().text == both
    assert "Ben" not in both


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<<< a\n=== b\n>>>", True), ("x\n<<< a\n1\n2\n=== b\n\n>>>\ny", True), ("<<< gespeichert\n=== deins\n>>>", True),
        (">>> a = 1\n>>> b", False), ("<<< a\n>>>", False), ("=== Heading\n>>>", False), ("", False),
        ("<<< a\n" * 3_000, False),
    ],
)  # fmt: skip
def test_marks_are_those_of_a_conflict_and_nothing_else(text, found):
    assert has_marks(text) == found


@pytest.mark.django_db(transaction=True)
def test_twenty_who_save_in_the_same_moment_all_survive():
    camp = CampFactory()
    pitch = PitchFactory(camp=camp)
    session = moves.place_session(pitch=pitch, room=RoomFactory(camp=camp), slot=make_slot(camp, 10))
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


def test_a_write_up_follows_the_rule_of_its_room(client, sign_in, camp, session, ben, cleo):
    """Also of a room in which nobody took notes."""
    writeup = WriteUp.objects.create(camp=camp, session=session, by=ben, title="What we said", text="Handshakes")
    pages = (writeup.get_absolute_url(), url_of(session), f"/{camp.slug}/record/", f"/{camp.slug}/record/feed.atom")

    def read_by(browser):
        return ["What we said" in browser.get(page).content.decode() for page in pages]

    assert read_by(client) == [True] * 4
    set_notes_rule(session=session, rule="attendees")
    assert read_by(client) == [False] * 4
    assert client.get(pages[0]).status_code == 404
    # The feed has what anybody may read, whoever asks.
    assert read_by(sign_in(cleo)) == [True, True, True, False]
    set_notes_rule(session=session, rule="none")
    assert read_by(sign_in(cleo)) == [False] * 4


def test_no_notes_means_no_notes(sign_in, session, ben, cleo):
    save_note(session=session, text="Before", by=ben, base_revision=0)
    set_notes_rule(session=session, rule=Session.NotesRule.NONE)
    client = sign_in(cleo)
    assert "agreed on no notes" in client.get(url_of(session)).content.decode()
    client.post(url_of(session, "notes/"), {"text": "Sneaky", "base": "1"})
    assert Note.objects.get().text == "Before"
    assert "Before" not in client.get("/lakeside-2030/record/").content.decode()
    assert client.get(url_of(session, "notes/history/")).status_code == 404


def test_only_hosts_and_organisers_set_the_rule(sign_in, session, ben, cleo, olga):
    assert sign_in(cleo).post(url_of(session, "notes/rule/"), {"rule": "none"}).status_code == 404
    assert sign_in(olga).post(url_of(session, "notes/rule/"), {"rule": "attendees"}).status_code == 302
    sign_in(ben).post(url_of(session, "notes/rule/"), {"rule": "whatever"})
    session.refresh_from_db()
    assert session.notes_rule == "attendees"


def test_a_moved_session_keeps_its_notes_and_address(client, camp, session, ben, rooms, slots):
    save_note(session=session, text="Reef", by=ben, base_revision=0)
    moves.place_session(pitch=session.pitch, room=rooms[1], slot=slots[2])
    publish_grid(camp=camp, by=None)
    page = client.get(url_of(session)).content.decode()
    assert "Reef" in page
    assert "Loft" in page


def test_links_are_added_once_and_taken_away_by_whom_they_belong_to(sign_in, session, ben, cleo):
    form = {"url": "https://slides.example/1", "title": "Slides", "kind": "slides"}
    sign_in(cleo).post(url_of(session, "links/"), form)
    response = sign_in(cleo).post(url_of(session, "links/"), form)
    assert "is there already" in response.content.decode()
    link = session.links.get()
    dana = AttendeeFactory(camp=session.camp)
    assert sign_in(dana).post(url_of(session, f"links/{link.pk}/delete/")).status_code == 404
    assert "Take away" not in sign_in(dana).get(url_of(session)).content.decode()
    assert session.links.exists()
    assert "Take away" in sign_in(cleo).get(url_of(session)).content.decode()
    assert sign_in(ben).post(url_of(session, f"links/{link.pk}/delete/")).status_code == 302
    assert not session.links.exists()
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
    from events.editing import archive_camp

    archive_camp(camp=camp)
    client = sign_in(ben)
    assert client.post(url_of(session, "notes/"), {"text": "x", "base": "0"}).status_code == 403
    assert client.post(f"/{camp.slug}/write-ups/new/", {"title": "T", "text": "x"}).status_code == 403
    assert client.get(url_of(session)).status_code == 200


def test_nothing_is_held_while_texts_are_merged(session, ben, cleo):
    """What the merge needs is read before the transaction begins."""
    save_note(session=session, text="One", by=ben, base_revision=0)
    save_note(session=session, text="One\nTwo", by=ben, base_revision=1)
    with CaptureQueriesContext(connection) as captured:
        save_note(session=session, text="Zero\nOne", by=cleo, base_revision=1)
    statements = [query["sql"] for query in captured]
    [begins] = [n for n, sql in enumerate(statements) if sql.startswith(("BEGIN", "SAVEPOINT"))][:1]
    reads = [n for n, sql in enumerate(statements) if sql.startswith("SELECT") and '"notes_noterevision"' in sql]
    assert reads
    assert max(reads) < begins
    assert Note.objects.get().text == "Zero\nOne\nTwo"


def test_a_form_holds_nothing_while_texts_are_merged(sign_in, session, ben, cleo):
    """Not even the row that says that this form is done: on SQLite whoever writes would wait for it."""
    save_note(session=session, text="One", by=ben, base_revision=0)
    save_note(session=session, text="One\nTwo", by=ben, base_revision=1)
    client, url = sign_in(cleo), url_of(session, "notes/")
    typed = {"text": "Zero\nOne", "base": "1", "form_key": "0" * 32}
    with CaptureQueriesContext(connection) as captured:
        assert client.post(url, typed).status_code == 302
    statements = [query["sql"] for query in captured]
    # The text that Cleo typed on top of: what the merge begins from.
    reads = next(n for n, sql in enumerate(statements) if sql.startswith("SELECT") and '"notes_noterevision"' in sql)
    writes = [n for n, sql in enumerate(statements) if sql.startswith("INSERT")]
    assert any("accounts_sentform" in statements[n] for n in writes)
    assert reads < min(writes)
    # Sent twice, it is done once.
    assert client.post(url, typed).status_code == 302
    assert Note.objects.get().revision == 3


def test_a_form_that_comes_too_late_is_merged_again_and_done_once(sign_in, session, ben, cleo):
    save_note(session=session, text="Start", by=ben, base_revision=0)
    save_note(session=session, text="Start\nBen", by=ben, base_revision=1)
    client, meanwhile = sign_in(cleo), ["Start\nBen\nLater"]

    def save_in_between(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if meanwhile and sql.startswith("SELECT") and '"notes_noterevision"' in sql:
            save_note(session=session, text=meanwhile.pop(), by=ben, base_revision=2)
        return found

    typed = {"text": "Cleo\nStart", "base": "1", "form_key": "1" * 32}
    with connection.execute_wrapper(save_in_between):
        assert client.post(url_of(session, "notes/"), typed).status_code == 302
    assert Note.objects.get().text == "Cleo\nStart\nBen\nLater"
    assert client.post(url_of(session, "notes/"), typed).status_code == 302
    assert Note.objects.get().revision == 4


def test_who_saves_while_texts_are_merged_is_merged_too(session, ben, cleo):
    save_note(session=session, text="Start", by=ben, base_revision=0)
    save_note(session=session, text="Start\nBen", by=ben, base_revision=1)
    meanwhile = ["Start\nBen\nLater"]

    def save_in_between(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if meanwhile and sql.startswith("SELECT") and '"notes_noterevision"' in sql:
            save_note(session=session, text=meanwhile.pop(), by=ben, base_revision=2)
        return found

    with connection.execute_wrapper(save_in_between):
        result = save_note(session=session, text="Cleo\nStart", by=cleo, base_revision=1)
    assert (result.is_clean, result.on_revision) == (True, 3)
    assert Note.objects.get().text == "Cleo\nStart\nBen\nLater"
    assert NoteRevision.objects.filter(is_aside=True).count() == 0


def test_a_merge_that_is_given_up_loses_nothing_and_is_told(sign_in, session, ben, cleo):
    base = "a\nb\n" * 6_000
    save_note(session=session, text=base, by=ben, base_revision=0)
    save_note(session=session, text=f"BEN\n{base}", by=ben, base_revision=1)
    typed = "b\na\na\n" * 4_000
    client = sign_in(cleo)
    response = client.post(url_of(session, "notes/"), {"text": typed, "base": "1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Too much was changed at the same time" in page
    assert page.count("BEN\n") == 1
    assert page.count(typed.strip()) == 1
    assert Note.objects.get().text == f"BEN\n{base}"
    assert NoteRevision.objects.get(is_aside=True).text == typed
    assert 'name="base" value="2"' in page


def test_notes_hold_as_much_as_is_said_beside_them_counted_as_the_browser_does(sign_in, session, ben):
    client, url = sign_in(ben), url_of(session, "notes/")
    page = client.get(url).content.decode()
    assert "Up to 60,000 characters." in page
    assert 'maxlength="60000"' in page
    # The end of a line is sent as two characters and is one; a duck is one sign and two characters.
    fits = "🦆" * 20_000 + "a\r\n" * 10_000
    assert client.post(url, {"text": fits, "base": "0"}).status_code == 302
    assert Note.objects.get().text == fits.replace("\r\n", "\n")
    refused = client.post(url, {"text": fits + "b", "base": "1"})
    assert refused.status_code == 422
    assert "This has 60001 characters; 60000 is the most." in refused.content.decode()
    with pytest.raises(ValidationError):
        save_note(session=session, text=fits + "b", by=ben, base_revision=1)


def test_earlier_versions_come_a_few_at_a_time(sign_in, session, ben):
    for number in range(12):
        save_note(session=session, text=f"Text {number}.", by=ben, base_revision=number)
    client, url = sign_in(ben), url_of(session, "notes/history/")
    pages = [client.get(url).content.decode(), client.get(url, {"page": 2}).content.decode()]
    assert [page.count("<pre>") for page in pages] == [10, 2]
    assert "Text 0." in pages[1]


def test_a_feed_of_long_write_ups_is_short(client, camp, ben):
    """60 write-ups of 50,000 characters."""
    text = "Ducks swim in the lake.\n\n" * 2_000
    WriteUp.objects.bulk_create(WriteUp(camp=camp, by=ben, title=f"W{n}", text=text) for n in range(60))
    first = client.get(f"/{camp.slug}/record/feed.atom")
    root = ElementTree.fromstring(first.content)
    entries = list(root.iter("{http://www.w3.org/2005/Atom}entry"))
    assert len(entries) == 50
    for entry in entries:
        summary = entry.findtext("{http://www.w3.org/2005/Atom}summary")
        assert 2_000 < len(summary) < 6_000
        # Cut between paragraphs, and the rest is one click away.
        assert "<p>Ducks swim in the lake.</p>\n<p><a href=" in summary
        assert "Read on</a></p>" in summary
    assert len(first.content) < 500_000


def test_no_list_loads_the_texts_it_shows_the_beginnings_of(client, camp, session, ben):
    save_note(session=session, text="Reef knots. " * 4_000, by=ben, base_revision=0)
    WriteUp.objects.create(camp=camp, by=ben, title="Took home", text="Five things. " * 4_000)
    for path in ("record/", "record/feed.atom"):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/{camp.slug}/{path}").content.decode()
        assert "Reef knots." in page
        read = [q["sql"] for q in captured if '"notes_note"' in q["sql"] or '"notes_writeup"' in q["sql"]]
        whole = [
            sql for sql in read if '"notes_note"."text",' in sql or '"notes_writeup"."text",' in sql.split("FROM")[0]
        ]
        assert [sql for sql in whole if "SUBSTR" not in sql and "LEFT(" not in sql] == []


def test_a_room_that_agreed_on_no_notes_while_somebody_typed_says_so_and_keeps_the_text(sign_in, session, cleo):
    set_notes_rule(session=session, rule="none")
    client = sign_in(cleo)
    page = client.post(url_of(session, "notes/"), {"text": "All I wrote.", "base": "0"})
    assert page.status_code == 422
    assert "This room agreed on no notes." in page.content.decode()
    assert "All I wrote." in page.content.decode()
    assert not Note.objects.filter(session=session).exists()
    assert client.get(url_of(session, "notes/")).url == url_of(session)


@pytest.mark.parametrize("page", ["record/", "sessions/{session}/", "sessions/{session}/notes/history/", "{writeup}"])
def test_what_is_read_years_after_the_camp_says_of_which_year_it_is(sign_in, session, ben, page):
    save_note(session=session, text="Start", by=ben, base_revision=0)
    writeup = WriteUp.objects.create(camp=session.camp, by=ben, title="w", text="t")
    long_ago = datetime(2009, 3, 7, 12, tzinfo=UTC)
    WriteUp.objects.update(published_at=long_ago)
    Note.objects.update(changed_at=long_ago)
    NoteRevision.objects.update(saved_at=long_ago)
    shown = f"/{session.camp.slug}/{page.format(session=session.pk, writeup=f'write-ups/{writeup.pk}/')}"
    html = sign_in(ben).get(shown).content.decode()
    # When it was written; in the list of all, when the session was.
    assert ("Sat 12 Jan 2030" if page == "record/" else "Sat 7 Mar 2009") in html
    assert not re.search(r"(Sat 7 Mar|Sat 12 Jan)(?! 20)", html)
