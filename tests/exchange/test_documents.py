"""Documents that were damaged or made to do harm end in a sentence; what is secret leaves in no document but its own."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from events.models import Attendee, Camp, ListedAddress, Room, Slot
from exchange import json_export
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document, read_document
from notes.models import LONGEST, Link, Note, NoteRevision, WriteUp
from notes.services import save_note
from pitches.models import Interest, Pitch, TopicColour, hue_of
from pitches.services import set_interest
from pitches.topics import hues_of
from schedule.draft.moves import place_session
from schedule.models import GridVersion, Placement, Session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory, UserFactory, make_slot

DOC = Path(__file__).resolve().parents[2] / "docs" / "exchange.md"
#: by model, what no document says of it, and why
LEFT = {
    Camp: {"practice_of": "a copy to practise in is no camp of its own", "slug": "is chosen anew", "code": "secret", "created_at": "it comes to be here", "helpers_move": "decided anew", "helpers_capture": "the same", "helpers_repair": "the same"},
    Room: {},
    Slot: {},
    Attendee: {
        "user": "an account", "was_of": "an account", "has_left": "follows from removed_at", "removed_by": "told to nobody", "calendar_key": "secret", "news": "told to them alone", "news_due_from": "as the news", "hears_worries": "said for this camp alone", "found_by": "told to those who are in", "grid_seen": "what they have looked at", "moves_seen_at": "the same",
    },
    Pitch: {"proposed_by": "by number", "merged_into": "by number"},
    TopicColour: {},
    Session: {
        "pitch": "by number", "revision": "of moves on the draft", "as_of": "the same", "claimed_as_of": "the same", "moved_by": "the same", "moved_at": "the same", "stood": "the same",
    },
    GridVersion: {
        "frame": "renumbered", "changes": "follow from the version before", "moved_from": "the same", "whys": "the same",
    },
    Placement: {"version": "stands in it", "session": "by number", "room_ref": "by number", "slot_ref": "by number"},
    Note: {"session": "by number"},
    NoteRevision: {"note": "stands in it", "by": "by number"},
    Link: {"session": "by number", "by": "by number"},
    WriteUp: {"session": "by number", "by": "by number", "edited_at": "set when it is saved"},
}  # fmt: skip
FIELDS = {
    Camp: "CAMP", Room: "ROOM", Slot: "SLOT", Attendee: "ATTENDEE", Pitch: "PITCH", TopicColour: "COLOUR", Session: "SESSION",
    GridVersion: "VERSION", Placement: "PLACEMENT", Note: "NOTE", NoteRevision: "REVISION", Link: "LINK", WriteUp: "WRITEUP",
}  # fmt: skip


@pytest.fixture
def document(full_camp):
    return json.loads(json.dumps(export_camp(full_camp.camp, with_interest=True, secrets=Secrets.OF_PEOPLE)))


# -- what leaves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", FIELDS)
def test_each_field_leaves_or_is_said_to_stay(model):
    leaves = set(getattr(json_export, f"{FIELDS[model]}_FIELDS"))
    ours = {field.name for field in model._meta.fields} - {"id", "camp"}
    assert leaves | LEFT[model].keys() == ours
    assert not leaves & LEFT[model].keys()


#: what pages show to whoever is not in, or what a document cannot be without; a field that is new is decided here
PASSED_ON = {
    "CAMP": {
        "name", "tagline", "starts_on", "ends_on", "time_zone", "venue", "hashtag", "description", "conduct", "accent",
        "is_public", "joining", "capacity", "is_pitching_open", "is_interest_open", "are_counts_shown", "musts_each",
        "walking_minutes", "room_minutes", "can_hosts_claim", "is_checklist_shown", "archived_at",
    },
    "ROOM": {"name", "capacity", "features", "building", "directions", "position"},
    "SLOT": {"starts_at", "ends_at", "kind", "title"},
    "ATTENDEE": {"display_name", "role"},
    "PITCH": {"title", "about", "topic", "kind", "needs", "length", "runs", "created_at", "withdrawn_at"},
    "COLOUR": {"name", "hue"},
    "SESSION": {"notes_rule", "sequence", "key"},
    "VERSION": {"number", "published_at", "why", "takes_back", "clocks_of", "clocks_in"},
    "PLACEMENT": {"room_name", "starts_at", "ends_at", "is_cancelled"},
    "NOTE": {"text", "revision", "changed_at"},
    "LINK": {"url", "title", "kind", "created_at"},
    "WRITEUP": {"title", "text", "url", "published_at"},
}  # fmt: skip
#: of which none leaves in a document that may be passed on
ALL_KEPT_BACK = {"REVISION"}
PARTS = {"ROOM": "rooms", "ATTENDEE": "attendees", "PITCH": "pitches", "SESSION": "sessions"}


def test_of_each_field_it_is_decided_whether_it_may_be_passed_on():
    lists = {
        name.removesuffix("_FIELDS"): {*value} for name, value in vars(json_export).items() if name.endswith("_FIELDS")
    }
    assert set(lists) == {*PASSED_ON, *ALL_KEPT_BACK}
    for kind, passed_on in PASSED_ON.items():
        kept_back = json_export.KEPT_BACK.get(PARTS.get(kind, ""), set())
        assert passed_on.isdisjoint(kept_back), kind
        assert lists[kind] - kept_back == passed_on, kind
    # What is kept back of other rows than those would be missed here.
    assert {*json_export.KEPT_BACK} == {*PARTS.values()}


def test_each_part_of_the_document_stands_in_the_docs(document):
    text = DOC.read_text()
    for part in (*document["secrets"], "addresses", "interests", "concerns"):
        assert part in text, part


@pytest.mark.parametrize(
    ("kind", "holds"),
    [("json", set()), ("complete", {"code", "listed"}), ("csv", set()), ("sheet", set()), ("ics", set())],
)
def test_each_file_holds_the_secrets_that_are_its_own(sign_in, full_camp, olga, kind, holds):
    ListedAddress.objects.create(camp=full_camp.camp, email="listed@tickets.example")
    secrets = {
        "code": [full_camp.camp.code],
        "listed": ["listed@tickets.example"],
        "accounts": ["@example.org"],
        "calendars": list(Attendee.objects.values_list("calendar_key", flat=True)),
        "interest": ["interests"],
    }
    answer = sign_in(olga).get(f"/{full_camp.camp.slug}/export/{kind}/")
    text = answer.content.decode("utf-8", "replace")
    # The poster's address, which names the code, is on no page of a calendar.
    assert {name for name, found in secrets.items() if any(one in text for one in found)} == holds
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def guarded(full_camp, ben, olga):
    """A camp with something of each kind that pages show to attendees alone, or to nobody any more."""
    camp, session = full_camp.camp, full_camp.session
    camp.rooms.filter(pk=full_camp.rooms[0].pk).update(online_url="https://meet.example/hidden-link")
    closed = full_camp.other
    closed.notes_rule = Session.NotesRule.ATTENDEES
    closed.save()
    save_note(session=closed, text="hidden note", by=ben, base_revision=0)
    Link.objects.create(session=closed, url="https://x.example/hidden-slides", title="x", by=ben)
    WriteUp.objects.create(camp=camp, session=closed, by=ben, title="hidden title", text="hidden text")
    # What it was before is for attendees, whatever it is now.
    session.notes_rule = Session.NotesRule.PUBLIC
    session.save()
    save_note(session=session, text="hidden words", by=ben, base_revision=2)
    save_note(session=session, text="Shown.", by=ben, base_revision=3)
    waits = AttendeeFactory(camp=camp, display_name="hidden waiting", is_waiting=True)
    AttendeeFactory(camp=camp, display_name="hidden removed", removed_at=timezone.now())
    left = AttendeeFactory(camp=camp, display_name="hidden leader", removed_at=timezone.now())
    full_camp.withdrawn.hosts.add(left)
    PitchFactory(camp=camp, title="Boats", proposed_by=waits).hosts.add(
        AttendeeFactory(camp=camp, display_name="Shown, who leads", removed_at=timezone.now())
    )
    full_camp.withdrawn.hosts.add(olga)
    Pitch.objects.filter(pk=full_camp.withdrawn.pk).update(
        title="hidden name", about="hidden about", topic="hidden topic", needs=["hidden need"]
    )
    camp.topic_colours.create(name="hidden topic", hue=3)
    set_interest(pitch=full_camp.idea, attendee=ben, level=1)
    Interest.objects.create(pitch=full_camp.idea, attendee=waits)
    Attendee.objects.filter(pk=ben.pk).update(import_key="hidden@tickets.example")
    Pitch.objects.filter(pk=full_camp.pitch.pk).update(import_key="hidden pitch")
    return full_camp


def test_what_may_be_passed_on_says_nothing_that_strangers_are_not_told(sign_in, guarded, olga):
    """`export_camp --without-secrets` is the same, with who is interested in what."""
    slug = guarded.camp.slug
    shared = sign_in(olga).get(f"/{slug}/export/json/").content.decode()
    assert "hidden" not in shared
    assert "Shown." in shared
    assert "Shown, who leads" in shared
    document = json.loads(shared)
    # The draft, who was taken off or waits, who is away, who had the idea: those who organise know it.
    told = {name for part in ("attendees", "pitches", "sessions") for row in document[part] for name in row}
    assert not told & {"is_waiting", "removed_at", "away_in", "proposed_by", "not_in", "rather", "cells", "is_pinned"}
    assert document["concerns"] == {}
    gone = [pitch for pitch in document["pitches"] if pitch["withdrawn_at"]]
    assert [(pitch["title"], pitch["hosts"]) for pitch in gone] == [("A withdrawn session", [])]
    complete = sign_in(olga).get(f"/{slug}/export/complete/").content.decode()
    for word in (
        "link", "note", "slides", "title", "text", "words", "waiting", "removed", "leader", "@tickets.example", " pitch",
        "name", "about", "topic", "need",
    ):  # fmt: skip
        assert re.search(f"hidden.?{word}", complete), word
    wishes = export_camp(guarded.camp, with_interest=True)
    assert "hidden" not in json.dumps(wishes)
    assert len(wishes["interests"]) == Interest.objects.filter(attendee__is_waiting=False).count()


@pytest.mark.parametrize("secrets", Secrets)
def test_each_comes_in_and_goes_out_again_as_it_was(guarded, secrets):
    document = json.loads(json.dumps(export_camp(guarded.camp, with_interest=True, secrets=secrets)))
    guarded.camp.delete()
    made = import_document(document=document, slug=document["slug"], with_calendar_keys=True)
    again = json.loads(json.dumps(export_camp(made, with_interest=True, secrets=secrets)))
    if not secrets:
        # A code of its own is what it has.
        assert "secrets" not in document
    assert again == document


def test_topics_keep_their_colours_elsewhere(full_camp):
    """Also where they came in another order than the document has, or went since."""
    camp, topic = full_camp.camp, "Fire & floods"
    full_camp.idea.topic = topic
    full_camp.idea.save()
    hue = (hue_of(topic) + 3) % TopicColour.COLOURS
    camp.topic_colours.all().delete()
    camp.topic_colours.create(name=topic.casefold(), hue=hue)
    document = export_camp(camp, with_interest=False)
    assert hues_of(import_document(document=document, slug="copy")).of(topic) == hue
    # A document of before says none.
    del document["topic_colours"]
    assert hues_of(import_document(document=document, slug="before")).of(topic) == hue_of(topic)


def test_what_comes_while_it_is_read_is_in_the_next_one(full_camp, ben, monkeypatch):
    """Somebody adds a room and a slot, pitches, places and writes, once the lists of things were read."""
    camp, real = full_camp.camp, json_export.numbered

    def numbered(rows):
        monkeypatch.setattr(json_export, "numbered", real)
        room, slot = camp.rooms.create(name="New"), make_slot(camp, 20)
        pitch = PitchFactory(camp=camp, title="New", hosts=[ben])
        session = place_session(pitch=pitch, room=room, slot=slot)
        place_session(pitch=full_camp.idea, room=room, slot=make_slot(camp, 21))
        Interest.objects.create(pitch=pitch, attendee=ben)
        publish_grid(camp=camp, accept_broken=True, by=None)
        save_note(session=session, text="New", by=ben, base_revision=0)
        Link.objects.create(session=session, url="https://x.example/new", title="x", by=ben)
        return real(rows)

    monkeypatch.setattr(json_export, "numbered", numbered)
    document = export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE)
    assert "New" not in {room["name"] for room in document["rooms"]}
    read_document(document=json.loads(json.dumps(document)), slug="copy")


@pytest.mark.parametrize("kind", ["json", "complete"])
def test_the_page_knows_its_own_camp_by_either(sign_in, guarded, olga, kind):
    client = sign_in(olga)
    data = client.get(f"/{guarded.camp.slug}/export/{kind}/").content
    url = client.post("/new/import/", {"document": SimpleUploadedFile("c.json", data)}).url
    assert "there is nothing to bring in" in client.get(url).content.decode()


@pytest.mark.parametrize("kind", ["json", "complete"])
def test_only_organisers_take_one(client, sign_in, full_camp, hal, ben, kind):
    path = f"/{full_camp.camp.slug}/export/{kind}/"
    assert {client.get(path).status_code, sign_in(hal).get(path).status_code, sign_in(ben).get(path).status_code} <= {
        302, 403, 404,
    }  # fmt: skip


# -- what comes in -----------------------------------------------------------------------------------------

BIG, LONG = 10**18, "x" * 1000
#: what is put where, and what the sentence says
HARM = {
    "another camp's room": (
        ["versions", 0, "placements", 0, "room"], 10**18, "versions[1].placements[1].room: 1000000000000000000 is too",
    ),
    "a person beyond": (["pitches", 0, "hosts"], [10**9], "pitches[1].hosts: there is no number 1000000000 in “attend"),
    "a person below": (["pitches", 0, "hosts"], [-1], "pitches[1].hosts: there is no number -1 in “attendees”"),
    "a person who is true": (["pitches", 0, "hosts"], [True], "pitches[1].hosts: there is no number True in “attend"),
    "half a person": (["pitches", 0, "hosts"], [1.0], "pitches[1].hosts: there is no number 1.0 in “attendees”"),
    "hosts in words": (["pitches", 0, "hosts"], "all", "pitches[1].hosts: must be a list"),
    "features that are an object": (["rooms", 0, "features"], {"a": 1}, "rooms[1].features"),
    "features in features": (["rooms", 0, "features"], [["stage"]], "rooms[1].features"),
    "long needs": (["pitches", 0, "needs"], [LONG], "pitches[1].needs"),
    "many needs": (["pitches", 0, "needs"], ["x"] * 500, "pitches[1].needs"),
    "a title that is a list": (["pitches", 0, "title"], ["x"], "pitches[1].title: must be a text"),
    "a long title": (["pitches", 0, "title"], LONG, "pitches[1].title"),
    "a long text": (["notes", 0, "text"], "x" * (LONGEST + 1), "notes[1].text"),
    "a huge sequence": (["sessions", 0, "sequence"], BIG, "sessions[1].sequence"),
    "a sequence at the end": (["sessions", 0, "sequence"], 2**31 - 1, "sessions[1].sequence"),
    "a sequence below": (["sessions", 0, "sequence"], -1, "sessions[1].sequence"),
    "no number": (["sessions", 0, "sequence"], float("inf"), "sessions[1].sequence: must be a whole number"),
    "a key that is none": (["sessions", 0, "key"], "x", "sessions[1].key"),
    "a version of nought": (["versions", 0, "number"], 0, "“number” must be a number from 1"),
    "a frame of text": (["versions", 0, "frame"], "x", "versions[1].frame: must be an object"),
    "no frame": (["versions", 0], {"number": 1}, "versions[1]: “frame” is missing"),
    "a frame of many": (["versions", 0, "frame", "rooms"], [{}] * 501, "versions[1].frame.rooms: must be a list of 500"),
    "a room as an object": (
        ["versions", 0, "frame", "rooms", 0, "name"], {"a": 1}, "versions[1].frame.rooms[1].name: must be a text of 200",
    ),
    "a frame in another age": (
        ["versions", 0, "frame", "slots", 0, "starts_at"], "0999-01-12T10:00:00+00:00",
        "versions[1].frame.slots[1].starts_at: The year 999 is none",
    ),
    "a frame at no moment": (
        ["versions", 0, "frame", "slots", 0, "starts_at"], "2030-01-12T10:00:00",
        "versions[1].frame.slots[1].starts_at: must be a moment with its time zone",
    ),
    "a frame that ends first": (
        ["versions", 0, "frame", "slots", 0, "ends_at"], "2000-01-01T00:00:00+00:00",
        "versions[1].frame.slots[1]: It ends before it starts",
    ),
    "a frame of another kind": (
        ["versions", 0, "frame", "slots", 0, "kind"], ["x"], "versions[1].frame.slots[1].kind: must be one of sessions, e",
    ),
    "a place that ends first": (
        ["versions", 0, "placements", 0, "ends_at"], "2000-01-01T00:00:00+00:00",
        "versions[1].placements[1]: It ends before it starts",
    ),
    "a place of nothing": (["versions", 0, "placements", 0], 7, "versions[1].placements[1]: must be an object"),
    "a slot at no moment": (
        ["slots", 0, "starts_at"], "2030-01-12T10:00:00", "slots[1].starts_at: must be a moment with its time zone",
    ),
    "a slot on a day": (["slots", 0, "starts_at"], "2030-01-12", "slots[1].starts_at: must be a moment with its time"),
    "a pitch in another age": (
        ["pitches", 0, "created_at"], "0999-01-12T10:00:00+00:00", "pitches[1].created_at: The year 999 is none",
    ),
    "a day that is none": (["camp", "ends_on"], "x" * 5_000, "camp.ends_on: “" + "x" * 40 + "…”"),
    "a role that is none": (["attendees", 0, "role"], "x" * 5_000, "attendees[1].role: Value '" + "x" * 40 + "…'"),
    "a camp that ends first": (["camp", "ends_on"], "2000-01-01", "camp: The last day is before the first day"),
    "a camp nowhere": (["camp", "time_zone"], "Mars/Olympus", "camp.time_zone: There is no time zone called"),
    "a camp without end": (["camp", "ends_on"], "2040-01-01", "camp.ends_on: A camp lasts a year at most"),
    "a long description": (["camp", "description"], "x" * 10_001, "camp.description: This has 10001 characters; 10000"),
    "a long conduct": (["camp", "conduct"], "x" * 10_001, "camp.conduct: This has 10001 characters; 10000 is"),
    "a long revision": (
        ["notes", 0, "revisions", 0, "text"], "x" * (LONGEST + 1), "notes[1].revisions[1].text: This has 60001 characters",
    ),
    "a revision of nothing": (["notes", 0, "revisions", 0], 7, "notes[1].revisions[1]: must be an object"),
    "cells in words": (["sessions", 0, "cells"], "all", "sessions[1].cells: must be a list"),
    "half a cell": (["sessions", 0, "cells"], [[1]], "sessions[1].cells[1]: must be a list of two numbers"),
    "a session of nothing": (["sessions", 0], {"key": "x"}, "sessions[1].key"),
    "half a wish": (["interests", 0], [1, 1], "interests[1]: must be a list of three numbers"),
    "a wish of a list": (["interests", 0], [[1], 1, 1], "interests[1]: there is no number [1] in “attendees”"),
    "rooms without end": (["rooms"], [{"name": str(n)} for n in range(501)], "rooms: has more than 500 rows"),
    "rows that are numbers": (["slots"], [7], "slots[1]: must be an object"),
    "a camp that is a list": (["camp"], [], "camp: must be an object"),
    "a concern too many": (["concerns"], {"fairness": 11}, "concerns.fairness"),
    "a concern in words": (["concerns"], {"fairness": "much"}, "concerns.fairness"),
    "a colour that is style": (["camp", "accent"], "#fff;}", "camp.accent"),
    "a colour that is none": (["topic_colours"], [{"name": "x", "hue": 8}], "topic_colours[1]: “hue” must be a number"),
    "a colour of nothing": (["topic_colours"], [{"hue": 1}], "topic_colours[1]: “name” is missing"),
    "a colour too long": (["topic_colours"], [{"name": "ß" * 100, "hue": 1}], "topic_colours[1].name"),
    "a colour twice": (
        ["topic_colours"], [{"name": "Fire", "hue": 1}, {"name": "fire", "hue": 2}], "topic_colours[2]: the same stands",
    ),
    "a script for a link": (["links", 0, "url"], "javascript:alert(1)", "links[1].url"),
    "a merge into itself": (["pitches", 0, "merged_into"], 1, "is part of a pitch that is part of another one"),
    "after itself": (["pitches", 0, "after"], [1], "comes after itself"),
    "a slot that ends first": (["slots", 0, "ends_at"], "2000-01-01T00:00:00+00:00", "slots[1]: It ends before"),
    "a slot longer than a day": (["slots", -1, "ends_at"], "2030-01-14T23:00:00+00:00", "shorter than 24 hours"),
    "slots that overlap": (["slots", 0, "ends_at"], "2030-01-12T11:30:00+00:00", "overlaps the slot of"),
    "a text newer than itself": (["notes", 0, "revision"], 0, "a revision that is newer than its text"),
    "a write-up of nothing": (["writeups", 0, "text"], "", "neither a text nor an address"),
    "addresses too few": (["addresses", "sessions"], [], "addresses.sessions: must be a list of one number for each"),
    "addresses twice": (["addresses", "rooms"], [5] * 3, "must be whole numbers, each once"),
    "an address below": (["addresses", "rooms"], [-1, 5, 6], "must be whole numbers, each once"),
    "addresses in words": (["addresses"], "all", "addresses: must be an object"),
    "no address": (["secrets", "listed_addresses"], ["x"], "secrets.listed_addresses[1]"),
    "an address in a list": (["secrets", "listed_addresses"], [["a@b.example"]], "must be an e-mail address"),
    "a short key": (["secrets", "calendar_keys", 0], "a", "secrets.calendar_keys"),
    "an earlier key of nobody": (["secrets", "earlier_calendar_keys"], [[99, "k" * 32]], "secrets.earlier_calendar_keys[1]"),
    "a short earlier key": (["secrets", "earlier_calendar_keys"], [[1, "k"]], "must be a number and a key"),
    "an earlier key alone": (["secrets", "earlier_calendar_keys"], ["k" * 32], "must be a number and a key"),
    "an earlier key twice": (["secrets", "earlier_calendar_keys"], [[1, "k" * 32]] * 2, "the same stands"),
    "keys too few": (["secrets", "calendar_keys"], ["k" * 32], "one key for each"),
    "secrets in words": (["secrets"], "all", "secrets: must be an object"),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_a_hostile_document_ends_in_a_sentence(full_camp, document, harm):
    path, value, told = HARM[harm]
    here = document
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = copy.deepcopy(value)
    before = Camp.objects.count()
    with pytest.raises(ValidationError) as refused:
        import_document(document=document, slug="copy")
    assert told in " ".join(refused.value.messages)
    assert Camp.objects.count() == before


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("rooms", 0), ("slots", 0), ("sessions", 0), ("versions", 0), ("notes", 0), ("links", 0),
        ("interests", 0),
    ],
)  # fmt: skip
def test_what_may_be_there_once_is_told_the_second_time(document, kind, row):
    document[kind].append(copy.deepcopy(document[kind][row]))
    with pytest.raises(ValidationError, match=rf"{kind}\[\d+\]: (the same stands|It overlaps)"):
        read_document(document=document)


def test_what_is_gone_stays_gone_and_is_no_room_of_another_camp(full_camp, document):
    """A number that no room of the document has led to the room of that id, whosever it was."""
    other = Room.objects.exclude(camp=full_camp.camp).first() or Room.objects.create(
        camp=UserCamp.make(), name="Theirs"
    )
    document["versions"][0]["placements"][0]["room"] = other.pk + 1000
    made = import_document(document=document, slug="copy")
    refs = Placement.objects.filter(version__camp=made).values_list("room_ref", flat=True)
    assert {ref for ref in refs if ref > 0} <= {*made.rooms.values_list("pk", flat=True)}
    assert -(other.pk + 1000) in refs


class UserCamp:
    @staticmethod
    def make() -> Camp:
        from tests.factories import CampFactory

        return CampFactory(slug="theirs")


@pytest.mark.parametrize("harm", HARM)
def test_by_the_page_a_worker_says_so(client, db, document, harm):
    path, value, told = HARM[harm]
    if isinstance(value, float):
        pytest.skip("JSON has no such number")
    here = document
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    client.force_login(UserFactory())
    file = SimpleUploadedFile("camp.json", json.dumps(document).encode())
    answer = client.post("/new/import/", {"document": file})
    assert answer.status_code == 302
    html = client.get(answer.url).content.decode()
    assert told in re.sub("&#x27;", "'", html)
    assert "Bring it in" not in re.sub("<title>.*</title>", "", html)
