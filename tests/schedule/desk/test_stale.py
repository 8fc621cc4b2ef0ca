"""A page that is older than what it is about: what was chosen on it is refused, and says what is so now."""

from __future__ import annotations

import pytest

from events.shifting import shift_slots
from schedule.desk.calling import call_host
from schedule.models import LeadOffer, Session
from tests.factories import make_organiser
from tests.schedule.desk.conftest import Hall, said, where, words


@pytest.fixture
def other(camp) -> Hall:
    return Hall(make_organiser(camp, "Oscar"))


def minutes_of(slots) -> list[int]:
    for slot in slots:
        slot.refresh_from_db()
    return [slot.starts_at.minute for slot in slots]


# -- times ----------------------------------------------------------------------------------------------


def test_twenty_minutes_later_is_twenty_minutes_however_many_say_so_at_once(hall, other, knots, slots):
    plan, theirs = hall.plans(knots, "later")[0], other.plans(knots, "later")[0]
    hall.client.post(hall.address(knots, "later"), {"plan": plan})
    for client, sent in ((other.client, theirs), (hall.client, plan)):
        response = client.post(hall.address(knots, "later"), {"plan": sent})
        assert response.status_code == 422
        assert "A slot was moved meanwhile: it is Sat 12 Jan, 10:20 now." in response.content.decode()
    assert minutes_of(slots) == [20, 20, 20]


@pytest.mark.parametrize("why", ["again", "new", "room", "host"])
def test_what_names_a_slot_is_refused_once_the_slot_is_at_another_time(hall, camp, knots, ducks, rooms, slots, why):
    texts = hall.remedies(knots, why)
    number = next((n for n, text in enumerate(texts) if "11:00" in text), 0)
    plan = hall.plans(knots, why)[number]
    before = list(Session.objects.with_place().order_by("pk"))
    shift_slots(camp=camp, slots=list(camp.slots.values_list("pk", flat=True)), minutes=20)
    typed = {"title": "Fire drill", "behalf": ""} if why == "new" else {}
    response = hall.client.post(hall.address(knots, why), {"plan": plan, **typed})
    assert response.status_code == 422
    assert "A slot was moved meanwhile" in response.content.decode()
    assert list(Session.objects.with_place().order_by("pk")) == before
    assert not rooms[0].closed_in.exists()


def test_what_names_no_slot_is_done_whatever_its_time_is(hall, camp, knots, slots):
    [plan] = hall.plans(knots, "cancel")
    shift_slots(camp=camp, slots=list(camp.slots.values_list("pk", flat=True)), minutes=20)
    hall.client.post(hall.address(knots, "cancel"), {"plan": plan})
    assert where(knots) is None


def test_a_slot_that_became_longer_is_another_one(hall, camp, knots, slots):
    plan = hall.plans(knots, "later")[0]
    slot = slots[2]
    slot.ends_at += slot.ends_at - slot.starts_at
    slot.save()
    response = hall.client.post(hall.address(knots, "later"), {"plan": plan})
    assert response.status_code == 422


# -- who leads it ---------------------------------------------------------------------------------------


def answer(knots, person, text: str) -> None:
    Hall(person).client.post(f"/{knots.camp.slug}/sessions/{knots.pk}/call/", {"answer": text})


def test_it_is_handed_to_nobody_who_took_the_offer_back(hall, knots, ben, cleo):
    offer = LeadOffer.objects.create(session=knots, attendee=cleo)
    plan = hall.plans(knots, "host")[0]
    offer.delete()
    response = hall.client.post(hall.address(knots, "host"), {"plan": plan})
    assert response.status_code == 422
    assert "Cleo does not offer to lead it any more." in response.content.decode()
    assert list(knots.pitch.hosts.all()) == [ben]


def test_it_is_not_handed_over_anew_once_the_offer_is_taken_back(hall, camp, olga, knots, ben, cleo):
    offer = LeadOffer.objects.create(session=knots, attendee=cleo)
    hall.choose(knots, "host")
    hall.undo()
    offer.delete()
    step = camp.steps.to_redo(olga).get()
    response = hall.client.post(f"/{camp.slug}/draft/steps/redo/", {"step": step.pk}, follow=True)
    assert "Cleo does not offer to lead it any more." in said(response)
    assert list(knots.pitch.hosts.all()) == [ben]


def test_whoever_answered_that_they_come_is_not_passed_over_by_a_page_from_before(hall, olga, knots, ben, cleo):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    call_host(session=knots, host=ben, by=olga)
    plans = hall.plans(knots, "host")
    assert len(plans) == 3
    answer(knots, ben, "coming")
    for plan in plans:
        response = hall.client.post(hall.address(knots, "host"), {"plan": plan})
        assert response.status_code == 422
        assert "Ben answered meanwhile, and is on the way to “Knots”." in response.content.decode()
    assert list(knots.pitch.hosts.all()) == [ben]
    assert where(knots) == ("Barn", 10)
    # Whoever knows it can do it all the same.
    hall.choose(knots, "host")
    assert list(knots.pitch.hosts.all()) == [cleo]


def test_whoever_answered_that_they_cannot_come_is_handed_over_from(hall, olga, knots, ben, cleo):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    call_host(session=knots, host=ben, by=olga)
    plan = hall.plans(knots, "host")[0]
    answer(knots, ben, "cannot")
    hall.client.post(hall.address(knots, "host"), {"plan": plan})
    assert list(knots.pitch.hosts.all()) == [cleo]


# -- what is over ---------------------------------------------------------------------------------------


def test_of_what_is_over_the_desk_says_so_and_offers_nothing_that_changes_it(hall, at, knots):
    at(11.2)
    for why in ("", "host", "full", "cancel"):
        page = hall.look(hall.address(knots, why))
        assert "It is over, and stays as it was." in page.get_text()
        offered = [words(link) for link in page.select(".whys a")]
        assert offered == ["Room gone", "Run it again", "New session now", "Everything 20 minutes later"]
        assert not page.select("#calls, .remedies")
        assert "Every place it could have" not in page.get_text()
    assert not any("“Knots” to" in text for text in hall.remedies(knots, "room"))
    assert all("Once more in" in text for text in hall.remedies(knots, "again"))


@pytest.mark.parametrize("why", ["host", "cancel", "full"])
def test_what_was_chosen_before_it_was_over_is_refused(hall, at, knots, ben, cleo, rooms, why):
    LeadOffer.objects.create(session=knots, attendee=cleo)
    rooms[1].capacity = rooms[0].capacity + 10
    rooms[1].save()
    plan = hall.plans(knots, why)[0]
    at(11.2)
    response = hall.client.post(hall.address(knots, why), {"plan": plan})
    assert response.status_code == 422
    assert "“Knots” is over, and stays as it was." in response.content.decode()
    assert where(knots) == ("Barn", 10)
    assert list(knots.pitch.hosts.all()) == [ben]


def test_what_runs_is_not_over_and_what_is_over_runs_again(hall, at, knots):
    at(10.5)
    assert "It is over" not in hall.look(hall.address(knots)).get_text()
    at(11.2)
    hall.choose(knots, "again")
    assert knots.pitch.sessions.placed().count() == 2
