"""A host who is not here is called: on their next page, by mail and on their devices; they answer with one tap.

Whoever is there may offer to lead the session meanwhile. What is sent by push is told by a worker (`push_call`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_tasks import task

from accounts.mail import QUEUE
from events import stamps
from events.models import Attendee, Camp
from events.news import CALLED, CANNOT, COMING, COULD_LEAD, is_mailed, take_news_back, tell
from pitches.models import Pitch

from ..models import Device, HostCall, LeadOffer, Session
from ..wall.push import Message, Said, is_offered, send, topic_of
from ..wall.telling import remove_devices

#: nobody is called twice within it
PAUSE = timedelta(minutes=1)
#: after a session ended nobody has to answer any more
A_WHILE = timedelta(hours=1)


@transaction.atomic
def call_host(*, session: Session, host: Attendee, by: Attendee) -> HostCall:
    """The host reads on their next page that they are missed, gets a mail if they have an address, and is told on each
    device that they asked to be told on. Called again, an earlier answer counts no more.
    """
    camp = session.camp.lock()
    if not session.pitch.hosts.filter(pk=host.pk).exists():
        raise ValidationError(_("%(name)s does not host this session any more."), params={"name": host})
    now, ends_at = timezone.now(), _ends_at(session)
    if ends_at and ends_at <= now:
        raise ValidationError(_("“%(title)s” is over: nobody is called to it any more."), params={"title": session})
    known = HostCall.objects.filter(session=session, host=host).first()
    if known and now - known.called_at < PAUSE and not known.answer:
        raise ValidationError(_("%(name)s was called just now. Give them a minute."), params={"name": host})
    devices = host.devices.count() if is_offered() else 0
    said = {
        "by": by,
        "called_at": now,
        "is_mailed": is_mailed(person=host, by=by),
        "devices": devices,
        "answer": HostCall.Answer.NONE,
        "answered_at": None,
    }
    call, _is_new = HostCall.objects.update_or_create(session=session, host=host, defaults=said)
    session.camp = camp
    tell(
        people=[host],
        kind=CALLED,
        by=by,
        address=call_address(session),
        ends_at=ends_at,
        of=session.pitch.get_absolute_url(),
        title=session.title,
        place=_place(session),
        # Called again it is told anew, and mailed, though the first call waits for its answer still.
        called_at=now.isoformat(),
    )
    if devices:
        transaction.on_commit(lambda: push_call.enqueue(call.pk), robust=True)
    _let_pages_say(session)
    return call


@transaction.atomic
def answer_call(*, call: HostCall, answer: str, by: Attendee) -> HostCall:
    """Whoever called is told whether the host comes, unless they wrote it down themselves."""
    session = call.session
    session.camp.lock()
    call = HostCall.objects.select_related("by", "host").get(pk=call.pk)
    call.session = session
    if answer not in (HostCall.Answer.COMING, HostCall.Answer.CANNOT):
        raise ValidationError(_("Choose one of the two answers."))
    take_news_back(people=[call.host_id], kind=CALLED, address=call_address(session))
    if call.answer == answer:
        return call
    call.answer, call.answered_at = answer, timezone.now()
    call.save(update_fields=["answer", "answered_at"])
    people, kind = [call.by] if call.by else [], COMING if answer == HostCall.Answer.COMING else CANNOT
    _tell_of(session, people, kind, by)
    _let_pages_say(session)
    return call


@transaction.atomic(savepoint=False)
def end_calls(*, pitch: Pitch) -> None:
    """Whoever was called and hosts it no more is not missed any more; nor is anybody, of what is withdrawn."""
    calls = HostCall.objects.filter(session__pitch=pitch)
    if pitch.is_open:
        calls = calls.exclude(host__in=pitch.hosts.all())
    for call in calls.select_related("session__camp"):
        take_news_back(people=[call.host_id], kind=CALLED, address=call_address(call.session))


@transaction.atomic
def offer_lead(*, session: Session, by: Attendee) -> LeadOffer:
    """The organiser who called the host reads that somebody could lead the session, and can hand it over."""
    session.camp.lock()
    if not is_leader_sought(session):
        raise ValidationError(_("Nobody is looked for: its host is there, or on the way."))
    if session.pitch.hosts.filter(pk=by.pk).exists():
        raise ValidationError(_("You host it already."))
    offer, is_new = LeadOffer.objects.get_or_create(session=session, attendee=by)
    if is_new:
        callers = Attendee.objects.filter(pk__in=session.calls.values("by")).present()
        _tell_of(session, callers, COULD_LEAD, by)
    return offer


def _tell_of(session: Session, people: Iterable[Attendee], kind: str, by: Attendee) -> None:
    """Of the page on which they can go on; it goes with the text of the pitch."""
    address, page = desk_address(session), session.pitch.get_absolute_url()
    tell(people=people, kind=kind, by=by, address=address, ends_at=_ends_at(session), of=page, title=session.title)


@transaction.atomic
def take_offer_back(*, session: Session, attendee: Attendee) -> None:
    """They are not proposed any more."""
    session.camp.lock()
    LeadOffer.objects.filter(session=session, attendee=attendee).delete()


def is_leader_sought(session: Session) -> bool:
    """Whether a host was called, does not come as far as anybody knows, and still hosts it."""
    calls = HostCall.objects.filter(session=session, host__in=session.pitch.hosts.all())
    # Of nearly all sessions nobody was called: one query.
    if not calls.exclude(answer=HostCall.Answer.COMING).exists():
        return False
    ends_at = _ends_at(session)
    return ends_at is None or ends_at + A_WHILE >= timezone.now()


def call_address(session: Session) -> str:
    return reverse("schedule:call_answer", args=[session.camp.slug, session.pk])


def desk_address(session: Session) -> str:
    return reverse("schedule:session_repair", args=[session.camp.slug, session.pk], query={"why": "host"})


def _ends_at(session: Session) -> datetime | None:
    cells = session.cells.select_related("slot").order_by("-slot__ends_at")
    last = cells.first()
    return last.slot.ends_at if last else None


def _place(session: Session) -> str:
    place = Session.objects.with_place().get(pk=session.pk).place
    if place is None:
        return "–"
    place.slot.camp = session.camp
    return str(place)


def _let_pages_say(session: Session) -> None:
    """Pages of the session say by now whether somebody is looked for."""
    stamps.bump(session.camp, stamps.notes_of(session.pk))


@task(queue_name=QUEUE)
def push_call(call_id: int) -> None:
    """Each device of the host was told, unless they answered meanwhile."""
    rows = HostCall.objects.select_related("session__pitch", "session__camp", "host")
    call = rows.filter(pk=call_id, answer=HostCall.Answer.NONE, session__camp__archived_at=None).first()
    if call is None:
        return
    camp = call.session.camp
    for device in _devices_of(camp, call.host):
        device.attendee.camp = camp
        with override(device.language), timezone.override(camp.tz):
            answer = send(device, _message(call))
        if answer.said is Said.GONE:
            remove_devices(devices=Device.objects.filter(pk=device.pk))


def _devices_of(camp: Camp, host: Attendee) -> QuerySet[Device]:
    rows = Device.objects.filter(attendee=host, attendee__in=camp.attendees.present())
    return rows.select_related("attendee__user").order_by("pk")


def _message(call: HostCall) -> Message:
    until = max(_ends_at(call.session) or timezone.now(), timezone.now() + PAUSE)
    body = _("You are missed: %(place)s. Say whether you come.") % {"place": _place(call.session)}
    return Message(call.session.title, body, call_address(call.session), topic_of("call", call.pk), until)
