"""What an operator changes in the admin goes round no rule of the product: what others hang on is not changed there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.once import BACKEND
from events.models import Camp, DeletedCamp, Slot
from pitches.models import Pitch, TopicColour
from pitches.topics import keep_colours

from .factories import CampFactory, PitchFactory, UserFactory

#: by what it is of: what can be typed once it is there, by hand
TYPED = {
    "pitches_pitch": {"title", "about", "topic", "kind", "created_at", "import_key"},
    "events_room": {"name", "capacity", "features", "building", "directions", "online_url", "position"},
    "events_slot": {"title"},
}


@pytest.fixture
def operator(db) -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True), backend=BACKEND)
    return client


def address(thing: models.Model, page: str = "change") -> str:
    return reverse(f"admin:{thing._meta.label_lower.replace('.', '_')}_{page}", args=[thing.pk])


def sent(client: Client, page: str, **typed: object) -> Any:
    """The form of that page, sent as it is but for these."""
    form = client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields} | typed
    return client.post(page, {name: value for name, value in values.items() if value not in (None, [])})


def test_what_others_hang_on_is_not_typed_there(operator, full_camp, rooms, slots):
    things = {"pitches_pitch": full_camp.pitch, "events_room": rooms[0], "events_slot": slots[0]}
    asked = {name: set(operator.get(address(thing)).context["adminform"].form.fields) for name, thing in things.items()}
    assert asked == TYPED


def test_and_not_sent_by_hand_either(operator, full_camp, rooms, slots):
    """Sessions stand there by now: they would stand in another camp, during lunch, or be of a withdrawn pitch."""
    other, pitch, slot = CampFactory(slug="other"), full_camp.pitch, slots[0]
    elsewhere = {"camp": other.pk, "kind": Slot.Kind.EVERYONE, "runs": 4}
    withdrawn = {"withdrawn_at_0": "2026-11-29", "withdrawn_at_1": "10:00", "merged_into": full_camp.idea.pk}
    created = {"created_at_0": "2026-11-29", "created_at_1": "10:00"}
    hosts = {"hosts": full_camp.attendee.pk, "title": "Geese"}
    for thing, typed in ((pitch, {**elsewhere, **withdrawn, **created, **hosts, "kind": "talk"}), (slot, elsewhere)):
        assert sent(operator, address(thing), **typed).status_code == 302
    assert sent(operator, address(rooms[0]), **elsewhere, name="Hall").status_code == 302
    for thing in (pitch, slot, rooms[0]):
        thing.refresh_from_db()
        assert thing.camp == full_camp.camp
    assert (pitch.title, pitch.is_open, pitch.runs, [*pitch.hosts.all()]) == ("Geese", True, 1, [full_camp.host])
    assert (slot.is_for_sessions, rooms[0].name) == (True, "Hall")


def test_a_slot_that_is_made_there_overlaps_none(operator, camp, slots):
    start = slots[0].starts_at + timedelta(minutes=30)
    typed: dict[str, object] = {"camp": camp.pk, "kind": Slot.Kind.SESSIONS}
    typed |= {"starts_at_0": "2030-01-12", "ends_at_0": "2030-01-12", "ends_at_1": "18:00"}
    refused = sent(operator, reverse("admin:events_slot_add"), **typed, starts_at_1=f"{start:%H:%M}")
    assert "overlaps the slot at" in refused.content.decode()
    days = sent(operator, reverse("admin:events_slot_add"), **typed | {"ends_at_0": "2030-01-14"}, starts_at_1="17:00")
    assert "A slot is shorter than 24 hours." in days.content.decode()
    assert sent(operator, reverse("admin:events_slot_add"), **typed, starts_at_1="17:00").status_code == 302
    assert camp.slots.count() == 5


@pytest.mark.parametrize("by_list", [False, True])
def test_of_a_camp_that_is_deleted_there_it_is_known_that_there_was_one(operator, full_camp, by_list):
    camp = full_camp.camp
    if by_list:
        marked = {"action": "delete_selected", "_selected_action": camp.pk, "post": "yes"}
        operator.post(reverse("admin:events_camp_changelist"), marked)
    else:
        operator.post(address(camp, "delete"), {"post": "yes"})
    assert not Camp.objects.exists()
    assert [gone.slug for gone in DeletedCamp.objects.all()] == [camp.slug]
    assert Client().get(f"/{camp.slug}/").status_code == 410


def test_a_topic_that_is_typed_there_has_its_colour_for_good(operator, camp):
    pitch = PitchFactory(camp=camp, topic="Boats")
    keep_colours(camp=camp)
    created = {"created_at_0": "2026-11-29", "created_at_1": "10:00"}
    assert sent(operator, address(pitch), topic="Birds", **created).status_code == 302
    assert Pitch.objects.get().topic == "Birds"
    assert "birds" in TopicColour.objects.values_list("name", flat=True)


def test_what_was_told_to_somebody_since_their_page_was_read_stays(operator, db):
    user = UserFactory(email="ben@example.org")
    page = address(user)
    typed = {"email": user.email, "date_joined_0": "2026-11-29", "date_joined_1": "10:00:00", "may_open_camps": "on"}
    found = User.objects.get(pk=user.pk)

    def read_before(*args, **kwargs):
        """The page has its row, and another request tells something."""
        User.objects.filter(pk=user.pk).update(told=[{"text": "Saved."}])
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.admin.UserAdmin.get_object", read_before)
        assert operator.post(page, typed).status_code == 302
    user.refresh_from_db()
    assert (user.may_open_camps, user.told) == (True, [{"text": "Saved."}])
