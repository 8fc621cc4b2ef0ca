"""One page of ticks says which rooms have what sessions need."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError

from events.features import record_feature
from events.frame import save_room
from events.http import Done
from events.models import Room
from events.stamps import FRAME, read
from pitches.models import Pitch
from schedule import advice
from schedule.draft.moves import place_session
from schedule.draft.rows import read_draft
from schedule.models import Session
from schedule.wall.publish import publish_grid
from tests.factories import CampFactory, PitchFactory, RoomFactory
from tests.test_told import take_back


@pytest.fixture
def film(camp) -> Pitch:
    return PitchFactory(camp=camp, title="Film", needs=["projector"])


def features(camp) -> dict[str, list[str]]:
    return {room.name: room.features for room in camp.rooms.all()}


def fields(page: str) -> dict[str, object]:
    """What the form of the page would send as it stands."""
    form = re.search(r'<form method="post" class="narrow".*?</form>', page, re.DOTALL)[0]
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) | {"tag": tag} for tag in re.findall(r"<input[^>]*>", form)]
    sent = {
        i["name"]: unescape(i.get("value", "")) for i in inputs if i["type"] == "hidden" and i["name"] != "form_key"
    }
    return sent | {"rooms": [i["value"] for i in inputs if i["type"] == "checkbox" and " checked" in i["tag"]]}


def test_the_warning_leads_to_the_page_and_the_page_back(sign_in, olga, camp, film, rooms, slots):
    client = sign_in(olga)
    for page in (f"/{camp.slug}/{part}/" for part in ("draft", "draft/publish", f"draft/pitches/{film.pk}/place")):
        warned = client.get(page).content.decode()
        [address] = re.findall(r'<a href="([^"]*)">\s*Say which rooms have it', warned)
        asked = client.get(unescape(address)).content.decode()
        assert "Which rooms have it: Projector" in asked
        assert fields(asked)["next"] == page


def test_what_is_ticked_is_recorded_told_and_taken_back(sign_in, olga, camp, film, rooms, slots):
    client, before = sign_in(olga), read(camp, FRAME)
    address = f"/{camp.slug}/rooms/features/?feature=projector&next=/{camp.slug}/draft/"
    form = fields(client.get(address).content.decode())
    assert form["rooms"] == []
    response = client.post(address, form | {"rooms": [rooms[1].pk]})
    assert response.url == f"/{camp.slug}/draft/"
    assert rooms[1].name in camp.rooms.get(features=["projector"]).name
    assert advice.missing_needs(read_draft(camp)) == []
    assert read(camp, FRAME) > before
    page = client.get(response.url).content.decode()
    assert f"Projector: {rooms[1].name}." in page
    assert fields(client.get(address).content.decode())["rooms"] == [str(rooms[1].pk)]
    undo = {"feature": "projector", "was": str(rooms[1].pk), "rooms": []}
    page = client.post(f"/{camp.slug}/rooms/features/", undo, follow=True).content.decode()
    assert "Projector: no room has it." in page
    assert not any(features(camp).values())


def test_what_is_taken_back_is_what_the_button_sends(sign_in, olga, camp, rooms):
    client = sign_in(olga)
    response = client.post(f"/{camp.slug}/rooms/features/", {"feature": "quiet", "was": "", "rooms": [rooms[0].pk]})
    [message] = response.wsgi_request._messages
    undo = Done.of(message.extra_tags).undo
    take_back(client, undo)
    assert not any(features(camp).values())


def test_what_is_taken_back_is_mine_alone(sign_in, olga, camp, rooms):
    """Two tick at once; one of them takes theirs back."""
    client = sign_in(olga)
    Room.objects.filter(pk=rooms[0].pk).update(features=["quiet"])
    sent = {"feature": "quiet", "was": "", "rooms": [room.pk for room in rooms]}
    response = client.post(f"/{camp.slug}/rooms/features/", sent)
    [message] = response.wsgi_request._messages
    take_back(client, Done.of(message.extra_tags).undo)
    assert features(camp) == {rooms[0].name: ["quiet"], rooms[1].name: []}


def test_as_many_rooms_as_fit_into_a_form_are_no_error(sign_in, olga, camp, rooms):
    """More than a statement takes."""
    sent = {"feature": "quiet", "was": " ".join(map(str, range(10**6, 10**6 + 300_000))), "rooms": [rooms[0].pk]}
    assert sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent).status_code == 302
    assert features(camp)[rooms[0].name] == ["quiet"]


def test_what_others_recorded_meanwhile_stays(sign_in, olga, camp, rooms):
    """Two have the page open: each tick counts, and no other."""
    client = sign_in(olga)
    Room.objects.filter(pk=rooms[0].pk).update(features=["projector", "quiet"])
    client.post(f"/{camp.slug}/rooms/features/", {"feature": "projector", "was": "", "rooms": [rooms[1].pk]})
    assert features(camp) == {rooms[0].name: ["projector", "quiet"], rooms[1].name: ["projector"]}


def test_what_an_import_brought_is_ticked_too(sign_in, olga, camp, rooms):
    client = sign_in(olga)
    client.post(f"/{camp.slug}/rooms/features/", {"feature": "piano / organ", "was": "", "rooms": [rooms[0].pk]})
    assert features(camp)[rooms[0].name] == ["piano / organ"]


@pytest.mark.parametrize("called", ["Projector", "projector", " PROJECTOR "])
def test_a_feature_is_known_by_its_name_too(sign_in, olga, camp, rooms, called):
    """`Projector` beside `projector` would be two boxes that look alike, and sessions need one of them."""
    sent = {"feature": called, "was": "", "rooms": [rooms[0].pk]}
    page = sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent, follow=True).content.decode()
    assert features(camp)[rooms[0].name] == ["projector"]
    assert f"Projector: {rooms[0].name}." in page


@pytest.mark.parametrize("feature", ["", " ", "x" * 61, "\n"])
def test_what_is_no_feature_leads_to_the_rooms(sign_in, olga, camp, rooms, feature):
    client = sign_in(olga)
    for response in (
        client.get(f"/{camp.slug}/rooms/features/", {"feature": feature}),
        client.post(f"/{camp.slug}/rooms/features/", {"feature": feature, "rooms": [rooms[0].pk]}),
    ):
        assert response.url == f"/{camp.slug}/rooms/"
    assert not any(features(camp).values())


@pytest.mark.parametrize("room", ["x", "²", "9" * 30, "0"])
def test_a_room_that_is_gone_is_told_beside_the_others(sign_in, olga, camp, rooms, room):
    sent = {"feature": "quiet", "was": "x ² 0", "rooms": [room, rooms[0].pk]}
    response = sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert "One of these rooms was taken away meanwhile." in page
    assert re.search(rf'<input[^>]*value="{rooms[0].pk}"[^>]* checked', page)
    assert not any(features(camp).values())


def test_rooms_of_another_camp_are_none(sign_in, olga, camp, rooms):
    theirs = RoomFactory(camp=CampFactory(), name="Theirs", features=["quiet"])
    sent = {"feature": "quiet", "was": str(theirs.pk), "rooms": []}
    sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent)
    with pytest.raises(ValidationError, match="One of these rooms was taken away"):
        record_feature(camp=camp, feature="quiet", gained=[theirs.pk], lost=[])
    theirs.refresh_from_db()
    assert theirs.features == ["quiet"]


def test_of_a_room_that_is_gone_nothing_is_lost_and_the_others_are_saved(sign_in, olga, camp, rooms):
    gone = rooms[1].pk
    rooms[1].delete()
    sent = {"feature": "quiet", "was": str(gone), "rooms": [rooms[0].pk]}
    assert sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent).status_code == 302
    assert features(camp) == {rooms[0].name: ["quiet"]}


@pytest.mark.parametrize("count", [5, 50])
def test_it_costs_the_same_for_five_rooms_and_for_fifty(camp, slots, count, django_assert_num_queries):
    rooms = [RoomFactory(camp=camp) for _ in range(count)]
    place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    revision = read(camp, FRAME), camp.draft.revision
    # The camp, its rooms, one statement for all of them, who hears of it, whether calendars do; around it all a savepoint.
    with django_assert_num_queries(18):
        record_feature(camp=camp, feature="quiet", gained=[room.pk for room in rooms], lost=[])
    camp.draft.refresh_from_db()
    assert read(camp, FRAME) > revision[0]
    assert camp.draft.revision > revision[1], "pages of the draft see it"
    assert all(found == ["quiet"] for found in features(camp).values())


def test_of_a_room_calendars_count_the_link_and_nothing_that_they_do_not_show(camp, rooms, slots):
    session = place_session(pitch=PitchFactory(camp=camp), room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)

    def counted() -> int:
        return Session.objects.get(pk=session.pk).sequence

    before = counted()
    rooms[0].features, rooms[0].capacity = ["quiet"], 12
    save_room(room=rooms[0])
    assert counted() == before
    rooms[0].online_url = "https://meet.example.org/barn"
    save_room(room=rooms[0])
    assert counted() == before + 1


def test_where_nothing_differs_nothing_changes(camp, rooms):
    before = read(camp, FRAME)
    assert record_feature(camp=camp, feature="quiet", gained=[], lost=[rooms[0].pk]) == []
    assert read(camp, FRAME) == before


def test_what_was_ticked_and_is_stays(sign_in, olga, camp, rooms):
    Room.objects.filter(pk=rooms[0].pk).update(features=["quiet"])
    sent = {"feature": "quiet", "was": str(rooms[0].pk), "rooms": [room.pk for room in rooms]}
    sign_in(olga).post(f"/{camp.slug}/rooms/features/", sent)
    assert set(map(tuple, features(camp).values())) == {("quiet",)}
