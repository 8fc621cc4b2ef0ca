"""A host who is missing is called, answers with one tap; somebody else offers to lead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import TestCase
from django.utils import timezone

from events.joining import write_down
from events.news import BACK, forget_news, tell
from pitches.services import save_pitch
from schedule.desk.calling import call_host, is_leader_sought
from schedule.models import Device, HostCall, LeadOffer
from schedule.wall import push
from schedule.wall.publish import publish_grid
from tests.addresses import A_POINT, A_SERVICE
from tests.factories import DAY, CampFactory
from tests.schedule.desk.conftest import Hall, said, words


def call(hall, session, host):
    return hall.client.post(f"{hall.address(session)}call/", {"host": host.pk}, follow=True)


def news(person) -> list[str]:
    person.refresh_from_db()
    return [item["kind"] for item in person.news]


def test_a_call_is_on_the_hosts_next_page_and_in_a_mail_and_says_when_it_went(hall, knots, ben):
    response = call(hall, knots, ben)
    assert "Ben is called." in said(response)
    assert news(ben) == ["called"]
    [sent] = mail.outbox
    assert sent.to == [ben.user.email]
    assert "You are missed at “Knots”, which you host: Barn" in sent.body
    assert f"/{knots.camp.slug}/sessions/{knots.pk}/call/" in sent.body
    calls = words(hall.look(hall.address(knots, "host")).select_one("#calls"))
    assert "called 09:30: on their next page, by mail" in calls
    assert "no answer yet" in calls


def test_a_call_goes_to_the_devices_of_the_host_and_to_nobody_elses(hall, monkeypatch, knots, ben, cleo):
    told = []
    monkeypatch.setattr("schedule.desk.calling.is_offered", lambda: True)
    monkeypatch.setattr(
        "schedule.desk.calling.send",
        lambda device, message: told.append((device.pk, message)) or push.Answer(push.Said.TAKEN),
    )
    known = {"p256dh": A_POINT, "auth": "A" * 22, "vapid": "x", "language": "en", "sign_in": "s"}
    device = Device.objects.create(attendee=ben, endpoint=f"{A_SERVICE}/ben", name="Phone", **known)
    Device.objects.create(attendee=cleo, endpoint=f"{A_SERVICE}/cleo", name="Phone", **known)
    with_commit(call, hall, knots, ben)
    [(pk, message)] = told
    assert pk == device.pk
    assert message.title == "Knots"
    assert message.body == "You are missed: Barn, Sat 12 Jan, 10:00. Say whether you come."
    assert message.address == f"/{knots.camp.slug}/sessions/{knots.pk}/call/"
    assert "on 1 device" in words(hall.look(hall.address(knots, "host")).select_one("#calls"))


def with_commit(do, *args):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return do(*args)


def test_nobody_is_called_twice_in_a_minute(hall, at, knots, ben):
    call(hall, knots, ben)
    assert "Give them a minute" in said(call(hall, knots, ben))
    at(9.6)
    assert "Ben is called." in said(call(hall, knots, ben))
    assert HostCall.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "kind", "shown"), [("coming", "coming", "is on the way"), ("cannot", "cannot", "cannot come")]
)
def test_the_host_answers_with_one_tap_and_whoever_called_reads_it(hall, olga, knots, ben, answer, kind, shown):
    call(hall, knots, ben)
    host, address = Hall(ben), f"/{knots.camp.slug}/sessions/{knots.pk}/call/"
    assert [words(button) for button in host.look(address).select("form.actions button")] == [
        "I am on my way",
        "I cannot come",
    ]
    host.client.post(address, {"answer": answer})
    assert news(olga) == [kind]
    assert f"{shown}, 09:30" in words(hall.look(hall.address(knots, "host")).select_one("#calls"))


def test_an_answer_that_is_none_is_refused_with_a_sentence(hall, knots, ben):
    call(hall, knots, ben)
    response = Hall(ben).client.post(
        f"/{knots.camp.slug}/sessions/{knots.pk}/call/", {"answer": "perhaps"}, follow=True
    )
    assert "Choose one of the two answers." in said(response)
    assert HostCall.objects.get().answer == ""


def test_only_whoever_was_called_can_answer(hall, knots, ben, cleo):
    call(hall, knots, ben)
    address = f"/{knots.camp.slug}/sessions/{knots.pk}/call/"
    assert Hall(cleo).client.get(address).status_code == 404
    assert Hall(cleo).client.post(address, {"answer": "cannot"}).status_code == 404


def test_an_organiser_writes_down_what_the_host_said_on_the_telephone(hall, olga, knots, ben):
    call(hall, knots, ben)
    address = f"/{knots.camp.slug}/sessions/{knots.pk}/call/"
    response = hall.client.post(address, {"answer": "coming"}, follow=True)
    assert "It is written down what Ben said." in said(response)
    assert HostCall.objects.get().answer == "coming"
    assert news(olga) == []


def test_whoever_does_not_host_it_cannot_be_called(hall, knots, cleo):
    assert "does not host this session" in said(call(hall, knots, cleo))
    assert not HostCall.objects.exists()


def test_where_a_host_is_called_and_not_on_the_way_somebody_can_offer_to_lead(hall, olga, knots, ben, cleo):
    publish_grid(camp=knots.camp, by=olga)
    page, offer = f"/{knots.camp.slug}/sessions/{knots.pk}/", f"/{knots.camp.slug}/sessions/{knots.pk}/lead/"
    person = Hall(cleo)
    assert "I could lead this" not in person.look(page).get_text()
    call(hall, knots, ben)
    assert "I could lead this" in person.look(page).get_text()
    person.client.post(offer, {"offer": "yes"})
    person.client.post(offer, {"offer": "yes"})
    assert LeadOffer.objects.count() == 1
    assert news(olga) == ["could_lead"]
    assert hall.remedies(knots, "host")[0].startswith("Cleo, who offered, leads it")
    person.client.post(offer, {"offer": "no"})
    assert not LeadOffer.objects.exists()


def test_once_the_host_is_on_the_way_nobody_is_looked_for(hall, olga, knots, ben, cleo):
    publish_grid(camp=knots.camp, by=olga)
    call(hall, knots, ben)
    person = Hall(cleo)
    page = f"/{knots.camp.slug}/sessions/{knots.pk}/"
    assert "I could lead this" in person.look(page).get_text()
    Hall(ben).client.post(f"{page}call/", {"answer": "coming"})
    assert "I could lead this" not in person.look(page).get_text()
    response = person.client.post(f"{page}lead/", {"offer": "yes"}, follow=True)
    assert "Nobody is looked for" in said(response)
    assert not LeadOffer.objects.exists()


def test_a_call_is_forgotten_with_the_text_of_the_pitch(hall, knots, ben):
    call(hall, knots, ben)
    forget_news(camp=knots.camp, address=knots.pitch.get_absolute_url())
    assert news(ben) == []


def test_what_is_over_asks_nobody(hall, monkeypatch, olga, knots, ben):
    call_host(session=knots, host=ben, by=olga)
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=13))
    assert not is_leader_sought(knots)


# -- the notice goes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["coming", "cannot"])
def test_the_notice_goes_once_it_is_answered(hall, knots, ben, answer):
    call(hall, knots, ben)
    Hall(ben).client.post(f"/{knots.camp.slug}/sessions/{knots.pk}/call/", {"answer": answer})
    assert news(ben) == []


def test_the_notice_goes_when_an_organiser_writes_the_answer_down(hall, knots, ben):
    call(hall, knots, ben)
    hall.client.post(f"/{knots.camp.slug}/sessions/{knots.pk}/call/", {"answer": "coming"})
    assert news(ben) == []


def test_the_notice_goes_when_somebody_else_leads_it(hall, knots, ben, cleo):
    call(hall, knots, ben)
    LeadOffer.objects.create(session=knots, attendee=cleo)
    hall.choose(knots, "host")
    assert news(ben) == ["no_host"]


@pytest.mark.parametrize("by_whom", ["ben", "olga"])
def test_the_notice_goes_when_others_are_named_and_stays_for_whoever_hosts_it_still(
    hall, olga, knots, ben, cleo, hal, by_whom
):
    knots.pitch.hosts.add(hal)
    call(hall, knots, ben)
    call(hall, knots, hal)
    save_pitch(pitch=knots.pitch, hosts=[hal, cleo], not_in=[], by={"ben": ben, "olga": olga}[by_whom])
    assert "called" not in news(ben)
    assert news(hal) == ["called"]


# -- only what is done is said --------------------------------------------------------------------------


def told_of_calls(hall, knots) -> str:
    return words(hall.look(hall.address(knots, "host")).select_one("#calls"))


def test_a_second_call_is_a_second_mail(hall, at, knots, ben):
    call(hall, knots, ben)
    at(9.6)
    call(hall, knots, ben)
    assert [sent.to for sent in mail.outbox] == [[ben.user.email]] * 2
    assert news(ben) == ["called"]


def test_to_what_is_over_nobody_is_called(hall, at, knots, ben):
    at(11.1)
    assert "“Knots” is over: nobody is called to it any more." in said(call(hall, knots, ben))
    assert not HostCall.objects.exists()
    assert not mail.outbox


def test_where_no_mail_goes_none_is_said_to_have_gone(nine, camp, olga, knots, ben):
    camp.practice_of = CampFactory()
    camp.save(update_fields=["practice_of"])
    assert not call_host(session=knots, host=ben, by=olga).is_mailed
    assert not mail.outbox


def test_whoever_calls_themselves_is_sent_nothing_and_none_is_said_to_be(hall, olga, knots):
    knots.pitch.hosts.set([olga])
    call(hall, knots, olga)
    assert not mail.outbox
    assert news(olga) == []
    assert "called 09:30: no message reaches them" in told_of_calls(hall, knots)


def test_of_whoever_has_no_account_it_is_said_that_nothing_reaches_them(hall, camp, knots):
    gran = write_down(camp=camp, display_name="Gran")
    knots.pitch.hosts.set([gran])
    call(hall, knots, gran)
    assert "called 09:30: no message reaches them no answer yet" in told_of_calls(hall, knots)


def asked(person) -> list[str]:
    """The buttons of the notice, on a page of the camp that is about something else."""
    page = Hall(person).look(f"/{person.camp.slug}/pitches/")
    return [words(button) for button in page.select("#news button")]


def hear_all(person) -> None:
    Hall(person).client.post(f"/{person.camp.slug}/news/heard/", {"first": 0, "seen": 10**16})


def test_the_notice_has_the_answer_in_it_and_got_it_does_not_take_it_away(hall, olga, knots, ben):
    publish_grid(camp=knots.camp, by=olga)
    call(hall, knots, ben)
    assert asked(ben) == ["I am on my way", "I cannot come"]
    hear_all(ben)
    for page in (f"/{knots.camp.slug}/sessions/{knots.pk}/", f"/{knots.camp.slug}/my/"):
        [form] = Hall(ben).look(page).select("#news form")
        assert form["action"] == f"/{knots.camp.slug}/sessions/{knots.pk}/call/", page
    Hall(ben).client.post(form["action"], {"answer": "coming"})
    assert asked(ben) == []


def test_what_is_told_beside_the_call_is_put_away_as_ever(hall, olga, knots, ben):
    call(hall, knots, ben)
    tell(people=[ben], kind=BACK, by=olga)
    assert asked(ben) == ["I am on my way", "I cannot come", "Got it"]
    hear_all(ben)
    assert news(ben) == ["called"]


def test_of_what_is_over_no_answer_is_asked_and_the_notice_can_be_put_away(hall, at, knots, ben):
    call(hall, knots, ben)
    at(13)
    assert asked(ben) == ["Got it"]
    hear_all(ben)
    assert news(ben) == []


def test_one_host_who_answers_leaves_the_other_asked(hall, knots, ben, cleo):
    knots.pitch.hosts.add(cleo)
    call(hall, knots, ben)
    call(hall, knots, cleo)
    Hall(ben).client.post(f"/{knots.camp.slug}/sessions/{knots.pk}/call/", {"answer": "cannot"})
    assert news(ben) == []
    assert asked(cleo) == ["I am on my way", "I cannot come"]


def test_the_missed_host_is_not_asked_to_lead_it(hall, olga, knots, ben, cleo):
    publish_grid(camp=knots.camp, by=olga)
    call(hall, knots, ben)
    page = f"/{knots.camp.slug}/sessions/{knots.pk}/"
    assert "I could lead this" not in Hall(ben).look(page).get_text()
    assert "I could lead this" in Hall(cleo).look(page).get_text()


def test_an_organiser_is_led_to_where_somebody_beside_them_is_named(hall, camp, hal, knots):
    camp.save_flags(helpers_repair=True)
    edit = f"/{camp.slug}/pitches/{knots.pitch_id}/edit/"
    assert hall.look(hall.address(knots, "host")).select(f"#ways a[href='{edit}']")
    assert hall.client.get(edit).status_code == 200
    assert not Hall(hal).look(hall.address(knots, "host")).select(f"#ways a[href='{edit}']")
