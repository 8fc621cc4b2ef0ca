"""Each session of one's own as an invitation by mail, for whoever asked for it (iTIP, RFC 5546 and 6047).

Calendar programs look at a subscription once in 12 to 24 hours; a mail moves the entry at once. What a calendar was
mailed last is a row, written in the transaction that queues the mail: so each change is mailed once, whoever looks and
however often. A publish has it looked at once; everything else (a title, a wish, a host) within a minute, so that who
taps there and back gets no mail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.limits import Limit, count_one
from accounts.mail import BEHIND, QUEUE, CalendarPart, send_later
from accounts.waiting import enqueue_once, is_under_way
from events.models import Attendee, Camp
from events.models.attendee import AttendeeQuerySet
from events.models.camp import CampArchived
from events.templatetags.campgrid import clock, day
from pitches.models import Interest, Pitch

from ..models import Choice, GridVersion, MailedCalendar, MailedSession
from .feeds import feed_placements, of_days, where_they_go
from .gathering import mails_wait
from .ical import CANCEL, REQUEST, Item, Placed, Told, invitation
from .own import Own

#: what is above it is mailed later: nothing is lost, the next look finds it
TO_ONE_ADDRESS = Limit("session-mail-address", 60, timedelta(hours=1))
#: people in one task: in between goes the mail that somebody waits for
AT_ONCE = 20


class Due(NamedTuple):
    """What somebody's calendar is to be mailed of a session."""

    person: Attendee
    placed: Placed
    told: Told
    #: what it was mailed last
    row: MailedSession | None
    method: str


@transaction.atomic
def start_mails(*, attendee: Attendee) -> MailedCalendar:
    """The sessions that the person hosts or chose are mailed to them from now on; refused without an address."""
    camp = attendee.camp.lock()
    if attendee.user is None or not attendee.user.email:
        raise ValidationError(_("There is no e-mail address to send to yet. Keep your place with one, then come back."))
    calendar, _is_new = MailedCalendar.objects.update_or_create(attendee=attendee, defaults={"is_on": True})
    enqueue_once(mail_sessions, camp.pk)
    return calendar


@transaction.atomic
def stop_mails(*, attendee: Attendee) -> None:
    """The person gets no more of these mails, in an archived camp neither."""
    attendee.camp.lock(archived=True)
    MailedCalendar.objects.filter(attendee=attendee).update(is_on=False)


def who_asked(camp: Camp) -> AttendeeQuerySet:
    """Those who are in the camp and get mails, in one order; of a practice copy nobody gets any."""
    people = camp.attendees.none() if camp.is_practice else camp.attendees.present()
    asked = people.filter(mailed_calendar__is_on=True, user__email__isnull=False)
    return asked.select_related("user", "mailed_calendar").order_by("pk")


def due(camp: Camp, people: Iterable[Attendee]) -> Iterator[Due]:
    """What these people's calendars do not know yet, the soonest first. The same number of queries for any number, and
    only sessions are read that are theirs, or were.
    """
    people = list(people)
    version = GridVersion.latest(camp) if people else None
    if version is None:
        return
    days, known = _days_of(people), _known(people)
    placements = feed_placements(version, of_days(days.values(), *known))
    theirs: dict[int, set[int]] = defaultdict(set)
    for person in people:
        for session in where_they_go(placements, person, *days[person.pk]):
            theirs[session].add(person.pk)
    by_pk, now = {person.pk: person for person in people}, timezone.now()
    for placed in sorted(placements, key=lambda placed: placed.starts_at):
        wanted, rows = theirs.get(placed.session, set()), known.get(placed.session, {})
        if max([placed.ends_at, *(row.ends_at for row in rows.values())]) <= now:
            continue
        # Once for all whom it concerns: there are many of them, and mostly nothing is due.
        told = Told.of(camp, placed).with_link()
        place = told.place_in_time()
        for pk in sorted(wanted | rows.keys()):
            row = rows.get(pk)
            is_wanted = pk in wanted and not told.is_cancelled
            if method := _method(placed, place, row, is_wanted=is_wanted, now=now):
                yield Due(by_pk[pk], placed, told, row, method)


def _days_of(people: list[Attendee]) -> dict[int, tuple[Own, set[int]]]:
    """By person what they wished and chose, and which pitches they host: three queries for any number."""
    wishes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    choices: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    led: dict[int, set[int]] = defaultdict(set)
    wished = Interest.objects.filter(attendee__in=people)
    for person, pitch, level in wished.values_list("attendee_id", "pitch_id", "level"):
        wishes[person].append((pitch, level))
    chosen = Choice.objects.filter(attendee__in=people)
    for person, session, goes in chosen.values_list("attendee_id", "session_id", "goes"):
        choices[person].append((session, goes))
    for person, pitch in Pitch.hosts.through.objects.filter(attendee__in=people).values_list("attendee_id", "pitch_id"):
        led[person].add(pitch)
    return {p.pk: (Own(tuple(wishes[p.pk]), tuple(choices[p.pk])), led[p.pk]) for p in people}


def _known(people: list[Attendee]) -> dict[int, dict[int, MailedSession]]:
    """By session, and by person, what these people's calendars were mailed last."""
    known: dict[int, dict[int, MailedSession]] = defaultdict(dict)
    for row in MailedSession.objects.filter(attendee__in=people):
        known[row.session_id][row.attendee_id] = row
    return known


def _method(placed: Placed, place: str, row: MailedSession | None, *, is_wanted: bool, now: datetime) -> str:
    """What is to be mailed; empty: nothing, since the calendar knows it or it is over."""
    known = row.told if row else ""
    end = max(placed.ends_at, row.ends_at) if row and known else placed.ends_at
    if end <= now:
        return ""
    if is_wanted:
        return REQUEST if known != place else ""
    return CANCEL if known else ""


@transaction.atomic
def mail_person(*, camp: Camp, attendee: Attendee) -> None:
    """Their calendar was mailed all that it did not know, up to a limit; what that holds back is found later.

    Each change is mailed once: what was mailed is read and written with the camp held (row lock).
    """
    camp = camp.lock()
    for found in due(camp, who_asked(camp).filter(pk=attendee.pk)):
        if found.person.user is None or not count_one(limit=TO_ONE_ADDRESS, who=found.person.user.email or ""):
            return
        _mail(camp, found, str(found.person.user.email))


def _mail(camp: Camp, found: Due, address: str) -> None:
    person, placed, told, before, method = found
    row = before or MailedSession(attendee=person, session_id=placed.session)
    is_new = not row.told
    # Higher than in any mail before, and never below what subscriptions are told.
    row.sequence = max(placed.sequence, row.sequence + 1 if before else 0)
    row.told, row.ends_at = told.place_in_time() if method == REQUEST else "", placed.ends_at
    row.save()
    page = settings.SITE_URL + reverse("session_detail", args=[camp.slug, placed.session])
    item = Item(row.key, row.sequence, timezone.now(), page, told)
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    with timezone.override(camp.tz):
        when = f"{day(placed.starts_at)}, {clock(placed.starts_at)}"
        subject, sentence = _words(camp, told, when, is_new=is_new, is_closed=placed.is_closed, method=method)
        lines = [told.summary, f"{when}–{clock(placed.ends_at)}", told.where]
    send_later(
        subject=subject,
        body="\n\n".join([sentence, "\n".join(lines), page, _how_it_ends(camp, person.mailed_calendar)]),
        to=[address],
        calendar=CalendarPart(method, invitation(camp, item, method=method, sender=sender, receiver=address)),
        is_behind=True,
    )


def _words(camp: Camp, told: Told, when: str, *, is_new: bool, is_closed: bool, method: str) -> tuple[str, str]:
    """The subject, and the first sentence."""
    facts = {"title": told.summary, "when": when, "camp": camp}
    if told.is_cancelled:
        # Its title says so.
        return _("%(title)s: %(when)s") % facts, _("This session of %(camp)s will not be.") % facts
    if method == CANCEL:
        subject = _("Not in your plan any more: %(title)s, %(when)s") % facts
        return subject, _("You do not host this session of %(camp)s, or want to be at it, any more.") % facts
    if is_new:
        return _("%(title)s: %(when)s") % facts, _("You host this session of %(camp)s, or want to be at it.") % facts
    subject = _("Changed: %(title)s, %(when)s") % facts
    if is_closed:
        text = _(
            "The room of this session of %(camp)s is closed then. Where it goes instead is told as soon as it is known."
        )
        return subject, text % facts
    return subject, _("Something about this session of %(camp)s is different now. This is how it stands.") % facts


def _how_it_ends(camp: Camp, calendar: MailedCalendar) -> str:
    page = settings.SITE_URL + reverse("schedule:mails_stop", args=[camp.slug, calendar.key])
    return _(
        "You get this because you asked for your sessions by mail. No answer is read. This page stops these mails:\n\n"
        "%(page)s\n\nWhere you are not signed in it asks for this code:\n\n    %(code)s\n"
    ) % {"page": page, "code": calendar.codes[0]}


@task(queue_name=QUEUE, priority=BEHIND)
def mail_sessions(camp_id: int, after: int = 0) -> None:
    """Whoever asked has in their calendar what is published now; `after` is the last attendee that was looked at."""
    camp = Camp.objects.filter(pk=camp_id, archived_at=None).first()
    if camp is None:
        return
    people = list(who_asked(camp).filter(pk__gt=after)[:AT_ONCE])
    for pk in sorted({found.person.pk for found in due(camp, people)}):
        try:
            mail_person(camp=camp, attendee=next(person for person in people if person.pk == pk))
        except (CampArchived, Camp.DoesNotExist):
            # Somebody put it into the archive, or deleted it, at this moment.
            return
    if len(people) == AT_ONCE:
        mail_sessions.enqueue(camp_id, people[-1].pk)


def mail_soon(camp: Camp) -> None:
    """A worker looks at once what is to be mailed; where each change is out at once, when the organisers pause."""
    if who_asked(camp).exists() and not mails_wait(camp):
        enqueue_once(mail_sessions, camp.pk)


def mail_what_changed() -> None:
    """A worker mails what nobody had mailed: titles, wishes and hosts change without a publish."""
    asked = MailedCalendar.objects.filter(is_on=True).values("attendee__camp")
    for camp in Camp.objects.filter(pk__in=asked, archived_at=None).not_over():
        # Where a worker is at it what it leaves is found by the next look. That is the cheap question, so the first.
        if is_under_way(mail_sessions, camp.pk) or not any(due(camp, who_asked(camp))):
            continue
        if not mails_wait(camp):
            mail_sessions.enqueue(camp.pk)
