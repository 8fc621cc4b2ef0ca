"""What was planned becomes rows: a few statements for each kind of thing, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.statements import as_written, marks, statement, table_of
from events import stamps
from events.models import Attendee, Room, Slot
from events.news import HOST, news_item, tell_each
from events.signals import frame_changed
from notes.models import Link
from notes.parts import parts_of
from pitches.models import Interest, Order, Pitch
from pitches.topics import keep_colours
from schedule.draft.moves import mark_many_moved
from schedule.models import Cell, Draft, Session
from schedule.wall.feeds import tell_calendars

from .outcome import Outcome, key

#: rows, and ids, in one statement; stamps take three values each
ROWS, IDS, STAMPS = 1_000, 500, 200
HOSTS = "INSERT INTO {table} (pitch_id, attendee_id) VALUES ({marks}) ON CONFLICT DO NOTHING"
ORDERS = "INSERT INTO {table} (later_id, earlier_id) VALUES ({marks}) ON CONFLICT DO NOTHING"
WISHES = "INSERT INTO {table} (pitch_id, attendee_id, level, changed_at) VALUES ({marks}) ON CONFLICT DO NOTHING"


@transaction.atomic
def write_outcome(*, outcome: Outcome, by: Attendee | None) -> None:
    """The camp is as planned, and hosts who have an account are told; but not `by`, whose import it is.

    The outcome was made of the camp as it is, which is locked.
    """
    camp, made = outcome.camp, outcome.made
    Room.objects.bulk_create(made.rooms, batch_size=ROWS)
    Slot.objects.bulk_create(made.slots, batch_size=ROWS)
    Attendee.objects.bulk_create(made.attendees, batch_size=ROWS)
    Pitch.objects.bulk_create(made.pitches, batch_size=ROWS)
    Pitch.objects.bulk_update(outcome.more_often, ["runs"], batch_size=IDS)
    if made.pitches:
        keep_colours(camp=camp)
    _insert(HOSTS, Pitch.hosts.through, [(p.pk, a.pk) for p, a in made.hosts])
    _insert(ORDERS, Order, [(a.pk, b.pk) for a, b in made.orders])
    now = as_written(timezone.now())
    wishes = [(p.pk, a.pk, level, now) for p, a, level in made.interests]
    _insert(WISHES, Interest, wishes)
    for session in made.sessions:
        session.remember()
        session.count_move(by)
    Session.objects.bulk_create(made.sessions, batch_size=ROWS)
    gone, taken = outcome.moved()
    _count_moves(outcome, gone, taken, by)
    for n in range(0, len(gone), IDS):
        Cell.objects.filter(pk__in=gone[n : n + IDS]).delete()
    Cell.objects.bulk_create(taken, batch_size=ROWS)
    Link.objects.bulk_create(
        [Link(session=s, url=url, title=_("Notes on the day"), kind=Link.Kind.DOCUMENT) for s, url in made.links],
        batch_size=ROWS,
    )
    if made.is_anything or gone or taken or outcome.more_often:
        stamps.bump(camp, stamps.FRAME, stamps.PEOPLE, stamps.CROWD, stamps.PITCHES)
    written = list({session.pk for session, _url in made.links})
    for n in range(0, len(written), STAMPS):
        stamps.bump(camp, *parts_of(written[n : n + STAMPS]))
    told = defaultdict(list)
    for pitch, host in made.hosts:
        if host.user_id is not None:
            told[host.pk].append(news_item(kind=HOST, address=pitch.get_absolute_url(), title=pitch.title))
    tell_each(told=told, by=by)
    if made.rooms or made.slots:
        frame_changed.send(sender=Outcome, camp=camp)
    led = _led_by_more(outcome)
    for n in range(0, len(led), IDS):
        tell_calendars(camp=camp, session__pitch__in=led[n : n + IDS])
    if gone or taken or led or made.orders or outcome.more_often:
        Draft.touch(camp)


def _led_by_more(outcome: Outcome) -> list[int]:
    """The pitches that were there and have another host now: no signal is sent for rows that are written as these."""
    new = {key(pitch) for pitch in outcome.made.pitches}
    return sorted({pitch.pk for pitch, _host in outcome.made.hosts if key(pitch) not in new})


def _count_moves(outcome: Outcome, gone: Sequence[int], taken: Sequence[Cell], by: Attendee | None) -> None:
    stand = {cell.session.pk for cell in taken} - {session.pk for session in outcome.made.sessions}
    fall = {outcome.standing[pk][1].pk for pk in gone} - stand
    for moved, is_off in ((sorted(stand), False), (sorted(fall), True)):
        for n in range(0, len(moved), IDS):
            mark_many_moved(ids=moved[n : n + IDS], is_off=is_off, by=by)


def _insert(text: str, model: type[Model], rows: Sequence[tuple[Any, ...]]) -> None:
    """What is there already stays as it is. Written out (raw SQL): Django takes far longer, with the lock held."""
    if rows:
        sql = statement(text, table=table_of(model), marks=marks(len(rows[0])))
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
