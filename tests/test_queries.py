"""How many queries a page takes does not depend on how much there is: every address, a small camp and a larger one."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.once import BACKEND
from events.invitations import invite
from events.models import Attendee, Camp, ListedAddress, Slot
from events.views.people import PER_PAGE
from notes.models import Link, WriteUp
from notes.services import save_note
from pitches.models import Order
from pitches.services import set_interest
from schedule.draft.moves import place_session
from schedule.models import GridBuild
from schedule.wall.publish import publish_grid

from .addresses import FullCamp, camp_addresses
from .factories import AttendeeFactory, PitchFactory, RoomFactory, UserFactory

NUMBERS = count(100)


def grow(full_camp: FullCamp, *, by: int) -> None:
    """More of everything that a page could list."""
    camp, slots, host = full_camp.camp, full_camp.slots, full_camp.host
    camp.slots.bulk_create(
        # Long after the others, one after the other.
        Slot(camp=camp, starts_at=slots[2].ends_at + n * hour, ends_at=slots[2].ends_at + (n + 1) * hour)
        for hour in [slots[0].ends_at - slots[0].starts_at]
        for n in (next(NUMBERS) for _ in range(by))
    )
    rooms = RoomFactory.create_batch(by, camp=camp)
    for room in rooms:
        grow_by_one(full_camp, room)
        save_note(session=full_camp.session, text=f"Note {next(NUMBERS)}.", by=host, base_revision=2)
    publish_grid(camp=camp, accept_broken=True, by=None)
    for room in rooms[: by // 2]:
        place_session(pitch=PitchFactory(camp=camp), room=room, slot=slots[2])


def grow_by_one(full_camp: FullCamp, room) -> None:
    camp, slots, session = full_camp.camp, full_camp.slots, full_camp.session
    number = next(NUMBERS)
    person, other = AttendeeFactory(camp=camp), AttendeeFactory(camp=camp)
    AttendeeFactory(camp=camp, display_name=f"Waits {number}", is_waiting=True)
    written_down = Attendee.objects.create(camp=camp, display_name=f"Gran {number}")
    person.away_in.add(slots[1])
    room.closed_in.add(slots[1])
    pitch = PitchFactory(camp=camp, hosts=[person, other], topic=f"Topic {number}", needs=["projector"])
    pitch.not_in.add(slots[1])
    Order.objects.create(earlier=full_camp.pitch, later=pitch)
    waiting = PitchFactory(camp=camp, hosts=[person])
    PitchFactory(camp=camp, withdrawn_at=timezone.now())
    placed = place_session(pitch=pitch, room=room, slot=slots[0])
    for who in (person, other, full_camp.attendee, full_camp.host):
        for what in (pitch, waiting, full_camp.pitch):
            set_interest(pitch=what, attendee=who, level=1)
    save_note(session=placed, text="Ducks.", by=person, base_revision=0)
    for where in (placed, session):
        Link.objects.create(session=where, url=f"https://x{number}.example", title="x", by=person)
        WriteUp.objects.create(camp=camp, session=where, by=person, title="w", text="t")
    organiser = camp.attendees.organisers()[0].user
    invite(camp=camp, by=organiser, role="helper")
    invite(camp=camp, by=organiser, role="attendee", attendee=written_down)
    ListedAddress.objects.create(camp=camp, email=f"listed{number}@example.org")
    camp.grid_builds.create(state=GridBuild.State.DONE, plan=[], unplaced=[[waiting.pk, "x"]])
    full_camp.host.pitches.add(pitch)
    user = full_camp.attendee.user
    other_camp = Camp.objects.create(
        slug=f"other-{number}", name="Other", starts_on=camp.starts_on, ends_on=camp.ends_on, is_public=True
    )
    other_camp.attendees.create(user=user, display_name="Cleo")
    UserFactory()


def pages(full_camp: FullCamp) -> dict[str, str]:
    found = {address.name: full_camp.url(address) for address in camp_addresses()}
    questions = {
        "board by a word": "pitches/?q=i",
        "what I have not seen": "pitches/?show=unseen",
        "people by a word": "people/?q=p",
        "record by a word": "record/?q=d",
        "all that waits": "draft/?waiting=all",
        "as CSV": "export/csv/",
        "as a sheet": "export/sheet/",
    }
    found |= {name: f"/{full_camp.camp.slug}/{path}" for name, path in questions.items()}
    return found | {"front page": "/", "my camps": "/me/"}


def queries(client: Client, page: str, empty_cache) -> list[str]:
    """Nobody has asked before: whatever is kept has to be made."""
    empty_cache()
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    return [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.mark.parametrize("kind", ["stranger", "attendee", "host", "organiser"])
def test_a_page_of_a_larger_camp_takes_no_more_queries(full_camp, olga, ben, cleo, empty_cache, kind):
    client, who = Client(), {"attendee": cleo, "host": ben, "organiser": olga}.get(kind)
    if who:
        client.force_login(who.user, backend=BACKEND)
    grow(full_camp, by=3)
    few = {name: queries(client, page, empty_cache) for name, page in pages(full_camp).items()}
    grow(full_camp, by=7)
    more = {}
    for name, page in pages(full_camp).items():
        many = queries(client, page, empty_cache)
        if len(many) > len(few[name]):
            more[name] = (len(few[name]), len(many), many[-1])
    assert more == {}


#: what everybody sees alike is made of these
SHARED = (
    "schedule_placement",
    "schedule_gridversion",
    "schedule_session",
    "pitches_pitch",
    "events_slot",
    "notes_note",
)


@pytest.mark.parametrize(
    "path", ["pitches/", "grid/", "grid/?show=mine", "my/", "calendar.ics", "sessions/{session}/", "record/feed.atom"]
)
def test_what_everybody_sees_is_read_for_the_first_who_looks(full_camp, hal, cleo, path):
    """The second has marks and buttons of their own on it, and asks for no more than what is theirs."""
    page = f"/{full_camp.camp.slug}/{path.format(session=full_camp.session.pk)}"
    AttendeeFactory(camp=full_camp.camp, display_name="Dora")
    set_interest(pitch=full_camp.pitch, attendee=cleo, level=1)
    first, second = Client(), Client()
    # Two attendees of one role: neither hosts the session, and of the two only Cleo added something to it.
    first.force_login(full_camp.camp.attendees.get(display_name="Dora").user, backend=BACKEND)
    second.force_login(full_camp.camp.attendees.get(display_name="Person").user, backend=BACKEND)
    first.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert second.get(page).status_code == 200
    tables = [f'FROM "{table}"' for table in SHARED]
    assert [q["sql"] for q in captured if any(table in q["sql"] for table in tables)] == []


def test_people_come_a_page_at_a_time(full_camp, olga, sign_in):
    client, page = sign_in(olga), f"/{full_camp.camp.slug}/people/"
    AttendeeFactory.create_batch(PER_PAGE, camp=full_camp.camp)
    count = full_camp.camp.attendees.present().count()
    shown = [client.get(page, {"page": number}).content.decode().count('<li id="person-') for number in (1, 2)]
    assert shown == [PER_PAGE, count - PER_PAGE]
    found = client.get(page, {"q": "Cleo"}).content.decode()
    assert found.count('<li id="person-') == 1
