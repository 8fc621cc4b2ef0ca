"""What stays of a camp comes a page at a time, and is searched; by nobody for what they may not read."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from notes.models import Note, WriteUp
from notes.record import PER_PAGE
from notes.services import save_note, set_notes_rule
from pitches.services import withdraw_pitch
from schedule.draft import moves
from schedule.wall.publish import publish_grid
from tests.factories import DAY, AttendeeFactory, PitchFactory, RoomFactory

LINK = re.compile(r'<li>\s*<a href="/[^"]+/(?:sessions|write-ups)/\d+/">([^<]+)</a>')


@pytest.fixture(autouse=True)
def _evening(monkeypatch):
    """All sessions were: of what has not begun nobody misses notes."""
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=20))


@pytest.fixture
def knots(camp, ben, rooms, slots):
    session = moves.place_session(
        pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0]
    )
    ducks = PitchFactory(camp=camp, title="Ducks and geese")
    moves.place_session(pitch=ducks, room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    save_note(session=session, text="Reef, bowline.", by=ben, base_revision=0)
    WriteUp.objects.create(camp=camp, by=ben, title="Took home", text="Five things.")
    return session


def titles(client, camp, **question):
    return LINK.findall(client.get(f"/{camp.slug}/record/", question).content.decode())


def test_a_page_has_so_many_and_the_next_has_the_others(client, camp, knots, ben, slots):
    for number, room in enumerate(RoomFactory.create_batch(PER_PAGE, camp=camp)):
        pitch = PitchFactory(camp=camp, title=f"Late {number}")
        moves.place_session(pitch=pitch, room=room, slot=slots[2])
    publish_grid(camp=camp, by=None)
    first, second = titles(client, camp), titles(client, camp, page=2)
    assert first[:3] == ["Took home", "Knots", "Ducks and geese"]
    assert (len(first), len(second)) == (PER_PAGE, 3)
    assert not {*first} & {*second}
    page = client.get(f"/{camp.slug}/record/", {"q": "late"}).content.decode()
    assert LINK.findall(page) == [f"Late {number}" for number in range(PER_PAGE)]
    assert "Page 1 of" not in page
    assert 'href="?q=a&amp;page=2"' in client.get(f"/{camp.slug}/record/", {"q": "a"}).content.decode()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("bowline", ["Knots"]),
        ("BOWLINE reef", ["Knots"]),
        ("bowline geese", []),
        ("knots bowline", ["Knots"]),
        ("geese", ["Ducks and geese"]),
        ("five", ["Took home"]),
        ("ben home", ["Took home"]),
        ("  ", ["Took home", "Knots", "Ducks and geese"]),
        ("x" * 5000, []),
        ("Kno\x07ts", ["Knots"]),
    ],
)
def test_every_word_is_looked_for_in_titles_texts_and_names(client, camp, knots, words, found):
    assert titles(client, camp, q=words) == found


def test_what_is_found_nowhere_is_said_and_what_was_typed_stays(client, camp, knots):
    page = client.get(f"/{camp.slug}/record/", {"q": "<swans>"}).content.decode()
    assert "Nothing has all of these words. Try fewer." in page
    assert 'value="&lt;swans&gt;"' in page
    assert "None yet." not in page


def test_what_there_is_none_of_is_said_once(client, camp, ben):
    page = client.get(f"/{camp.slug}/record/").content.decode()
    assert page.count("None yet.") == 2
    assert 'type="search"' not in page
    WriteUp.objects.create(camp=camp, by=ben, title="w", text="t")
    assert client.get(f"/{camp.slug}/record/?page=1&x").content.decode().count("None yet.") == 1


def test_nobody_finds_by_a_word_what_they_may_not_read(client, sign_in, camp, knots, cleo):
    WriteUp.objects.create(camp=camp, session=knots, by=cleo, title="What we said", text="Handshakes")
    set_notes_rule(session=knots, rule="attendees")
    for word in ("bowline", "handshakes", "said"):
        assert titles(client, camp, q=word) == []
        assert titles(sign_in(cleo), camp, q=word) != []
        client.logout()
    set_notes_rule(session=knots, rule="none")
    assert [titles(sign_in(cleo), camp, q=word) for word in ("bowline", "handshakes")] == [[], []]


def test_what_was_withdrawn_is_not_found_by_its_title(client, camp, knots, cleo):
    WriteUp.objects.create(camp=camp, session=knots, by=cleo, title="What we said", text="Handshakes")
    withdraw_pitch(pitch=knots.pitch, by=None)
    assert titles(client, camp, q="knots") == []
    assert titles(client, camp, q="bowline") == ["A withdrawn session"]


def test_the_page_reads_no_more_than_it_shows(client, camp, knots, rooms, slots, django_assert_max_num_queries):
    """However many sessions there are: their texts stay in the database (defer)."""
    for room in RoomFactory.create_batch(PER_PAGE, camp=camp):
        host = AttendeeFactory(camp=camp)
        session = moves.place_session(
            pitch=PitchFactory(camp=camp, about="A" * 999, hosts=[host]), room=room, slot=slots[2]
        )
        Note.objects.create(session=session, text="N" * 5000, revision=1)
    publish_grid(camp=camp, by=None)
    with django_assert_max_num_queries(9) as captured:
        page = client.get(f"/{camp.slug}/record/").content.decode()
    assert len(LINK.findall(page)) == PER_PAGE
    assert [q["sql"] for q in captured if '"pitches_pitch"."about"' in q["sql"].partition(" FROM ")[0]] == []
