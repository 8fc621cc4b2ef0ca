"""A row of the table "What a version holds" in docs/words.md, a test: what waits for the next publish, what shows at once."""

import json
import re
from datetime import datetime, timedelta
from importlib import import_module
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.once import BACKEND
from events.editing import delete_camp, edit_camp
from events.frame import close_rooms, drop_from_frame, save_slot
from events.models import Attendee, Slot
from events.shifting import shift_slots
from exchange.csv_export import sheet
from exchange.json_export import Secrets, export_camp
from exchange.json_import import import_document
from pitches.models import Pitch
from pitches.services import host_idea, merge_pitches, set_interest, withdraw_pitch
from schedule.draft import moves
from schedule.models import GridVersion, Placement, Session
from schedule.wall.changes import with_sentences
from schedule.wall.grid import published_grid
from schedule.wall.hosts import switch_rooms
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, RoomFactory, UserFactory, make_slot, publish_anew


@pytest.fixture
def knots(camp, ben, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", topic="Rope", about="How to tie.", hosts=[ben])
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


@pytest.fixture
def first(camp, knots):
    return publish_grid(camp=camp, by=None)


@pytest.fixture
def event(client, camp, first):
    """What the camp's calendar says of its one session, as it is at the call."""

    def event():
        body = client.get(f"/{camp.slug}/calendar.ics").content
        [found] = Calendar.from_ical(body).walk("VEVENT")
        return found

    return event


def page(client, camp, version=1):
    return client.get(f"/{camp.slug}/grid/versions/{version}/").content.decode()


def said(camp, version):
    return with_sentences(camp, [version])[0].sentences


# -- what waits for the next publish, and is a change then ---------------------------------------------------------


def test_a_rooms_name_waits_and_is_a_change_then(client, camp, rooms, first, event):
    rooms[0].name = "Stable"
    rooms[0].save()
    before = event()
    assert (before["location"], before["sequence"]) == ("Barn", 0)
    assert "Stable" not in page(client, camp) + client.get(f"/{camp.slug}/grid/").content.decode() + sheet(camp)

    second = publish_grid(camp=camp, by=None)
    after = event()
    assert (after["location"], after["sequence"]) == ("Stable", 1)
    assert after["last-modified"].dt >= before["last-modified"].dt
    assert said(camp, second) == ["“Barn” is called “Stable” now."]
    assert "Stable" in sheet(camp)
    assert "Barn" in page(client, camp, 1)
    assert "Stable" not in page(client, camp, 1)


def test_a_rooms_capacity_waits_and_is_no_news_for_calendars(camp, rooms, first, event):
    rooms[0].capacity = 44
    rooms[0].save()
    assert ",30,Knots" in sheet(camp)
    second = publish_grid(camp=camp, by=None)
    assert ",44,Knots" in sheet(camp)
    assert published_grid(first, camp).rooms[0].capacity == 30
    assert said(camp, second) == ["“Barn” holds 44 now."]
    assert event()["sequence"] == 0


def test_a_rooms_building_and_directions_wait(camp, rooms, first):
    rooms[0].building, rooms[0].directions = "Annex", "Left of the lift"
    rooms[0].save()
    second = publish_grid(camp=camp, by=None)
    assert [r.building for r in published_grid(first, camp).rooms] == ["", ""]
    assert published_grid(second, camp).rooms[0].directions == "Left of the lift"


def test_an_online_link_is_in_no_version(camp, rooms, first):
    rooms[0].online_url = "https://example.org/room"
    rooms[0].save()
    assert "example.org" not in str(publish_anew(camp).frame)


def test_a_closed_room_is_told_at_once_and_is_in_no_version(camp, rooms, slots, first, event):
    close_rooms(rooms=rooms[1:], slots=slots, is_closed=True)
    close_rooms(rooms=rooms[:1], slots=slots[1:], is_closed=True)
    assert (event()["location"], event()["sequence"]) == ("Barn", 0), "another room, another slot"
    close_rooms(rooms=rooms[:1], slots=slots[:1], is_closed=True)
    assert (event()["location"], event()["sequence"]) == ("Barn (room closed: watch the grid)", 1)
    assert "closed" not in str(first.frame)
    close_rooms(rooms=rooms[:1], slots=slots[:1], is_closed=False)
    assert (event()["location"], event()["sequence"]) == ("Barn", 2)


def test_the_draft_closes_no_room_and_a_slot_that_goes_opens_it(camp, rooms, slots, first, event):
    close_rooms(rooms=rooms[:1], slots=[slots[1]], is_closed=True)
    # Shifted, and not published: it would touch what stands in the first slot.
    slots[1].starts_at = slots[0].starts_at + timedelta(minutes=10)
    slots[1].save()
    assert (event()["location"], event()["sequence"]) == ("Barn", 0)
    close_rooms(rooms=rooms[:1], slots=slots[:1], is_closed=True)
    assert event()["sequence"] == 1
    close_rooms(rooms=rooms[:1], slots=slots[:1], is_closed=True)
    moves.unplace_session(session=first.camp.sessions.get())
    drop_from_frame(thing=slots[0])
    assert (event()["location"], event()["sequence"]) == ("Barn", 2)


CLOSED = "Barn (room closed: watch the grid)"


def by_page(client, camp, room):
    drop_from_frame(thing=room)


def by_an_operator(client, camp, room):
    client.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    assert client.post(f"/admin/events/room/{room.pk}/delete/", {"post": "yes"}).status_code == 302


def by_an_operator_with_others(client, camp, room):
    client.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    sent = {"action": "delete_selected", "_selected_action": [room.pk], "post": "yes"}
    assert client.post("/admin/events/room/", sent).status_code == 302


@pytest.mark.parametrize("give_up", [by_page, by_an_operator, by_an_operator_with_others])
def test_a_closed_room_that_is_given_up_is_closed_no_more(client, camp, rooms, slots, first, event, give_up):
    close_rooms(rooms=rooms[:1], slots=slots[:1], is_closed=True)
    assert (event()["location"], event()["sequence"]) == (CLOSED, 1)
    moves.unplace_session(session=camp.sessions.get())
    give_up(client, camp, rooms[0])
    assert not camp.rooms.filter(name="Barn").exists()
    assert (event()["location"], event()["sequence"]) == ("Barn", 2)


def edit(camp, slot):
    slot.starts_at -= timedelta(hours=7)
    slot.ends_at -= timedelta(hours=7)
    save_slot(slot=slot)


def shift(camp, slot):
    shift_slots(camp=camp, slots=[slot.pk], minutes=-7 * 60)


@pytest.mark.parametrize("change", [edit, shift])
def test_what_is_closed_in_a_slot_that_no_version_knows_moves_with_it(camp, rooms, slots, first, event, change):
    """By its own times: where the draft has nothing else by now, it comes to touch what is published there."""
    slots[0].starts_at += timedelta(hours=6)
    slots[0].ends_at += timedelta(hours=6)
    save_slot(slot=slots[0])
    new = make_slot(camp, 17)
    close_rooms(rooms=rooms[:1], slots=[new], is_closed=True)
    assert (event()["location"], event()["sequence"]) == ("Barn", 0)
    change(camp, new)
    assert (event()["location"], event()["sequence"]) == (CLOSED, 1)


def test_what_is_closed_moves_with_the_days_of_the_camp(camp, rooms, slots, first, event):
    slots[0].starts_at += timedelta(hours=6)
    slots[0].ends_at += timedelta(hours=6)
    save_slot(slot=slots[0])
    close_rooms(rooms=rooms[:1], slots=[make_slot(camp, 10)], is_closed=True)
    assert (event()["location"], event()["sequence"]) == (CLOSED, 1)
    camp.starts_on += timedelta(days=7)
    camp.ends_on += timedelta(days=7)
    edit_camp(camp=camp, fields=["starts_on", "ends_on"], follow="move", by=None)
    assert (event()["location"], event()["sequence"]) == ("Barn", 2)


def test_many_rooms_are_closed_with_as_many_queries_as_one_and_calendars_are_told_once(camp, rooms, slots, first):
    asked = []
    for closed, then in ((rooms[:1], slots[:1]), (rooms, slots)):
        for is_closed in (True, False):
            with CaptureQueriesContext(connection) as captured:
                close_rooms(rooms=closed, slots=then, is_closed=is_closed)
            asked.append(len(captured))
    assert asked[:2] == asked[2:]
    assert Session.objects.get().sequence == 4


def test_a_room_that_is_closed_already_stays_so(camp, rooms, slots, first):
    close_rooms(rooms=rooms[:1], slots=slots[:2], is_closed=True)
    close_rooms(rooms=rooms, slots=slots[1:], is_closed=True)
    assert [room.closed_in.count() for room in rooms] == [3, 2]
    close_rooms(rooms=rooms[1:], slots=slots, is_closed=False)
    assert [room.closed_in.count() for room in rooms] == [3, 0]


def test_where_nothing_is_published_nobody_asks_what_is_closed(camp, olga, rooms, slots):
    with CaptureQueriesContext(connection) as captured:
        switch_rooms(camp=camp, rooms=rooms, slots=slots, is_closed=True, by=olga)
    assert not [query for query in captured if query["sql"].startswith("SELECT") and "closed_in" in query["sql"]]
    assert rooms[0].closed_in.count() == 3


def test_a_place_waits(client, camp, knots, rooms, slots, first, event):
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])
    assert event()["location"] == "Barn"
    assert ",Barn," in sheet(camp)
    publish_grid(camp=camp, by=None)
    assert event()["location"] == "Loft"
    assert [e.room_name for e in published_grid(first, camp).entries] == ["Barn"]


def test_a_length_waits(client, camp, knots, first, event):
    knots.pitch.length = 2
    knots.pitch.save()
    assert event()["dtend"].dt - event()["dtstart"].dt == timedelta(hours=1)
    assert 'rowspan="2"' not in page(client, camp)
    second = publish_grid(camp=camp, by=None)
    assert event()["dtend"].dt - event()["dtstart"].dt == timedelta(hours=2)
    assert said(camp, second) == ["“Knots” ends at 12:00 now: Barn, Sat 10:00."]
    assert 'rowspan="2"' not in page(client, camp, 1)
    assert 'rowspan="2"' in page(client, camp, 2)


def test_the_times_of_a_slot_wait(camp, slots, first, event):
    slots[0].starts_at -= timedelta(minutes=30)
    slots[0].save()
    assert event()["dtstart"].dt.hour == 10
    second = publish_grid(camp=camp, by=None)
    assert event()["dtstart"].dt.hour == 9
    assert said(camp, second) == ["“Knots” moved from Barn, Sat 10:00 to Barn, Sat 09:30."]
    assert published_grid(first, camp).rows[0].starts_at.hour == 10


def test_titles_and_times_of_slots_for_everybody_wait(client, camp, first):
    lunch = camp.slots.get(title="Lunch")
    lunch.title = "Dinner"
    lunch.save()
    make_slot(camp, 20, kind=Slot.Kind.EVERYONE, title="Fire")
    assert "Lunch" in page(client, camp)
    second = publish_grid(camp=camp, by=None)
    assert said(camp, second) == ["“Lunch” is called “Dinner” now: Sat 12:00.", "“Fire” is new: Sat 20:00."]
    lunch.starts_at += timedelta(minutes=10)
    lunch.save()
    third = publish_grid(camp=camp, by=None)
    lunch.ends_at += timedelta(minutes=10)
    lunch.save()
    fourth = publish_grid(camp=camp, by=None)
    lunch.delete()
    fifth = publish_grid(camp=camp, by=None)
    assert [said(camp, version) for version in (third, fourth, fifth)] == [
        ["“Dinner” moved from Sat 12:00 to Sat 12:10."],
        ["“Dinner” ends at 13:10 now: Sat 12:10."],
        ["“Dinner” is off the grid."],
    ]
    assert "Dinner" not in page(client, camp, 1)


def test_rooms_that_come_and_go_are_changes(camp, rooms, first):
    attic = RoomFactory(camp=camp, name="Attic")
    second = publish_grid(camp=camp, by=None)
    attic.delete()
    third = publish_grid(camp=camp, by=None)
    assert said(camp, second) == ["“Attic” is a new room."]
    assert said(camp, third) == ["“Attic” is no room of the grid any more."]


def test_a_room_that_the_camp_gave_up_keeps_its_calendar(client, camp, knots, rooms, slots, first):
    barn = rooms[0].pk
    moves.place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[0])
    moves.unplace_session(session=knots)
    drop_from_frame(thing=rooms[0])
    feed = f"/{camp.slug}/rooms/{barn}.ics"
    assert b"STATUS:CONFIRMED" in client.get(feed).content
    publish_grid(camp=camp, by=None)
    body = client.get(feed).content
    assert b"STATUS:CANCELLED" in body
    assert b"NAME:Lakeside 2030: Barn" in body
    assert client.get(f"/{camp.slug}/rooms/{barn + 999}.ics").status_code == 404


def test_the_name_of_a_rooms_calendar_waits_too(client, camp, rooms, first):
    rooms[1].name = "Gable"
    rooms[1].save()
    feed = f"/{camp.slug}/rooms/{rooms[1].pk}.ics"
    assert b"NAME:Lakeside 2030: Loft" in client.get(feed).content
    publish_grid(camp=camp, by=None)
    assert b"NAME:Lakeside 2030: Gable" in client.get(feed).content


# -- what shows at once, in every version --------------------------------------------------------------------------


def shows_at_once(client, camp, event, old, new):
    """`new` instead of `old` on the page of version 1 and in the calendar, with SEQUENCE and LAST-MODIFIED counted."""
    after = event()
    text = str(after["summary"]) + str(after["description"]) + after.to_ical().decode()
    assert new in text
    assert old not in text
    assert (after["sequence"], after["last-modified"].dt) == (1, Session.objects.get().told_at.replace(microsecond=0))


@pytest.mark.parametrize(
    ("field", "old", "new"), [("title", "Knots", "Ropes"), ("topic", "Rope", "Sailing"), ("about", "How to tie", "Why")]
)
def test_title_topic_and_text_show_at_once(client, camp, knots, event, field, old, new):
    setattr(knots.pitch, field, new)
    knots.pitch.save()
    shows_at_once(client, camp, event, old, new)
    if field != "about":
        assert new in page(client, camp)
        assert old not in page(client, camp).replace("Ropes", "")


def test_who_hosts_shows_at_once(client, camp, knots, cleo, event):
    knots.pitch.hosts.set([cleo])
    assert event()["description"] == "Cleo\n\nHow to tie."
    assert "Cleo" in page(client, camp)
    assert "Ben" not in page(client, camp)
    assert event()["sequence"] > 0


def test_somebody_who_takes_an_idea_up_shows_at_once(client, camp, rooms, slots, cleo):
    idea = PitchFactory(camp=camp, title="Owls")
    session = moves.place_session(pitch=idea, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    host_idea(pitch=idea, attendee=cleo)
    session.refresh_from_db()
    assert session.sequence == 1
    assert "Cleo" in page(client, camp)


def test_a_new_name_of_a_host_covers_old_versions(client, camp, ben, first, event):
    ben.display_name = "Otter"
    ben.save(update_fields=["display_name"])
    shows_at_once(client, camp, event, "Ben", "Otter")
    assert "Otter" in page(client, camp)
    assert "Ben" not in page(client, camp)


def test_where_the_camp_is_shows_at_once(client, camp, event):
    camp.venue = "By the lake"
    camp.save()
    assert event()["location"] == "Barn, By the lake"
    assert event()["sequence"] == 1


def test_older_versions_are_shown_by_the_zone_of_now_and_the_newest_keeps_its_clock_times(client, camp, first):
    camp.time_zone = "America/Halifax"
    edit_camp(camp=camp, fields=["time_zone"], clocks="clock", by=None)
    rows = r"<tbody>.*?(\d\d:\d\d).*Knots"
    assert [re.search(rows, page(client, camp, n), re.DOTALL)[1] for n in (1, 2)] == ["06:00", "10:00"]


def test_the_camps_name_shows_at_once(client, camp, first, event):
    camp.name = "Seaside"
    camp.save()
    assert b"NAME:Seaside" in client.get(f"/{camp.slug}/calendar.ics").content
    assert event()["sequence"] == 0


def test_a_merged_pitch_shows_at_once(camp, ben, cleo, knots, first, event):
    other = PitchFactory(camp=camp, title="Rigging", hosts=[cleo])
    merge_pitches(source=knots.pitch, target=other, by=None)
    assert str(event()["summary"]) == "Rigging"
    assert event()["sequence"] > 0


@pytest.fixture
def merged(camp, cleo, knots, first, rooms, slots) -> Session:
    """Knots is part of Rigging, which stands on the grid, too: of Knots a session is left that goes nowhere."""
    other = PitchFactory(camp=camp, title="Rigging", hosts=[cleo])
    moves.place_session(pitch=other, room=rooms[1], slot=slots[1])
    publish_grid(camp=camp, by=None)
    # Else the other one's text would say it.
    knots.pitch.about = ""
    knots.pitch.save()
    merge_pitches(source=knots.pitch, target=other, by=None)
    return knots


@pytest.mark.parametrize("is_published_anew", [False, True])
def test_what_is_left_of_a_merged_pitch_is_shown_as_withdrawn(client, camp, merged, is_published_anew):
    """Nobody could change or withdraw any more what its pages told."""
    if is_published_anew:
        publish_grid(camp=camp, by=None)
    session = f"/{camp.slug}/sessions/{merged.pk}"
    ways = [f"{session}/", f"{session}.ics", *(f"/{camp.slug}/{at}" for at in ("grid/", "calendar.ics", "pitches/"))]
    told = {way: client.get(way).content.decode() for way in ways}
    told |= {"version 2": page(client, camp, 2), "sheet": sheet(camp)}
    told["file"] = json.dumps(export_camp(camp, with_interest=False))
    assert [way for way, text in told.items() if "Knots" in text] == []
    [gone] = Calendar.from_ical(told[f"{session}.ics"]).walk("VEVENT")
    assert (str(gone["status"]), str(gone["summary"])) == ("CANCELLED", "A withdrawn session")
    assert "Rigging" in told["version 2"]


def test_hosts_of_the_pitch_that_stays_are_not_told_that_it_is_off_the_grid(camp, ben, cleo, merged):
    publish_grid(camp=camp, by=None)
    kinds = [item["kind"] for person in (ben, cleo) for item in Attendee.objects.get(pk=person.pk).news]
    assert kinds == ["host"]


def test_what_was_merged_by_an_earlier_release_tells_nothing_either(camp, merged):
    Pitch.objects.filter(pk=merged.pitch_id).update(withdrawn_at=None)
    migration = import_module("pitches.migrations.0009_merged_pitches_tell_nothing")
    migration.tell_nothing_of_merged(apps, None)
    assert [pitch.is_shown for pitch in camp.pitches.order_by("pk")] == [False, True]


def test_a_merged_pitch_of_a_document_of_before_tells_nothing(camp, merged):
    document = export_camp(camp, with_interest=False, secrets=Secrets.OF_CAMP)
    [row] = [row for row in document["pitches"] if row["title"] == "Knots"]
    row["withdrawn_at"] = None
    there = import_document(document=document, slug="there")
    assert [pitch.is_shown for pitch in there.pitches.order_by("pk")] == [False, True]


# -- one number for both -------------------------------------------------------------------------------------------


def test_places_and_texts_count_in_one_number_that_never_falls(camp, ben, knots, rooms, slots, event):
    def rename(title):
        knots.pitch.refresh_from_db()
        knots.pitch.title = title
        knots.pitch.save()

    def move(room):
        moves.place_session(pitch=knots.pitch, room=room, slot=slots[0])
        publish_grid(camp=camp, by=None)

    seen, told = [], [Session.objects.get().told_at]
    for change in (
        lambda: rename("Ropes"),
        lambda: move(rooms[1]),
        lambda: publish_anew(camp),
        lambda: rename("Knots"),
        lambda: rename("Knots"),
        lambda: move(rooms[0]),
    ):
        change()
        seen.append(int(event()["sequence"]))
        told.append(Session.objects.get().told_at)
    assert seen == [1, 2, 2, 3, 3, 4]
    assert [later > earlier for earlier, later in pairwise(told)] == [True, True, False, True, False, True]


def test_what_nobody_counted_is_counted_with_the_next_publish(camp, knots, event):
    type(knots.pitch).objects.filter(pk=knots.pitch.pk).update(title="Ropes")
    publish_anew(camp)
    assert event()["sequence"] == 1


def test_what_is_not_published_is_not_counted(camp, knots, ben):
    knots.pitch.title = "Ropes"
    knots.pitch.save()
    publish_grid(camp=camp, by=None)
    knots.refresh_from_db()
    assert knots.sequence == 0


# -- hiding and erasing reach every version ------------------------------------------------------------------------


def test_a_withdrawn_pitch_is_on_no_version_and_in_no_sentence(client, camp, ben, cleo, knots, rooms, slots, event):
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[0])
    publish_grid(camp=camp, by=None)
    set_interest(pitch=knots.pitch, attendee=cleo, level=1)
    withdraw_pitch(pitch=knots.pitch, by=None)
    places = [
        f"pitches/{knots.pitch_id}/",
        "grid/",
        "grid/versions/",
        "grid/versions/1/",
        "grid/versions/2/",
        f"sessions/{knots.pk}/",
        "record/",
    ]
    places += ["calendar.ics", f"rooms/{rooms[1].pk}.ics", f"sessions/{knots.pk}.ics", f"my/{cleo.calendar_key}.ics"]
    for place in places:
        text = client.get(f"/{camp.slug}/{place}").content.decode()
        # The record lists what can be read, or was held.
        assert ("ithdrawn" in text) == (place != "record/"), place
        for hidden in ("Knots", "How to tie", "Ben", "Rope"):
            assert hidden not in text, place
    # Brought back, its row would be a pitch of that name.
    assert not any(told in sheet(camp) for told in ("A withdrawn session", "Knots"))
    assert str(event()["status"]) == "CANCELLED"
    assert event()["sequence"] == 2


def test_versions_hold_no_title_and_no_name_of_a_person(camp, ben, knots, rooms, slots, first):
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])
    second = publish_grid(camp=camp, by=None)
    kept = str([[v.frame, v.changes] for v in (first, second)]) + str(list(Placement.objects.values()))
    for word in ("Knots", "Ben", "Rope", "How to tie"):
        assert word not in kept


# -- never changed -------------------------------------------------------------------------------------------------


def test_a_version_is_not_changed_by_any_way_of_writing(camp, first):
    placement = first.placements.get()
    for row in (first, placement):
        row.pk = row.pk
        with pytest.raises(ValidationError, match="never changed"):
            row.save()
        with pytest.raises(ValidationError, match="never changed"):
            row.delete()
    for rows, change in ((GridVersion.objects, {"number": 7}), (Placement.objects, {"room_name": "Loft"})):
        with pytest.raises(ValidationError, match="never changed"):
            rows.all().update(**change)
        with pytest.raises(ValidationError, match="never changed"):
            rows.all().delete()
    with pytest.raises(ValidationError, match="never changed"):
        first.placements.update(room_name="Loft")
    with pytest.raises(ValidationError, match="never changed"):
        Placement.objects.bulk_update([placement], ["room_name"])
    with pytest.raises(ValidationError, match="never changed"):
        Placement.objects.bulk_create(
            [placement], update_conflicts=True, update_fields=["room_name"], unique_fields=["id"]
        )
    assert Placement.objects.get().room_name == "Barn"


def test_versions_go_with_the_whole_camp(camp, first):
    delete_camp(camp=camp, typed_name=camp.name)
    assert not GridVersion.objects.exists()


# -- nights --------------------------------------------------------------------------------------------------------


def test_over_midnight_a_version_keeps_its_places(client, db):
    camp = CampFactory(slug="night")
    room = RoomFactory(camp=camp, name="Barn")
    late, _early = make_slot(camp, 23), make_slot(camp, 24)
    owls = PitchFactory(camp=camp, title="Owls", length=2)
    moves.place_session(pitch=owls, room=room, slot=late)
    first = publish_grid(camp=camp, by=None)
    owls.length = 1
    owls.save()
    second = publish_grid(camp=camp, by=None)
    assert [[row.title for row in day.rows] for day in published_grid(first, camp).days] == [[""], [""]]
    assert [len(row.running) for row in published_grid(first, camp).rows] == [1, 1]
    assert [len(row.running) for row in published_grid(second, camp).rows] == [1, 0]
    assert page(client, camp, 1).count("Owls</a>") == 2
    assert said(camp, second) == ["“Owls” ends at 00:00 now: Barn, Sat 23:00."]


def test_on_the_night_the_clocks_go_back_words_and_times_are_the_camps(db):
    day = datetime(2030, 10, 26).date()
    camp = CampFactory(slug="night", starts_on=day, ends_on=day + timedelta(days=1))
    room = RoomFactory(camp=camp, name="Barn")
    utc = ZoneInfo("UTC")
    starts = [datetime(2030, 10, 27, hour, 30, tzinfo=utc) for hour in (0, 1)]
    slots = [camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=60)) for start in starts]
    owls = PitchFactory(camp=camp, title="Owls")
    moves.place_session(pitch=owls, room=room, slot=slots[0])
    first = publish_grid(camp=camp, by=None)
    moves.place_session(pitch=owls, room=room, slot=slots[1])
    second = publish_grid(camp=camp, by=None)
    # Half past one comes twice that night: the sentence is the clock's, the version knows which it was.
    assert said(camp, second) == ["“Owls” moved from Barn, Sun 01:30 BST to Barn, Sun 01:30 GMT."]
    assert [entry.starts_at for v in (first, second) for entry in published_grid(v, camp).entries] == starts


def test_versions_of_an_imported_camp_say_the_same(camp, knots, rooms, slots, first):
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])
    rooms[0].name = "Stable"
    rooms[0].save()
    second = publish_grid(camp=camp, by=None)
    copy = import_document(document=export_camp(camp, with_interest=False), slug="copy")
    assert [v.sentences for v in with_sentences(copy, copy.grid_versions.all())] == [
        said(camp, second),
        said(camp, first),
    ]


def test_a_document_of_an_earlier_release_is_read_and_what_comes_next_is_counted(camp, knots, rooms, slots, first):
    """It counted moves, kept sentences, and told nothing of what calendars know."""
    moves.place_session(pitch=knots.pitch, room=rooms[1], slot=slots[1])
    second = publish_grid(camp=camp, by=None)
    document = export_camp(camp, with_interest=False)
    for row in document["sessions"]:
        row["moves"] = row.pop("sequence")
        assert not {"told", "told_at"} & row.keys()
    for row in document["versions"]:
        row["changes"] = ["“Ropes” moved somewhere else."]
        for placement in row["placements"]:
            placement |= {"sequence": 1, "changed_at": placement["starts_at"]}
    copy = import_document(document=document, slug="copy")
    assert with_sentences(copy, copy.grid_versions.all())[0].sentences == said(camp, second)
    pitch = copy.pitches.get()
    pitch.title = "Ropes"
    pitch.save()
    assert copy.sessions.get().sequence == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_versions_costs_the_same_for_one_and_for_three(
    client, camp, first, count, django_assert_max_num_queries
):
    for n in range(count):
        RoomFactory(camp=camp, name=f"Attic {n}")
        publish_grid(camp=camp, by=None)
    with django_assert_max_num_queries(6):
        response = client.get(f"/{camp.slug}/grid/versions/")
    assert response.content.decode().count("new room") == count


def test_a_name_costs_one_query_where_nothing_is_published(camp, ben, django_assert_num_queries):
    with django_assert_num_queries(2):
        ben.save(update_fields=["display_name"])
    with django_assert_num_queries(1):
        ben.save(update_fields=["role"])
