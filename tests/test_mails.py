"""A machine that reads mail opens every link and presses every button: nothing changes, and the reader still gets in.

Derived from the source: each place that sends a mail is in the table below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.test import Client

from accounts.claims import start_claim
from accounts.models import SentForm, Tally, User
from accounts.once import BACKEND
from accounts.services import send_sign_in_code
from events import invitations, joining, news
from events.models import Invitation, Joining, Role
from events.worries import listen_to_worries, tell_worry
from notes.along import mail_along, save_along, what_i_was_in
from pitches.services import set_interest
from schedule.draft.moves import place_session
from schedule.wall.mailing import start_mails
from schedule.wall.publish import publish_grid
from schedule.wall.telling import choose_telling

from .factories import AttendeeFactory, PitchFactory, UserFactory, make_slot
from .test_services_read import calls_in, functions, named

SITE = "http://testserver"
READER = "reader@example.org"
#: counts of tries, and forms that were sent: what a machine leaves behind that changes nothing
TRACES = {Tally, SentForm}


def sign_in_mail(camp, olga) -> None:
    send_sign_in_code(browser="x", email=READER)


def claim_mail(camp, olga) -> None:
    start_claim(guest=User.objects.create_guest(), email=READER)


def invitation_mail(camp, olga) -> None:
    invitations.invite(camp=camp, by=olga.user, role=Role.HELPER, email=READER)


def moved_up_mail(camp, olga) -> None:
    joining.tell_moved_up(attendee=AttendeeFactory(camp=camp, user=UserFactory(email=READER)))


def news_mail(camp, olga) -> None:
    person = AttendeeFactory(camp=camp, user=UserFactory(email=READER))
    news.tell(people=[person], kind=news.ROLE, by=olga, role=Role.HELPER)


def session_mail(camp, olga) -> None:
    room, slot = camp.rooms.create(name="Barn"), make_slot(camp, 10)
    person = AttendeeFactory(camp=camp, user=UserFactory(email=READER))
    place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[person]), room=room, slot=slot)
    start_mails(attendee=person)
    publish_grid(camp=camp, by=None)


def worry_mail(camp, olga) -> None:
    reader = AttendeeFactory(camp=camp, user=UserFactory(email=READER), role=Role.HELPER)
    listen_to_worries(attendee=reader, listens=True, found_by="At the desk")
    tell_worry(to=reader, text="Somebody shouts.", by=None)


def along_mail(camp, olga) -> None:
    reader = AttendeeFactory(camp=camp, user=UserFactory(email=READER))
    EmailAddress.objects.create(user=reader.user, email=READER, verified=True, primary=True)
    pitch = PitchFactory(camp=camp, title="Knots", hosts=[reader])
    session = place_session(pitch=pitch, room=camp.rooms.create(name="Barn"), slot=make_slot(camp, 10))
    publish_grid(camp=camp, by=None)
    save_along(attendee=reader, sessions={session.pk: (True, "Tie them.")}, doing_next="")
    mail_along(attendee=reader, along=what_i_was_in(reader))


def moves_mail(camp, olga) -> None:
    rooms, slot = [camp.rooms.create(name=name) for name in ("Barn", "Loft")], make_slot(camp, 10)
    reader, pitch = AttendeeFactory(camp=camp, user=UserFactory(email=READER)), PitchFactory(camp=camp, title="Knots")
    set_interest(pitch=pitch, attendee=reader, level=1)
    session = place_session(pitch=pitch, room=rooms[0], slot=slot)
    publish_grid(camp=camp, by=None)
    choose_telling(attendee=reader, is_before=False, is_by_mail=True)
    place_session(pitch=pitch, session=session, room=rooms[1], slot=slot)
    publish_grid(camp=camp, by=None)


#: where a mail is sent: how to have it sent; None: the library's, whose pages that send one are closed
MAILS: dict[str, Callable[..., None] | None] = {
    "accounts/adapters.py:AccountAdapter.send_mail": None,
    "accounts/codes.py:send_code": sign_in_mail,
    "events/news.py:mail_person_news": news_mail,
    "events/invitations.py:invite": invitation_mail,
    "events/joining.py:tell_moved_up": moved_up_mail,
    "schedule/wall/mailing.py:_mail": session_mail,
    "schedule/wall/telling.py:mail_person_moves": moves_mail,
    "notes/along.py:mail_along": along_mail,
}
#: a claim's code goes out in the same mail, and stands for something else; of news one kind leads inside
SENT = [claim_mail, worry_mail] + [send for send in MAILS.values() if send]


def test_each_place_that_sends_a_mail_is_in_the_table():
    found = {f.label for f in functions() if any(named(call) == "send_later" for call in calls_in(f.node))}
    assert found == set(MAILS)


class Buttons(HTMLParser):
    """The forms of a page, filled in as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((of.get("method", "get"), of.get("action", ""), {}))
        elif tag in ("input", "button", "select", "textarea") and self.forms and of.get("name"):
            # A machine fills in what is empty, too.
            self.forms[-1][2][of["name"]] = of.get("value") or "ABCD-EFGH"


def links_in(text: str) -> list[str]:
    return re.findall(rf"{SITE}\S*[^\s.:,]", text)


def scan(links: list[str]) -> None:
    """Opens each link and presses whatever is there, as somebody without a cookie."""
    for link in links:
        client, path = Client(), link.removeprefix(SITE)
        client.head(path)
        page = client.get(path, follow=True)
        here = page.redirect_chain[-1][0] if page.redirect_chain else path
        for method, action, fields in Buttons(page.content.decode()).forms:
            send = client.post if method == "post" else client.get
            assert send(urljoin(here, action), fields).status_code < 500
        assert client.post(path).status_code < 500
        assert client.post(path, {"display_name": "Machine", "code": ""}).status_code < 500


def everything() -> dict[str, list[dict[str, object]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in ("accounts", "events", "pitches", "schedule", "notes")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model not in TRACES
    }


@pytest.mark.parametrize("send", SENT)
def test_a_machine_that_reads_the_mail_changes_nothing(camp, olga, send):
    send(camp, olga)
    before, sent = everything(), len(mail.outbox)
    links = links_in(mail.outbox[-1].body)
    scan(links)
    assert everything() == before
    assert len(mail.outbox) == sent


@pytest.mark.parametrize("send", SENT)
def test_each_link_with_a_key_has_a_code_beside_it_and_where_to_type_it(camp, olga, send):
    send(camp, olga)
    text = mail.outbox[-1].body
    keys = [link for link in links_in(text) if re.search(r"/[\w-]{32}/$", link)]
    assert bool(keys) is (send in (invitation_mail, session_mail))
    if keys:
        assert re.search(r"^ +[A-Z2-9]{4}-[A-Z2-9]{4}$", text, re.M)
    # The code that opens something is typed on a page of its own; the one that ends something where the link leads.
    assert (f"{SITE}/j/" in text) is (send is invitation_mail)


# -- the reader ------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(camp, olga) -> str:
    invitation_mail(camp, olga)
    text = mail.outbox[-1].body
    scan(links_in(text))
    return text


def signed_in(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.by_email(email) or UserFactory(email=email), backend=BACKEND)
    return client


def key_link(text: str) -> str:
    return next(link for link in links_in(text) if "/invitations/" in link).removeprefix(SITE)


def code_in(text: str) -> str:
    return re.search(r"^ +([A-Z2-9]{4}-[A-Z2-9]{4})$", text, re.M)[1]


def test_the_reader_accepts_by_the_link_signed_in_with_the_address(camp, invited):
    client = signed_in(READER)
    assert "The code beside the link" not in client.get(key_link(invited)).content.decode()
    assert client.post(key_link(invited), {"display_name": "Hal"}).status_code == 302
    assert camp.attendees.get(display_name="Hal").role == Role.HELPER


def test_somebody_with_another_address_types_the_code(camp, invited):
    client = signed_in("other@example.org")
    assert "The code beside the link" in client.get(key_link(invited)).content.decode()
    for code in ("", "ABCD-EFGH"):
        assert client.post(key_link(invited), {"display_name": "Hal", "code": code}).status_code == 422
    assert not camp.attendees.filter(display_name="Hal").exists()
    assert client.post(key_link(invited), {"display_name": "Hal", "code": code_in(invited).lower()}).status_code == 302
    assert camp.attendees.get(display_name="Hal").role == Role.HELPER


def test_the_code_is_typed_instead_of_the_link(camp, invited):
    client = Client()
    response = client.get("/j/", {"code": code_in(invited)}, follow=True)
    assert "You are invited" in response.content.decode()
    client = signed_in("other@example.org")
    response = client.get("/j/", {"code": code_in(invited)}, follow=True)
    assert client.post(response.redirect_chain[-1][0], {"display_name": "Hal"}).status_code == 302
    assert camp.attendees.get(display_name="Hal").role == Role.HELPER
    assert client.get("/j/", {"code": code_in(invited)}, follow=True).status_code == 200
    assert Invitation.objects.get().used_at


def test_codes_of_invitations_cannot_be_guessed_by_address(camp, invited):
    client, code = signed_in("other@example.org"), code_in(invited).replace("-", "")
    for number in range(10):
        assert client.get(f"/{camp.slug}/invitations/AAAA22{number:02d}/").status_code == 404
    assert client.get(f"/{camp.slug}/invitations/{code}/").status_code == 403
    assert signed_in("another@example.org").get(f"/{camp.slug}/invitations/{code}/").status_code == 200


def test_a_link_that_hands_a_place_over_is_pressed_by_no_machine(camp, olga):
    gran = joining.write_down(camp=camp, display_name="Gran")
    invitation = invitations.invite(camp=camp, by=olga.user, role=Role.ATTENDEE, attendee=gran)
    link = f"/{camp.slug}/invitations/{invitation.key}/"
    before = everything()
    scan([SITE + link])
    assert everything() == before
    assert Client().post(link, {"display_name": "Gran", "code": invitation.code}).status_code == 302
    gran.refresh_from_db()
    assert gran.user.is_guest


def test_a_link_passed_on_by_hand_is_accepted_by_who_signs_in_and_by_no_machine(camp, olga):
    invitation = invitations.invite(camp=camp, by=olga.user, role=Role.HELPER)
    link = f"/{camp.slug}/invitations/{invitation.key}/"
    before = everything()
    scan([SITE + link])
    assert everything() == before
    assert signed_in("other@example.org").post(link, {"display_name": "Hal"}).status_code == 302


def test_a_link_of_an_earlier_release_works_without_a_code(camp, olga):
    invitation = invitations.invite(camp=camp, by=olga.user, role=Role.HELPER, email=READER)
    Invitation.objects.update(code_hash="", sealed="")
    link = f"/{camp.slug}/invitations/{invitation.key}/"
    assert signed_in("other@example.org").post(link, {"display_name": "Hal"}).status_code == 302


# -- how many -------------------------------------------------------------------------------------------------


def invite(client: Client, camp, email: str) -> int:
    return client.post(f"/{camp.slug}/people/", {"role": "helper", "email": email}).status_code


def test_the_21st_invitation_in_an_hour_is_refused_and_a_link_is_not(camp, olga, sign_in):
    client = sign_in(olga)
    statuses = [invite(client, camp, f"person{n}@example.org") for n in range(22)]
    assert statuses == [302] * 20 + [422] * 2
    assert len(mail.outbox) == 20
    page = client.post(f"/{camp.slug}/people/", {"role": "helper", "email": "more@example.org"}).content.decode()
    assert "You have invited many people." in page
    assert "more@example.org" in page
    assert invite(client, camp, "") == 302


def test_one_address_is_invited_three_times_a_day_by_whomever(camp, olga, sign_in):
    assert [invite(sign_in(olga), camp, READER) for _ in range(4)] == [302] * 3 + [422]
    other = AttendeeFactory(camp=camp, role="organiser")
    assert invite(sign_in(other), camp, READER.upper()) == 422
    assert invite(sign_in(other), camp, "another@example.org") == 302


def test_one_camp_invites_thirty_in_an_hour_by_however_many(camp, sign_in):
    people = [AttendeeFactory(camp=camp, role="organiser") for _ in range(2)]
    statuses = [invite(sign_in(person), camp, f"p{n}-{person.pk}@example.org") for person in people for n in range(16)]
    assert statuses == [302] * 30 + [422] * 2


def test_no_key_of_an_invitation_can_be_read_in_the_database(camp, olga, sign_in):
    by_hand = invitations.invite(camp=camp, by=olga.user, role=Role.HELPER)
    mailed = invitations.invite(camp=camp, by=olga.user, role=Role.HELPER, email=READER)
    kept = str(list(Invitation.objects.values()))
    for secret in (by_hand.key, by_hand.code, mailed.key, mailed.code):
        assert secret not in kept
    page = sign_in(olga).get(f"/{camp.slug}/people/").content.decode()
    assert by_hand.key in page
    assert by_hand.code[:4] in page
    assert mailed.key not in page


def test_links_sealed_with_another_key_are_not_shown_and_still_work(camp, olga, sign_in, settings):
    by_hand = invitations.invite(camp=camp, by=olga.user, role=Role.HELPER)
    Invitation.objects.update(sealed="x")
    page = sign_in(olga).get(f"/{camp.slug}/people/")
    assert page.status_code == 200
    assert by_hand.key not in page.content.decode()
    assert signed_in(READER).get(f"/{camp.slug}/invitations/{by_hand.key}/").status_code == 200


def test_a_camp_for_listed_people_lets_the_invited_in_by_code(camp, invited):
    camp.joining = Joining.LISTED
    camp.save()
    client = signed_in(READER)
    response = client.get("/j/", {"code": code_in(invited)}, follow=True)
    assert client.post(response.redirect_chain[-1][0], {"display_name": "Hal"}).status_code == 302
