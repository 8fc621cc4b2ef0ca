"""What moved is told to devices and by mail, and what is about to begin to devices: to whoever asked, by a worker.

A worker looks after each publish, and now and then for what could not be told. Who has a device in hand holds it for a
while (lease): two workers do not tell it the same, and what one of them leaves is told by another. A message stands for
what was told of the same session before, at the service (Topic) and on the device (tag).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.http import mailed_address
from accounts.limits import count_one
from accounts.mail import BEHIND, QUEUE, WAITS, send_later
from accounts.waiting import enqueue_once, is_under_way
from events.http import addresses
from events.models import Attendee, Camp
from events.news import MAILED_TO_ONE_ADDRESS
from pitches.models import hosts_of

from ..models import Device, GridVersion, Placement, Reminder, Telling
from .gathering import mails_wait
from .marks import SharedEntry, marks_of
from .own import own_of
from .push import Answer, Message, Said, public_key, refuse_endpoint, refuse_keys, send, topic_of
from .unseen import Move, moves_since, seen_by, tracks_of
from .whys import why_in_words

#: stands in the session of whoever is signed in: devices that were added by it go with it
SIGN_IN = "devices"
#: before a session begins
BEFORE = timedelta(minutes=10)
#: of one person at once; more are told as a number
MOST_AT_ONCE = 3
#: people in one task: in between goes the mail that somebody waits for
AT_ONCE = 20


class Turn:
    """How long one task may work: a service that does not answer holds up no mail."""

    LONGEST = 10.0

    def __init__(self) -> None:
        self._end = time.monotonic() + self.LONGEST

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._end


# -- devices -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_device(*, attendee: Attendee, endpoint: str, p256dh: str, auth: str, name: str, sign_in: str) -> Device:
    """The device is told from now on; of nobody else's, who had it before. What moved until now is told no more."""
    attendee.camp.lock()
    refuse_endpoint(endpoint)
    refuse_keys(p256dh, auth)
    # A browser that was passed on.
    Device.objects.filter(endpoint=endpoint).exclude(attendee__user=attendee.user_id).delete()
    others = attendee.devices.exclude(endpoint=endpoint)
    if others.count() >= Device.MOST:
        raise ValidationError(_("Ten devices are told already. Take one away first."))
    device, _is_new = Device.objects.update_or_create(
        attendee=attendee,
        endpoint=endpoint,
        defaults={
            "p256dh": p256dh,
            "auth": auth,
            "vapid": public_key(),
            "name": name[:60],
            "language": get_language() or settings.LANGUAGE_CODE,
            "sign_in": sign_in,
            "told_at": timezone.now(),
            "tries": 0,
            "next_try_at": None,
        },
    )
    return device


@transaction.atomic
def remove_devices(*, devices: QuerySet[Device]) -> None:
    """They are told nothing more, and nothing of them is kept."""
    devices.delete()


@transaction.atomic
def move_device(*, earlier: str, endpoint: str, p256dh: str, auth: str) -> None:
    """The browser changed its address: whoever knows the earlier one says so. It is told at the new one."""
    refuse_endpoint(earlier)
    refuse_endpoint(endpoint)
    refuse_keys(p256dh, auth)
    rows = Device.objects.select_for_update().filter(endpoint=earlier)
    for device in rows.order_by("pk"):
        Device.objects.filter(attendee=device.attendee_id, endpoint=endpoint).delete()
        device.endpoint, device.p256dh, device.auth = endpoint, p256dh, auth
        device.save(update_fields=["endpoint", "p256dh", "auth"])


@transaction.atomic
def choose_telling(*, attendee: Attendee, is_before: bool, is_by_mail: bool) -> Telling:
    """They are told these from now on; by mail only where they have an address."""
    attendee.camp.lock()
    if is_by_mail and not (attendee.user and attendee.user.email):
        raise ValidationError(_("There is no e-mail address to send to yet. Keep your place with one, then come back."))
    row = Telling.objects.filter(attendee=attendee).first() or Telling(attendee=attendee)
    if is_by_mail and not row.is_by_mail:
        row.mailed_at = timezone.now()
    row.is_before, row.is_by_mail = is_before, is_by_mail
    row.save()
    return row


@transaction.atomic
def stop_telling(*, attendee: Attendee) -> None:
    """They are told nothing more, and asked for nothing, also if they come back."""
    remove_devices(devices=attendee.devices.all())
    Telling.objects.filter(attendee=attendee).delete()


# -- what moved --------------------------------------------------------------------------------------------


def tell_soon(camp: Camp) -> None:
    """A worker looks at once who is to be told what moved; by mail once the organisers pause, where each change is out
    at once.
    """
    if _devices(camp).exists():
        enqueue_once(push_moves, camp.pk)
    if _by_mail(camp).exists() and not mails_wait(camp):
        enqueue_once(mail_moves, camp.pk)


def tell_what_waits() -> None:
    """A worker tells what could not be told when it was published, be it that the task of then failed over another."""
    for camp in Camp.objects.filter(attendees__devices__isnull=False, archived_at=None).distinct().not_over():
        changed_at = tracks_of(camp).changed_at
        if changed_at and _due(camp, changed_at).exists() and not is_under_way(push_moves, camp.pk):
            push_moves.enqueue(camp.pk)
    for camp in Camp.objects.filter(attendees__telling__is_by_mail=True, archived_at=None).distinct().not_over():
        changed_at = tracks_of(camp).changed_at
        is_behind = changed_at and _by_mail(camp).filter(telling__mailed_at__lt=changed_at).exists()
        if is_behind and not mails_wait(camp) and not is_under_way(mail_moves, camp.pk):
            mail_moves.enqueue(camp.pk)


def _devices(camp: Camp) -> QuerySet[Device]:
    """Of those who are in; of a practice copy none is told anything."""
    if camp.is_practice:
        return Device.objects.none()
    return Device.objects.filter(attendee__in=camp.attendees.present(), attendee__camp__archived_at=None)


def _by_mail(camp: Camp) -> QuerySet[Attendee]:
    if camp.is_practice:
        return camp.attendees.none()
    return camp.attendees.present().filter(telling__is_by_mail=True, user__email__isnull=False)


def _due(camp: Camp, changed_at: datetime) -> QuerySet[Device]:
    """Those that were not told up to that change, and that nobody has in hand."""
    free = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    return _devices(camp).filter(free, told_at__lt=changed_at)


@task(queue_name=QUEUE, priority=BEHIND)
def push_moves(camp_id: int, after: int = 0) -> None:
    """The devices of the camp were told what moved; `after` is the last that was looked at."""
    camp = Camp.objects.filter(pk=camp_id, archived_at=None).first()
    changed_at = tracks_of(camp).changed_at if camp else None
    if camp is None or changed_at is None:
        return
    ids = list(_due(camp, changed_at).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    turn = Turn()
    for pk in ids:
        _push_to(camp, changed_at, pk)
        if turn.is_over or (pk == ids[-1] and len(ids) == AT_ONCE):
            push_moves.enqueue(camp_id, pk)
            return


def _push_to(camp: Camp, changed_at: datetime, pk: int) -> None:
    # Whoever changes the row has the device in hand (compare and swap).
    if not _due(camp, changed_at).filter(pk=pk).update(next_try_at=timezone.now() + Device.LEASE):
        return
    device = Device.objects.select_related("attendee__user").filter(pk=pk).first()
    if device is None:
        # Taken away at this very moment.
        return
    device.attendee.camp = camp
    with override(device.language), timezone.override(camp.tz):
        since = max(device.told_at, seen_by(device.attendee))
        moves = [move for move in moves_since(since, device.attendee) if not (move.is_hosted and move.is_withdrawn)]
        for message in _messages(camp, moves):
            answer = send(device, message)
            if answer.said is not Said.TAKEN:
                break
        else:
            answer = Answer(Said.TAKEN)
    _note_answer(device, answer, told_at=changed_at)


def _note_answer(device: Device, answer: Answer, *, told_at: datetime) -> None:
    rows = Device.objects.filter(pk=device.pk)
    if answer.said is Said.GONE:
        remove_devices(devices=rows)
    elif answer.said is Said.LATER and device.tries < len(WAITS):
        wait = max(WAITS[device.tries], answer.wait or timedelta())
        rows.update(tries=device.tries + 1, next_try_at=timezone.now() + wait)
    else:
        rows.update(told_at=told_at, tries=0, next_try_at=None)


def _messages(camp: Camp, moves: list[Move]) -> list[Message]:
    if len(moves) > MOST_AT_ONCE:
        text = ngettext("%(count)s of your sessions changed.", "%(count)s of your sessions changed.", len(moves))
        until = max(move.ends_at for move in moves)
        body = text % {"count": len(moves)}
        page = reverse("schedule:my_interests", args=[camp.slug])
        return [Message(camp.name, body, page, topic_of(camp.pk, 0), until)]
    return [
        Message(
            camp.name if move.is_withdrawn else move.title,
            move_in_words(move),
            reverse("schedule:my_interests", args=[camp.slug]) if move.is_withdrawn else move.address,
            topic_of(camp.pk, move.session),
            move.ends_at,
        )
        for move in moves
    ]


def move_in_words(move: Move) -> str:
    """As the banner says it, in plain text and without its title."""
    return f"{_place_in_words(move)} {why_in_words(move.why)}" if move.why else _place_in_words(move)


def _place_in_words(move: Move) -> str:
    facts = {"room": move.place.room, "at": move.at, "was": move.was}
    if move.is_withdrawn:
        return _("One of the sessions you wanted was withdrawn. It was to be in %(room)s, %(at)s.") % facts
    if move.is_gone:
        return _("Cancelled. It was to be in %(room)s, %(at)s.") % facts
    if move.before is None:
        return _("On the grid again: %(room)s, %(at)s.") % facts
    if move.is_same_time:
        return _("Moved: %(room)s, not %(was)s. Still %(at)s.") % facts
    if move.is_same_room:
        return _("Moved: %(at)s, not %(was)s. Still in %(room)s.") % facts
    return _("Moved: %(room)s, %(at)s; not %(was)s.") % facts


# -- by mail -----------------------------------------------------------------------------------------------


@task(queue_name=QUEUE, priority=BEHIND)
def mail_moves(camp_id: int, after: int = 0) -> None:
    """Whoever asked was mailed what moved, in one mail; `after` is the last attendee that was looked at."""
    camp = Camp.objects.filter(pk=camp_id, archived_at=None).first()
    changed_at = tracks_of(camp).changed_at if camp else None
    if camp is None or changed_at is None:
        return
    due = _by_mail(camp).filter(telling__mailed_at__lt=changed_at, pk__gt=after)
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        mail_person_moves(camp=camp, changed_at=changed_at, attendee_id=pk)
    if len(ids) == AT_ONCE:
        mail_moves.enqueue(camp_id, ids[-1])


@transaction.atomic
def mail_person_moves(*, camp: Camp, changed_at: datetime, attendee_id: int) -> None:
    """All that moved and they have not seen is mailed, once; what they host is mailed by their news."""
    rows = Telling.objects.select_for_update(of=("self",)).select_related("attendee__user")
    row = rows.filter(attendee=attendee_id, is_by_mail=True, mailed_at__lt=changed_at).first()
    if row is None or row.attendee.user is None or not row.attendee.user.email:
        return
    person, address = row.attendee, row.attendee.user.email
    person.camp = camp
    with timezone.override(camp.tz):
        since = max(row.mailed_at, seen_by(person))
        moves = [move for move in moves_since(since, person) if not move.is_hosted]
        if moves:
            # What is above the limit waits, and comes in one mail.
            if not count_one(limit=MAILED_TO_ONE_ADDRESS, who=address):
                return
            subject = _("Your day at %(camp)s changed") % {"camp": camp}
            send_later(subject=subject, body=_body(camp, moves), to=[address], is_behind=True)
    row.mailed_at = changed_at
    row.save(update_fields=["mailed_at"])


def _body(camp: Camp, moves: Iterable[Move]) -> str:
    # Of what was withdrawn no title is told.
    told = [f"{move.title}\n{move_in_words(move)}\n{settings.SITE_URL}{move.address}" for move in moves]
    page = mailed_address(reverse("schedule:tell_me", args=[camp.slug]))
    end = _("You get this because you asked to be told when a session of yours moves. Here you stop it:\n\n%(page)s")
    return "\n\n".join([*told, end % {"page": page}]) + "\n"


# -- ten minutes before ------------------------------------------------------------------------------------


def remind_soon() -> None:
    """Where something begins in ten minutes and somebody asked for it, a worker tells it."""
    asked = Device.objects.filter(attendee__telling__is_before=True).values("attendee__camp")
    for camp in Camp.objects.filter(pk__in=asked, archived_at=None):
        if _beginning(camp).exists() and not is_under_way(push_reminders, camp.pk):
            push_reminders.enqueue(camp.pk)


def _beginning(camp: Camp) -> QuerySet[Placement]:
    """What begins within ten minutes and has not begun."""
    latest, now = GridVersion.latest(camp), timezone.now()
    if latest is None:
        return Placement.objects.none()
    coming = latest.placements.filter(is_cancelled=False, starts_at__gt=now, starts_at__lte=now + BEFORE)
    return coming.filter(session__pitch__withdrawn_at=None)


@task(queue_name=QUEUE, priority=BEHIND)
def push_reminders(camp_id: int, after: int = 0) -> None:
    """Devices of whoever asked were told what of theirs begins in ten minutes, each once."""
    camp = Camp.objects.filter(pk=camp_id, archived_at=None).first()
    rows = list(_beginning(camp).select_related("session__pitch", "version")) if camp else []
    if camp is None or not rows:
        return
    entries = _entries(rows)
    devices = _devices(camp).filter(attendee__telling__is_before=True, pk__gt=after).select_related("attendee__user")
    chunk = list(devices.order_by("pk")[:AT_ONCE])
    turn = Turn()
    for device in chunk:
        device.attendee.camp = camp
        marks = marks_of(entries, device.attendee, own_of(device.attendee))
        for row in rows:
            if (mark := marks.get(row.session_id)) and not mark.is_instead:
                _remind(camp, device, row)
        if turn.is_over or (device is chunk[-1] and len(chunk) == AT_ONCE):
            push_reminders.enqueue(camp_id, device.pk)
            return


def _entries(rows: list[Placement]) -> list[SharedEntry]:
    """With them what runs at the same time: who goes to one of several is told of that one."""
    beside = Q(starts_at__lt=max(row.ends_at for row in rows), ends_at__gt=min(row.starts_at for row in rows))
    around = rows[0].version.placements.filter(beside, is_cancelled=False, session__pitch__withdrawn_at=None)
    found = list(around.select_related("session"))
    hosts = hosts_of({row.session.pitch_id for row in found})
    return [
        SharedEntry(
            row.session_id,
            row.session.pitch_id,
            tuple(host.id for host in hosts.get(row.session.pitch_id, ())),
            row.starts_at,
            row.ends_at,
        )
        for row in found
    ]


def _remind(camp: Camp, device: Device, row: Placement) -> None:
    """Told once of this place and time; what the service does not take waits for the next look.

    It is written down once it is told: a worker that is killed in between has it told again, and the second message
    stands for the first (Topic).
    """
    told: dict[str, Any] = {"device": device, "session": row.session, "starts_at": row.starts_at}
    if Reminder.objects.filter(**told).exists():
        return
    with override(device.language), timezone.override(camp.tz):
        answer = send(device, _reminder(camp, row))
    if answer.said is Said.GONE:
        remove_devices(devices=Device.objects.filter(pk=device.pk))
    elif answer.said is not Said.LATER:
        Reminder.objects.get_or_create(**told)


def _reminder(camp: Camp, row: Placement) -> Message:
    minutes = max(1, round((row.starts_at - timezone.now()).total_seconds() / 60))
    text = ngettext("In %(count)s minute: %(room)s.", "In %(count)s minutes: %(room)s.", minutes)
    body = text % {"count": minutes, "room": row.room_name}
    address = addresses("session_detail", camp)(row.session_id)
    return Message(row.session.title, body, address, topic_of(camp.pk, row.session_id), row.starts_at)


def old_reminders(now: datetime) -> QuerySet[Reminder]:
    """Of no use to anybody any more."""
    return Reminder.objects.filter(starts_at__lt=now - timedelta(days=1))


def idle_devices(now: datetime) -> QuerySet[Device]:
    """Of camps that are over for a week: they are told nothing more."""
    return Device.objects.filter(attendee__camp__ends_on__lt=(now - timedelta(days=7)).date())
