"""What moved is told to devices: to a push service of the test's own, which decrypts it and checks who sent it."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from unittest.mock import patch
from zoneinfo import ZoneInfo

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from py_vapid import Vapid

from events.erasing import erase_attendee
from events.merging import merge_attendees
from events.models import Attendee
from events.roles import leave_camp, remove_attendee
from pitches.services import return_pitch, set_interest, withdraw_pitch
from schedule.draft.moves import place_session, unplace_session
from schedule.models import Choice, Device, GridVersion, Reminder, Telling
from schedule.wall import push
from schedule.wall.telling import (
    Turn,
    add_device,
    choose_telling,
    push_moves,
    push_reminders,
    remind_soon,
    tell_what_waits,
)
from schedule.wall.unseen import see_moves
from tests.addresses import A_POINT
from tests.factories import AttendeeFactory, CampFactory, PitchFactory, RoomFactory, make_slot, publish_anew

from .test_moved_until_seen import looks, published, put


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Browser:
    """A browser's keys, and what reached it."""

    def __init__(self, service: Service, name: str) -> None:
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.endpoint = f"{service.site}/{name}"
        self.heard: list[dict] = []
        service.browsers[f"/{name}"] = self

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": text_of(point), "auth": text_of(self.secret)}

    def reads(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))


class Service:
    """A push service (RFC 8030): answers as it is told, and keeps what it took."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.asked: list[dict[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append({name.lower(): value for name, value in self.headers.items()})
                status, headers = service.answers.pop(0) if service.answers else (201, {})
                if status == 201:
                    assert Vapid.verify(self.headers["Authorization"])
                    browser = service.browsers[self.path]
                    browser.heard.append(browser.reads(body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.site = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def service(settings) -> Iterator[Service]:
    service = Service()
    settings.PUSH_SERVICES = [service.site]
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def snug(camp):
    return RoomFactory(camp=camp, name="Snug")


@pytest.fixture
def boardroom(camp):
    return RoomFactory(camp=camp, name="Boardroom")


@pytest.fixture
def slots(camp):
    return [make_slot(camp, hour) for hour in (14, 15, 16)]


@pytest.fixture
def form(camp, ben, snug, slots):
    pitch = PitchFactory(camp=camp, title="Whose form?", hosts=[ben], proposed_by=ben)
    found = place_session(pitch=pitch, room=snug, slot=slots[0])
    published(camp)
    return found


@pytest.fixture
def nell(camp, form):
    nell = AttendeeFactory(camp=camp, display_name="Nell")
    set_interest(pitch=form.pitch, attendee=nell, level=1)
    return nell


def listens(attendee: Attendee, browser: Browser, sign_in: str = "s") -> Device:
    return add_device(attendee=attendee, endpoint=browser.endpoint, name="Firefox", sign_in=sign_in, **browser.keys)


@pytest.fixture
def phone(service, nell) -> Browser:
    browser = Browser(service, "phone")
    listens(nell, browser)
    return browser


def shown(browser: Browser) -> list[tuple[str, str]]:
    return [(told["title"], told["body"]) for told in browser.heard]


# -- what moved --------------------------------------------------------------------------------------------


def test_a_publish_tells_it_signed_and_sealed(camp, nell, phone, service, form, boardroom, slots):
    put(form, boardroom, slots[0])
    published(camp)
    assert shown(phone) == [("Whose form?", "Moved: Boardroom, not Snug. Still Sat 14:00.")]
    [told], [asked] = phone.heard, service.asked
    assert told["address"] == f"/{camp.slug}/sessions/{form.pk}/"
    assert told["person"] == nell.user.mark
    assert 0 < int(asked["ttl"]) <= (slots[0].ends_at - timezone.now()).total_seconds()
    assert asked["topic"] == told["topic"]
    assert len(asked["topic"]) <= 32
    publish_anew(camp)
    assert len(phone.heard) == 1, "told once"


def test_the_next_move_stands_for_the_one_before_and_there_and_back_is_told(
    camp, phone, service, form, boardroom, snug, slots
):
    put(form, boardroom, slots[0])
    published(camp)
    put(form, snug, slots[0])
    published(camp)
    assert [body for _title, body in shown(phone)] == [
        "Moved: Boardroom, not Snug. Still Sat 14:00.",
        "Moved: Snug, not Boardroom. Still Sat 14:00.",
    ]
    assert len({asked["topic"] for asked in service.asked}) == 1


def test_cancelled_and_back(camp, phone, form, snug, slots):
    unplace_session(session=form)
    published(camp)
    put(form, snug, slots[1])
    published(camp)
    assert [body for _title, body in shown(phone)] == [
        "Cancelled. It was to be in Snug, Sat 14:00.",
        "On the grid again: Snug, Sat 15:00.",
    ]


def test_what_is_withdrawn_is_told_at_once_and_so_is_that_it_is_back(camp, nell, ben, phone, service, form):
    host = Browser(service, "host")
    listens(ben, host)
    choose_telling(attendee=nell, is_before=False, is_by_mail=True)
    mail.outbox.clear()
    withdraw_pitch(pitch=form.pitch, by=None)
    told = (camp.name, "One of the sessions you wanted was withdrawn. It was to be in Snug, Sat 14:00.")
    assert shown(phone) == [told]
    assert phone.heard[0]["address"] == f"/{camp.slug}/my/"
    assert host.heard == [], "hosts are told by their news, with the title"
    published(camp)
    assert shown(phone) == [told], "once"
    unplace_session(session=form)
    form.pitch.refresh_from_db()
    return_pitch(pitch=form.pitch, seen=form.pitch.withdrawal, by=None)
    assert shown(phone) == [told], "it stands on no grid that is published"
    bodies = [sent.body for sent in mail.outbox if nell.user.email in sent.to]
    assert [("was withdrawn" in body, "Whose form?" in body) for body in bodies] == [(True, False)]


def test_what_is_back_before_the_next_version_is_told_at_once(camp, phone, form):
    withdraw_pitch(pitch=form.pitch, by=None)
    form.pitch.refresh_from_db()
    return_pitch(pitch=form.pitch, seen=form.pitch.withdrawal, by=None)
    assert shown(phone)[1:] == [("Whose form?", "On the grid again: Snug, Sat 14:00.")]


def test_of_many_a_number_is_told(camp, nell, phone, slots):
    rooms = RoomFactory.create_batch(4, camp=camp)
    sessions = [place_session(pitch=PitchFactory(camp=camp), room=room, slot=slots[0]) for room in rooms]
    for session in sessions:
        set_interest(pitch=session.pitch, attendee=nell, level=1)
    published(camp)
    for session, room in zip(sessions, rooms, strict=True):
        put(session, room, slots[1])
    published(camp)
    assert shown(phone) == [(camp.name, "4 of your sessions changed.")]
    assert phone.heard[0]["address"] == f"/{camp.slug}/my/"


def test_who_does_not_want_to_be_there_is_told_nothing(camp, cleo, service, form, boardroom, slots):
    other = Browser(service, "other")
    listens(cleo, other)
    put(form, boardroom, slots[0])
    published(camp)
    assert service.asked == []


def test_what_was_seen_meanwhile_is_not_told(camp, nell, phone, service, form, boardroom, slots):
    service.answers = [(503, {})]
    put(form, boardroom, slots[0])
    published(camp)
    see_moves(attendee=nell, at=timezone.now())
    wait_for_the_next_try(phone)
    tell_what_waits()
    assert (len(service.asked), phone.heard) == (1, [])


def wait_for_the_next_try(browser: Browser) -> None:
    Device.objects.filter(endpoint=browser.endpoint).exclude(next_try_at=None).update(next_try_at=timezone.now())


# -- what the service answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_listens_no_more_is_forgotten(camp, phone, service, form, boardroom, slots, status):
    service.answers = [(status, {})]
    put(form, boardroom, slots[0])
    published(camp)
    assert not Device.objects.exists()


@pytest.mark.parametrize(("status", "seconds"), [(429, 10), (500, 10), (503, 10)])
def test_what_is_not_taken_is_tried_again_later(camp, phone, service, form, boardroom, slots, status, seconds):
    service.answers = [(status, {})]
    put(form, boardroom, slots[0])
    published(camp)
    device = Device.objects.get()
    assert (device.tries, phone.heard) == (1, [])
    assert timedelta(seconds=seconds - 5) < device.next_try_at - timezone.now() <= timedelta(seconds=seconds)
    tell_what_waits()
    assert len(service.asked) == 1, "not before its time"
    wait_for_the_next_try(phone)
    tell_what_waits()
    assert shown(phone) == [("Whose form?", "Moved: Boardroom, not Snug. Still Sat 14:00.")]
    device.refresh_from_db()
    assert (device.tries, device.next_try_at, device.told_at) == (0, None, GridVersion.latest(camp).published_at)


def test_a_service_says_how_long_to_wait(camp, phone, service, form, boardroom, slots):
    service.answers = [(429, {"Retry-After": "600"})]
    put(form, boardroom, slots[0])
    published(camp)
    assert Device.objects.get().next_try_at - timezone.now() > timedelta(seconds=590)


def test_at_some_time_it_is_given_up(camp, phone, service, form, boardroom, slots):
    service.answers = [(503, {})] * 20
    put(form, boardroom, slots[0])
    published(camp)
    for _try in range(10):
        wait_for_the_next_try(phone)
        push_moves.call(camp.pk)
    assert len(service.asked) == 7
    device = Device.objects.get()
    assert (device.told_at, device.next_try_at) == (GridVersion.latest(camp).published_at, None)


def test_a_service_that_is_gone_is_tried_again(camp, phone, service, form, boardroom, slots):
    service.server.shutdown()
    service.server.server_close()
    put(form, boardroom, slots[0])
    published(camp)
    assert Device.objects.get().tries == 1


def test_nothing_follows_a_service_elsewhere(camp, phone, service, form, boardroom, slots):
    service.answers = [(307, {"Location": f"{service.site}/phone"})]
    put(form, boardroom, slots[0])
    published(camp)
    assert (len(service.asked), phone.heard) == (1, [])


def test_an_address_that_cannot_be_asked_for_keeps_nobody_else_from_being_told(
    camp, cleo, service, settings, nell, form, boardroom, slots
):
    settings.PUSH_SERVICES = [service.site, "https://a..example"]
    nowhere, phone = Browser(service, "nowhere"), Browser(service, "phone")
    nowhere.endpoint = "https://a..example/x"
    set_interest(pitch=form.pitch, attendee=cleo, level=1)
    listens(cleo, nowhere)
    listens(nell, phone)
    put(form, boardroom, slots[0])
    published(camp)
    assert len(phone.heard) == 1
    assert cleo.devices.get().tries == 1


def test_who_has_a_device_in_hand_is_alone_with_it(camp, phone, service, form, boardroom, slots):
    Device.objects.update(next_try_at=timezone.now() + Device.LEASE)
    put(form, boardroom, slots[0])
    published(camp)
    assert service.asked == []
    wait_for_the_next_try(phone)
    tell_what_waits()
    assert len(phone.heard) == 1


def test_what_no_task_told_is_told_by_the_next_look(camp, phone, service, form, boardroom, slots, monkeypatch):
    """Asked for while one was being claimed, or one failed over another's device."""
    monkeypatch.setattr("schedule.wall.publish.tell_soon", lambda camp: None)
    put(form, boardroom, slots[0])
    published(camp)
    assert phone.heard == []
    for _look in range(2):
        tell_what_waits()
        assert len(phone.heard) == 1


def test_a_service_that_is_slow_holds_up_no_mail(camp, nell, phone, service, form, boardroom, slots, monkeypatch):
    """Each task tells one device and leaves the others to the next: in between goes what somebody waits for."""
    for name in ("b", "c"):
        listens(nell, Browser(service, name))
    enqueued = []
    monkeypatch.setattr(Turn, "LONGEST", -1.0)
    put(form, boardroom, slots[0])
    monkeypatch.setattr("schedule.wall.telling.tell_soon", lambda camp: None)
    monkeypatch.setattr("schedule.wall.publish.tell_soon", lambda camp: None)
    published(camp)
    monkeypatch.setattr(type(push_moves), "enqueue", lambda self, *args: enqueued.append(args))
    push_moves.call(camp.pk)
    assert len(service.asked) == 1
    assert enqueued == [(camp.pk, nell.devices.order_by("pk")[0].pk)]


# -- whose devices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://me:you@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://notfcm.googleapis.com.evil/x",
        "https://xfcm.googleapis.com/x",
        "https://127.0.0.1\\@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/a\x00b",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\n",
        "https://[::1/x",
        "https://a..fcm.googleapis.com/x",
        f"https://{'a' * 64}.fcm.googleapis.com/x",
        "https://*.fcm.googleapis.com/x",
        "https://127.0.0.1%2f.fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        # Cut off it would be another address.
        f"https://fcm.googleapis.com/{'x' * 800}",
        "",
    ],
)
def test_an_address_at_no_service_that_is_known_is_refused(nell, service, settings, endpoint):
    settings.PUSH_SERVICES = ["fcm.googleapis.com"]
    keys = Browser(service, "x").keys
    with pytest.raises(ValidationError, match="does not know the service"):
        add_device(attendee=nell, endpoint=endpoint, name="x", sign_in="", **keys)


@pytest.mark.parametrize(
    "endpoint", ["https://fcm.googleapis.com/fcm/send/x", "https://updates.push.services.mozilla.com/x"]
)
def test_the_services_of_browsers_are_known(settings, endpoint):
    push.refuse_endpoint(endpoint)


@pytest.mark.parametrize(
    "wrong",
    [
        {"p256dh": "x"},
        {"auth": "x"},
        {"p256dh": ""},
        {"auth": "🦆"},
        {"auth": "A" * 11 + "\x00" + "A" * 11},
        {"p256dh": ":" * 800 + A_POINT},
    ],
)
def test_keys_by_which_nothing_can_be_sealed_are_refused(nell, service, wrong):
    browser = Browser(service, "x")
    with pytest.raises(ValidationError, match="not complete"):
        add_device(attendee=nell, endpoint=browser.endpoint, name="x", sign_in="", **(browser.keys | wrong))


def test_a_device_is_there_once_and_ten_are_enough(nell, service):
    for _time in range(2):
        listens(nell, Browser(service, "same"))
    assert nell.devices.count() == 1
    for number in range(9):
        listens(nell, Browser(service, f"b{number}"))
    with pytest.raises(ValidationError, match="Ten devices"):
        listens(nell, Browser(service, "eleventh"))
    row = nell.devices.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.create(attendee=nell, endpoint=row.endpoint)


def test_a_browser_that_was_passed_on_is_the_next_persons(nell, cleo, service):
    browser = Browser(service, "tablet")
    listens(nell, browser)
    listens(cleo, browser)
    assert not nell.devices.exists()


@pytest.mark.parametrize(
    "go",
    [
        lambda nell: leave_camp(attendee=nell),
        lambda nell: remove_attendee(attendee=nell),
        lambda nell: erase_attendee(attendee=nell, with_texts=False),
    ],
    ids=["left", "removed", "erased"],
)
def test_who_is_out_is_told_nothing(camp, nell, phone, go):
    choose_telling(attendee=nell, is_before=True, is_by_mail=True)
    go(nell)
    assert not Device.objects.exists()
    assert not Telling.objects.exists()


def test_a_device_goes_with_the_place_that_becomes_one_with_another(camp, nell, phone, cleo):
    merge_attendees(source=nell, into=cleo)
    assert [device.endpoint for device in cleo.devices.all()] == [phone.endpoint]


def send_device(client: Client, camp, browser: Browser, **more):
    return client.post(f"/{camp.slug}/my/tell/devices/", {"endpoint": browser.endpoint, **browser.keys, **more})


def test_signing_out_forgets_the_devices_of_that_sign_in_alone(camp, nell, service):
    here, there = looks(nell), looks(nell)
    send_device(here, camp, Browser(service, "here"))
    send_device(there, camp, Browser(service, "there"))
    assert nell.devices.count() == 2
    here.post("/accounts/logout/")
    assert [device.endpoint[-5:] for device in nell.devices.all()] == ["there"]


def test_the_page_lists_mine_and_takes_one_away(camp, nell, cleo, service):
    client, stranger = looks(nell), looks(cleo)
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    client.post(
        f"/{camp.slug}/my/tell/devices/",
        {"endpoint": Browser(service, "x").endpoint, **service.browsers["/x"].keys},
        headers={"User-Agent": agent},
    )
    device = nell.devices.get()
    page = client.get(f"/{camp.slug}/my/tell/").content.decode()
    assert "Firefox on Android" in page
    assert device.mark in page
    assert device.endpoint not in page
    assert "Firefox on Android" not in stranger.get(f"/{camp.slug}/my/tell/").content.decode()
    assert stranger.post(f"/{camp.slug}/my/tell/devices/{device.pk}/").status_code == 404
    assert client.post(f"/{camp.slug}/my/tell/devices/{device.pk}/").status_code == 302
    assert not nell.devices.exists()


def test_taken_away_in_one_camp_it_listens_for_the_other(camp, nell, service):
    """A browser has one address for all camps: were it given up, the other camp could tell it nothing any more."""
    client, browser = looks(nell), Browser(service, "here")
    send_device(client, camp, browser)
    assert "data-leaves" in client.get(f"/{camp.slug}/my/tell/").content.decode()
    listens(AttendeeFactory(camp=CampFactory(), user=nell.user), browser)
    assert "data-leaves" not in client.get(f"/{camp.slug}/my/tell/").content.decode()
    assert Device.objects.filter(endpoint=browser.endpoint).count() == 2


def test_a_refused_device_is_told_in_a_sentence(camp, nell, service):
    client, browser = looks(nell), Browser(service, "x")
    browser.endpoint = "https://example.org/x"
    send_device(client, camp, browser)
    assert "does not know the service" in client.get(f"/{camp.slug}/my/tell/").content.decode()


def test_without_the_library_nothing_is_offered(camp, nell, monkeypatch):
    monkeypatch.setattr(push, "find_spec", lambda name: None)
    monkeypatch.setattr("schedule.views.tell.is_offered", push.is_offered.__wrapped__)
    page = looks(nell).get(f"/{camp.slug}/my/tell/").content.decode()
    assert "Tell me on this device" not in page
    assert "By e-mail, when a session of mine moves" in page


def test_a_browser_with_another_address_says_which_it_had(camp, nell, phone, service, form, boardroom, slots):
    new = Browser(service, "new")
    client, sent = Client(), {"earlier": phone.endpoint, "endpoint": new.endpoint, **new.keys}
    assert client.post("/push/moved/", sent, content_type="application/json").status_code == 204
    put(form, boardroom, slots[0])
    published(camp)
    assert (phone.heard, len(new.heard)) == ([], 1)
    for wrong in ({}, [], "x", sent | {"endpoint": "https://127.0.0.1/"}, sent | {"auth": "x"}):
        assert client.post("/push/moved/", wrong, content_type="application/json").status_code == 400
    for odd in ('["' * 2000, "[" * 5000, "\x00", json.dumps(sent | {"earlier": f"{service.site}/\x00"})):
        assert client.post("/push/moved/", odd, content_type="application/json").status_code == 400
    known_to_nobody = sent | {"earlier": f"{service.site}/y"}
    assert client.post("/push/moved/", known_to_nobody, content_type="application/json").status_code == 204
    assert client.get("/push/moved/").status_code == 405


# -- the key ---------------------------------------------------------------------------------------------------


def test_the_key_lasts_as_long_as_the_oldest_secret_that_counts(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a" * 50, []
    first = push.public_key()
    assert push.public_key() == first
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "b" * 50, ["a" * 50]
    assert push.public_key() == first
    settings.SECRET_KEY_FALLBACKS = []
    assert push.public_key() != first


def test_a_key_of_ones_own_is_used_and_devices_of_before_still_hear(
    camp, phone, service, form, boardroom, slots, settings
):
    settings.VAPID_PRIVATE_KEY = text_of((7).to_bytes(32))
    assert Device.objects.get().vapid != push.public_key()
    put(form, boardroom, slots[0])
    published(camp)
    assert len(phone.heard) == 1


def test_a_device_that_listens_to_a_key_that_is_gone_is_forgotten(camp, phone, form, boardroom, slots, settings):
    settings.SECRET_KEY = "another" * 10
    put(form, boardroom, slots[0])
    published(camp)
    assert not Device.objects.exists()


# -- ten minutes before ----------------------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch):
    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock


def test_ten_minutes_before_who_asked_is_told_once(camp, nell, phone, form, slots, at):
    at(slots[0].starts_at - timedelta(minutes=10))
    remind_soon()
    assert phone.heard == [], "not asked for"
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    at(slots[0].starts_at - timedelta(minutes=10, seconds=1))
    remind_soon()
    assert phone.heard == [], "too early"
    at(slots[0].starts_at - timedelta(minutes=9, seconds=50))
    for _look in range(3):
        remind_soon()
    assert shown(phone) == [("Whose form?", "In 10 minutes: Snug.")]
    row = Reminder.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(device=row.device, session=row.session, starts_at=row.starts_at)


def test_of_two_at_once_the_one_is_told_to_which_one_goes(camp, nell, phone, form, boardroom, slots, at):
    """Nobody is called to a session that they said they do not go to."""
    other = place_session(pitch=PitchFactory(camp=camp, title="Ropes"), room=boardroom, slot=slots[0])
    published(camp)
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    Choice.objects.create(attendee=nell, session=other, goes=True)
    at(slots[0].starts_at - timedelta(minutes=9))
    remind_soon()
    assert [title for title, _body in shown(phone)] == ["Ropes"]


def test_told_again_by_the_next_worker_if_the_first_was_killed_before_it_wrote_it_down(nell, phone, form, slots, at):
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    at(slots[0].starts_at - timedelta(minutes=9))
    with patch.object(Reminder.objects, "get_or_create", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
        push_reminders.call(nell.camp_id)
    remind_soon()
    # The second stands for the first on the device.
    assert [told["topic"] for told in phone.heard] == [phone.heard[0]["topic"]] * 2


def test_what_has_begun_is_not_told(nell, phone, form, slots, at):
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    at(slots[0].starts_at)
    remind_soon()
    assert phone.heard == []


def test_what_the_service_did_not_take_is_told_at_the_next_look(nell, phone, service, form, slots, at):
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    service.answers = [(503, {})]
    at(slots[0].starts_at - timedelta(minutes=9))
    remind_soon()
    assert phone.heard == []
    at(slots[0].starts_at - timedelta(minutes=8))
    remind_soon()
    assert shown(phone) == [("Whose form?", "In 8 minutes: Snug.")]


def test_what_moved_is_told_before_its_new_time(camp, nell, phone, form, snug, slots, at):
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    at(slots[0].starts_at - timedelta(minutes=5))
    remind_soon()
    put(form, snug, slots[1])
    published(camp)
    at(slots[1].starts_at - timedelta(minutes=5))
    remind_soon()
    assert [body for _title, body in shown(phone)] == [
        "In 5 minutes: Snug.",
        "Moved: 15:00, not 14:00. Still in Snug.",
        "In 5 minutes: Snug.",
    ]


def test_in_the_night_in_which_clocks_change_it_is_ten_minutes_that_pass(camp, nell, phone, snug, at):
    camp.time_zone = "Europe/London"
    camp.save()
    # 01:05 GMT, after the clocks went from 02:00 BST back to 01:00.
    start = datetime(2030, 10, 27, 1, 5, tzinfo=ZoneInfo("UTC"))
    slot = camp.slots.create(starts_at=start, ends_at=start + timedelta(minutes=30), kind="sessions")
    owls = place_session(pitch=PitchFactory(camp=camp, title="Owls"), room=snug, slot=slot)
    published(camp)
    set_interest(pitch=owls.pitch, attendee=nell, level=1)
    choose_telling(attendee=nell, is_before=True, is_by_mail=False)
    at(start - timedelta(minutes=65))
    remind_soon()
    assert phone.heard == [], "it is 01:00 by the clock, the first time"
    at(start - timedelta(minutes=10))
    remind_soon()
    assert shown(phone) == [("Owls", "In 10 minutes: Snug.")]


# -- by mail ---------------------------------------------------------------------------------------------------


def test_who_asked_is_mailed_what_moved_in_one_mail_and_hosts_not_twice(camp, nell, ben, form, boardroom, slots):
    choose_telling(attendee=nell, is_before=False, is_by_mail=True)
    choose_telling(attendee=ben, is_before=False, is_by_mail=True)
    mail.outbox.clear()
    put(form, boardroom, slots[0])
    published(camp)
    to = {tuple(sent.to): sent.body for sent in mail.outbox}
    assert len(mail.outbox) == 2
    assert "Whose form?\nMoved: Boardroom, not Snug. Still Sat 14:00.\n" in to[(nell.user.email,)]
    assert "which you host, moved" in to[(ben.user.email,)]
    publish_anew(camp)
    assert len(mail.outbox) == 2


def test_what_is_above_the_limit_comes_in_one_mail(camp, nell, form, boardroom, snug, slots, monkeypatch):
    choose_telling(attendee=nell, is_before=False, is_by_mail=True)
    monkeypatch.setattr("schedule.wall.telling.count_one", lambda **_: False)
    mail.outbox.clear()
    put(form, boardroom, slots[0])
    published(camp)
    put(form, boardroom, slots[1])
    published(camp)
    assert [sent for sent in mail.outbox if nell.user.email in sent.to] == []
    monkeypatch.undo()
    tell_what_waits()
    [sent] = [sent for sent in mail.outbox if nell.user.email in sent.to]
    assert "Moved: Boardroom, Sat 15:00; not Snug, 14:00." in sent.body


def test_a_guest_without_an_address_cannot_be_mailed(camp, nell):
    nell.user.email = None
    nell.user.save()
    with pytest.raises(ValidationError, match="no e-mail address"):
        choose_telling(attendee=nell, is_before=False, is_by_mail=True)


def test_choices_are_kept_by_the_page(camp, nell):
    client, page = looks(nell), f"/{camp.slug}/my/tell/"
    client.post(f"{page}choose/", {"is_before": "on", "is_by_mail": "on"})
    row = Telling.objects.get(attendee=nell)
    assert (row.is_before, row.is_by_mail) == (True, True)
    assert client.get(page).content.decode().count("checked") == 2
    client.post(f"{page}choose/", {})
    row.refresh_from_db()
    assert (row.is_before, row.is_by_mail) == (False, False)


# -- the worker ------------------------------------------------------------------------------------------------


def test_the_service_worker_is_served_for_the_whole_site(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "worker/push" in answer.content.decode()
