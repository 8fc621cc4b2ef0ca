"""What is still to do, on the organisers' page of a new camp."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from events.editing import archive_camp, switch_camp
from events.joining import join_as_guest
from pitches.services import withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.wall.publish import publish_grid

from ..factories import DAY, CampFactory, PitchFactory, RoomFactory, make_organiser, make_slot

STEPS = [
    "Make the slots",
    "Add the rooms",
    "Say what the camp is about",
    "Hang up the poster, or pass on the code",
    "Open pitching",
    "Build the grid",
    "Publish the grid",
]


@pytest.fixture
def new(db):
    """Opened just now: a name and a date."""
    camp = CampFactory(slug="fresh", name="Fresh", starts_on=DAY.date(), ends_on=DAY.date())
    return camp, make_organiser(camp)


def checklist_on(client: Client, camp) -> dict[str, bool]:
    """Each step, and whether it says that it is done."""
    page = client.get(f"/{camp.slug}/").content.decode()
    found = re.search(r'<section class="state checklist".*?</section>', page, re.DOTALL)
    items = re.findall(r"<li>.*?</li>", found[0], re.DOTALL) if found else []
    return {re.findall(r"<a[^>]*>(.*?)</a>", item)[0]: ">done<" in item and "#check" in item for item in items}


def test_a_new_camp_lists_what_is_to_do_in_the_order_in_which_it_is_done(sign_in, new):
    camp, olga = new
    found = checklist_on(sign_in(olga), camp)
    assert list(found) == STEPS
    # A new camp takes pitches from the start.
    assert [words for words, is_done in found.items() if is_done] == ["Open pitching"]


def test_each_step_ticks_itself_and_the_list_goes_when_all_are_done(sign_in, new):
    camp, olga = new
    client, done = sign_in(olga), {"Open pitching"}

    def is_ticked(words: str) -> None:
        done.add(words)
        assert {step for step, is_done in checklist_on(client, camp).items() if is_done} == done

    client.post(f"/{camp.slug}/slots/", {"day": DAY.date(), "starts": "10:00", "ends": "11:00", "kind": "sessions"})
    is_ticked("Make the slots")
    client.post(f"/{camp.slug}/rooms/paste/", {"lines": "Attic"})
    is_ticked("Add the rooms")
    camp.description = "Ducks."
    camp.save(update_fields=["description"])
    # As the settings do.
    switch_camp(camp=camp, is_pitching_open=True)
    is_ticked("Say what the camp is about")
    join_as_guest(camp=camp, display_name="Fern")
    is_ticked("Hang up the poster, or pass on the code")
    session = place_session(pitch=PitchFactory(camp=camp), room=camp.rooms.get(), slot=camp.slots.get())
    is_ticked("Build the grid")
    publish_grid(camp=camp, by=None)
    assert checklist_on(client, camp) == {}
    # What was done once stays done.
    unplace_session(session=session)
    withdraw_pitch(pitch=session.pitch, by=None)
    switch_camp(camp=camp, is_pitching_open=False)
    assert checklist_on(client, camp) == {}


def test_slots_for_everybody_alone_are_not_slots_for_sessions(sign_in, new):
    camp, olga = new
    make_slot(camp, 12, kind="everyone", title="Lunch")
    assert checklist_on(sign_in(olga), camp)["Make the slots"] is False


def test_every_step_leads_to_where_it_is_done(sign_in, new):
    camp, olga = new
    client = sign_in(olga)
    page = client.get(f"/{camp.slug}/").content.decode()
    found = re.search(r'<section class="state checklist".*?</section>', page, re.DOTALL)[0]
    addresses = re.findall(r'<a href="([^"]*)"', found)
    assert [a.removeprefix("/fresh/") for a in addresses] == [
        "slots/", "rooms/", "settings/#id_description", "poster/", "settings/#switch-is_pitching_open", "draft/",
        "draft/publish/",
    ]  # fmt: skip
    for address in addresses:
        path, _hash, part = address.partition("#")
        response = client.get(path)
        assert response.status_code == 200
        assert not part or f'id="{part}"' in response.content.decode()


def test_it_can_be_put_away_with_undo_and_comes_back_from_the_settings(sign_in, new):
    camp, olga = new
    client = sign_in(olga)
    response = client.post(f"/{camp.slug}/settings/is_checklist_shown/switch/", {"on": "0", "next": f"/{camp.slug}/"})
    assert response.url == f"/{camp.slug}/"
    page = client.get(response.url).content.decode()
    assert "The list of what is still to do is put away." in page
    assert 'class="state checklist"' not in page
    assert "Show the list" in client.get(f"/{camp.slug}/settings/").content.decode()
    client.post(f"/{camp.slug}/settings/is_checklist_shown/switch/", {"on": "1"})
    assert list(checklist_on(client, camp)) == STEPS


@pytest.mark.parametrize("who", ["hal", "ben", None])
def test_nobody_but_organisers_sees_it(sign_in, client, camp, olga, request, who):
    if who:
        sign_in(request.getfixturevalue(who))
    assert checklist_on(client, camp) == {}


def test_an_archived_camp_and_one_that_is_over_have_nothing_to_do(sign_in, new):
    camp, olga = new
    client = sign_in(olga)
    archive_camp(camp=camp)
    assert checklist_on(client, camp) == {}
    archive_camp(camp=camp, is_archived=False)
    assert checklist_on(client, camp)
    camp.starts_on = camp.ends_on = DAY.date().replace(year=2020)
    camp.save()
    assert checklist_on(client, camp) == {}


def test_a_browser_that_has_the_page_gets_a_new_one_when_a_step_is_done(sign_in, new):
    camp, olga = new
    client, page = sign_in(olga), f"/{camp.slug}/"
    room, slot, pitch = RoomFactory(camp=camp), make_slot(camp, 10), PitchFactory(camp=camp)
    for do in (
        lambda: place_session(pitch=pitch, room=room, slot=slot),
        lambda: publish_grid(camp=camp, by=None),
        lambda: join_as_guest(camp=camp, display_name="Fern"),
    ):
        seen = client.get(page).headers["ETag"]
        assert client.get(page, headers={"If-None-Match": seen}).status_code == 304
        do()
        assert client.get(page, headers={"If-None-Match": seen}).status_code == 200
