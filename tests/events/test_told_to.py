"""Something is wrong: one named person hears it, nobody else does, and nothing of it stays longer than it must."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.form_keys import new_key
from accounts.models import SentForm
from config.cleaning import LEFT, clear
from events.editing import archive_camp
from events.erasing import erase_attendee
from events.merging import merge_attendees
from events.models import Attendee, Joining, Worry
from events.roles import change_role, remove_attendee
from events.worries import OF_ONE_TELLER, listen_to_worries, listeners_of, tell_worry
from exchange.json_export import Secrets, export_camp
from tests.factories import AttendeeFactory, make_organiser

TEXT = "Somebody follows me from room to room."
PAGE, MINE = "/lakeside-2030/something-is-wrong/", "/lakeside-2030/told-to-me/"


@pytest.fixture
def bryony(camp, olga):
    """Came after Olga, who opened the camp."""
    person = make_organiser(camp, "Bryony")
    listen_to_worries(attendee=person, listens=True, found_by="Yellow lanyard, at the desk")
    return person


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_as_long_as_nobody_said_so_it_is_who_opened_the_camp(camp, olga, hal):
    make_organiser(camp, "Oscar")
    AttendeeFactory(camp=camp, display_name="Gran", user=None, role="organiser", hears_worries=True)
    assert listeners_of(camp) == [olga]
    listen_to_worries(attendee=hal, listens=True, found_by="")
    assert listeners_of(camp) == [hal]
    listen_to_worries(attendee=hal, listens=False, found_by="")
    assert listeners_of(camp) == [olga]


def test_only_who_helps_can_be_told_and_only_as_long_as_they_do(camp, olga, hal, ben):
    with pytest.raises(ValidationError):
        listen_to_worries(attendee=ben, listens=True, found_by="")
    for person in (hal, make_organiser(camp, "Oscar")):
        listen_to_worries(attendee=person, listens=True, found_by="")
    change_role(attendee=hal, role="attendee", by=olga)
    assert [str(one) for one in listeners_of(camp)] == ["Oscar"]
    remove_attendee(attendee=camp.attendees.get(display_name="Oscar"))
    assert listeners_of(camp) == [olga]


def test_the_page_about_the_camp_names_them_and_how_they_are_found(sign_in, bryony, ben):
    page = text(sign_in(ben).get("/lakeside-2030/"))
    assert "Something is wrong: tell Bryony" in page
    assert "Yellow lanyard, at the desk" in page
    assert "Told to me" not in page


def test_the_page_follows_who_can_be_told(sign_in, camp, bryony, ben):
    client = sign_in(ben)
    etag = client.get("/lakeside-2030/")["ETag"]
    assert client.get("/lakeside-2030/", headers={"If-None-Match": etag}).status_code == 304
    listen_to_worries(attendee=bryony, listens=True, found_by="Red hat")
    assert "Red hat" in text(client.get("/lakeside-2030/", headers={"If-None-Match": etag}))


def test_every_page_of_the_camp_leads_there(sign_in, full_camp, ben):
    client = sign_in(ben)
    for page in ("", "pitches/", "grid/", "my/", "record/", full_camp.session.get_absolute_url()[15:]):
        assert f'href="{PAGE}"' in text(client.get(f"/lakeside-2030/{page}")), page


def test_it_is_told_to_that_person_and_a_mail_says_only_that_it_waits(sign_in, bryony, ben):
    answer = sign_in(ben).post(PAGE, {"to": bryony.pk, "text": TEXT, "is_named": "on"}, follow=True)
    assert "Bryony can read it now, and nobody else." in text(answer)
    page = text(sign_in(bryony).get(MINE))
    assert TEXT in page
    assert "Ben" in page.partition("Told to me</h1>")[2]
    assert [sent.to for sent in mail.outbox] == [[bryony.user.email]]
    assert "Somebody told you that something is wrong." in mail.outbox[0].body
    assert TEXT not in mail.outbox[0].body
    assert MINE in mail.outbox[0].body


def test_each_time_a_mail_goes_also_while_the_one_before_is_unread(bryony, ben):
    for number in range(2):
        tell_worry(to=bryony, text=f"{TEXT} {number}", by=ben)
    assert len(mail.outbox) == 2


def test_without_a_name_nothing_is_kept_of_who_told_it(sign_in, bryony, ben):
    sign_in(ben).post(PAGE, {"to": bryony.pk, "text": TEXT})
    assert Worry.objects.get().by is None
    main = text(sign_in(bryony).get(MINE)).partition("Told to me</h1>")[2]
    assert "without a name" in main
    assert "Ben" not in main


def test_without_a_name_sent_twice_it_is_told_once_and_still_nothing_is_kept(sign_in, bryony, ben, cleo):
    client, form = sign_in(ben), {"to": bryony.pk, "text": TEXT, "form_key": new_key(ben.user.mark)}
    for _time in range(2):
        assert "Bryony can read it now, and nobody else." in text(client.post(PAGE, form, follow=True))
    assert Worry.objects.count() == 1
    [sent] = SentForm.objects.filter(form=hashlib.sha256(form["form_key"].encode()).hexdigest())
    assert (sent.user, sent.browser, sent.signed_in_with) == (None, "", {})
    # By the key of another person's page it is asked first, as for every form.
    assert sign_in(cleo).post(PAGE, form).status_code == 409


def test_nobody_else_reads_it_an_organiser_neither(sign_in, full_camp, bryony, olga, hal, ben):
    worry = tell_worry(to=bryony, text=TEXT, by=ben)
    for person in (olga, hal, ben):
        client = sign_in(person)
        assert TEXT not in text(client.get(MINE))
        assert client.post(f"{MINE}{worry.pk}/delete/").status_code == 404
    assert Worry not in admin.site._registry
    assert TEXT not in str(export_camp(full_camp.camp, with_interest=True, secrets=Secrets.OF_PEOPLE))
    # Not in a copy of the database neither: sealed.
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            assert TEXT not in str(cursor.fetchall()), model


def test_if_it_is_about_one_of_them_another_can_be_told(sign_in, bryony, hal, ben):
    listen_to_worries(attendee=hal, listens=True, found_by="")
    client = sign_in(ben)
    page = text(client.get(PAGE))
    assert "Bryony · Organiser · Yellow lanyard, at the desk" in page
    assert "Hal · Helper" in page
    refused = client.post(PAGE, {"text": TEXT})
    assert refused.status_code == 422
    assert "Choose who reads it." in text(refused)
    assert TEXT in text(refused)
    client.post(PAGE, {"to": hal.pk, "text": TEXT})
    assert list(hal.worries.values_list("to__display_name", flat=True)) == ["Hal"]


def test_nobody_is_asked_to_tell_themselves(sign_in, bryony):
    client = sign_in(bryony)
    assert "Something is wrong: tell" not in text(client.get("/lakeside-2030/"))
    assert "It is you whom people tell." in text(client.get(PAGE))
    assert client.post(PAGE, {"to": bryony.pk, "text": TEXT}).status_code == 422
    assert not Worry.objects.exists()


@pytest.mark.parametrize("joining", [Joining.OPEN, Joining.CODE])
def test_somebody_who_is_not_in_can_tell_too(client, camp, bryony, joining):
    camp.joining = joining
    camp.save()
    assert "Say that it is from" not in text(client.get(PAGE))
    assert client.post(PAGE, {"to": bryony.pk, "text": TEXT}).status_code == 302
    assert bryony.worries.get().text == TEXT


def test_signed_out_meanwhile_nothing_goes_without_the_name_that_was_ticked(client, camp, bryony):
    refused = client.post(PAGE, {"to": bryony.pk, "text": TEXT, "is_named": "on"})
    assert refused.status_code == 422
    assert "You are signed out" in text(refused)
    assert TEXT in text(refused)
    assert not Worry.objects.exists()


def test_of_a_camp_for_listed_people_strangers_learn_nobodys_name(client, camp, bryony):
    camp.joining = Joining.LISTED
    camp.save()
    assert "Bryony" not in text(client.get(PAGE, follow=True))
    client.post(PAGE, {"to": bryony.pk, "text": TEXT})
    assert not Worry.objects.exists()


def test_a_machine_is_not_heard_and_what_was_typed_stays(sign_in, bryony, ben, cleo):
    client = sign_in(ben)
    for number in range(OF_ONE_TELLER.most):
        assert client.post(PAGE, {"to": bryony.pk, "text": f"{number}"}).status_code == 302
    refused = client.post(PAGE, {"to": bryony.pk, "text": TEXT})
    assert refused.status_code == 422
    assert "Wait an hour" in text(refused)
    assert TEXT in text(refused)
    # It shuts out nobody else.
    assert sign_in(cleo).post(PAGE, {"to": bryony.pk, "text": TEXT}).status_code == 302


def test_strangers_of_one_network_have_a_limit_of_their_own(client, camp, bryony, monkeypatch):
    monkeypatch.setattr("events.worries.FROM_ONE_SOURCE", OF_ONE_TELLER.__class__("worry-source", 2))
    for number in range(3):
        client.cookies.clear()
        status = client.post(PAGE, {"to": bryony.pk, "text": f"{number}"}).status_code
        assert status == (302 if number < 2 else 422)


def test_it_goes_after_eight_weeks_and_when_its_reader_says_so(sign_in, bryony, ben):
    old, new = (tell_worry(to=bryony, text=TEXT, by=ben) for _n in range(2))
    Worry.objects.filter(pk=old.pk).update(told_at=timezone.now() - timedelta(weeks=8, minutes=1))
    assert clear(LEFT["what somebody was told is wrong, weeks ago"]) == 1
    assert list(Worry.objects.all()) == [new]
    sign_in(bryony).post(f"{MINE}{new.pk}/delete/")
    assert not Worry.objects.exists()


def test_whoever_leaves_is_shown_what_nobody_can_read_then(sign_in, camp, bryony, ben):
    leave = f"/{camp.slug}/leave/"
    assert MINE not in text(sign_in(bryony).get(leave))
    tell_worry(to=bryony, text=TEXT, by=ben)
    page = text(sign_in(bryony).get(leave))
    assert "Nobody but you can read it" in page
    assert f'href="{MINE}"' in page
    assert MINE not in text(sign_in(ben).get(leave))


@pytest.mark.parametrize("with_texts", [True, False])
def test_whoever_is_erased_told_nothing(bryony, ben, with_texts):
    worry = tell_worry(to=bryony, text=TEXT, by=ben)
    erase_attendee(attendee=ben, with_texts=with_texts)
    left = Worry.objects.filter(pk=worry.pk).first()
    assert (left is None) == with_texts
    assert left is None or left.by is None


def test_what_an_erased_person_was_told_goes_with_them(olga, bryony, ben):
    tell_worry(to=bryony, text=TEXT, by=ben)
    erase_attendee(attendee=bryony, with_texts=False)
    assert not Worry.objects.exists()


def test_two_places_of_one_person_hear_and_told_as_one(camp, bryony, ben, hal):
    listen_to_worries(attendee=hal, listens=True, found_by="Hat")
    told, heard = tell_worry(to=bryony, text=TEXT, by=ben), tell_worry(to=hal, text=TEXT, by=None)
    other, guest = AttendeeFactory(camp=camp), AttendeeFactory(camp=camp)
    merge_attendees(source=hal, into=other)
    merge_attendees(source=ben, into=guest)
    told.refresh_from_db()
    heard.refresh_from_db()
    assert (told.by, heard.to) == (guest, other)
    other = Attendee.objects.get(pk=other.pk)
    assert (other.hears_worries, other.found_by) == (True, "Hat")


def test_in_an_archived_camp_nobody_is_told_and_what_was_told_can_be_deleted(sign_in, camp, bryony, ben):
    """It sends no mail: nobody would hear it."""
    worry = tell_worry(to=bryony, text=TEXT, by=ben)
    archive_camp(camp=camp, is_archived=True)
    assert f'href="{PAGE}"' not in text(sign_in(ben).get("/lakeside-2030/"))
    client = sign_in(bryony)
    assert TEXT in text(client.get(MINE))
    assert client.post(f"{MINE}{worry.pk}/delete/").status_code == 302
    assert not Worry.objects.exists()


def test_with_another_key_it_says_that_nobody_can_read_it(sign_in, bryony, ben, settings):
    tell_worry(to=bryony, text=TEXT, by=ben)
    client = sign_in(bryony)
    Worry.objects.update(sealed="of another key")
    page = text(client.get(MINE))
    assert "it cannot be read any more" in page
