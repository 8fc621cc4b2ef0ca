"""What people do with pitches. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.databases import waiting_no_longer_than
from accounts.statements import Written, as_written, changed_by, found_by, marks, statement, table_of
from events import stamps
from events.caching import digest
from events.joining import write_down
from events.long_text import LONGEST, length_of
from events.models import Attendee, Camp, Slot
from events.news import HOST, NO_HOST, RETURNED, WITHDRAWN, forget_news, tell
from events.roles import remove_attendee

from .models import Interest, LastTap, Pitch, Sight
from .order import join_orders, open_orders, put_after, refuse_circle
from .signals import pitch_changed, pitch_merged, pitch_returned, pitch_split, pitch_withdrawn, standing_asked
from .standing import NOT_FOR_ME, standing_of, told_as
from .topics import keep_colours

#: what the form of a pitch says; the other columns are written by others, whose writing must not be undone
FORM_FIELDS = ["title", "about", "topic", "kind", "length", "needs", "rather"]


class Saved(NamedTuple):
    """A pitch as it is now, and what came of saving it."""

    pitch: Pitch
    #: ids of those who host it by a name alone and were not in the camp before
    wrote_down: tuple[int, ...] = ()
    #: a session of it is off the draft: it takes two slots by now, and they are not free where it stood
    has_come_off: bool = False
    #: others changed its hosts or its order since the page was made, and those stay
    is_contested: bool = False


@transaction.atomic
def submit_pitch(
    *,
    pitch: Pitch,
    by: Attendee,
    hosts: Iterable[Attendee] = (),
    not_in: Iterable[Slot] = (),
    after: Iterable[Pitch] = (),
    on_behalf_of: str = "",
) -> Saved:
    """The pitch is on the board. `on_behalf_of` is the name of somebody who has no phone at hand."""
    pitch.camp = by.camp.lock()
    pitch.proposed_by = by
    if not pitch.camp.takes_pitches_of(by):
        raise ValidationError(_("Pitching is closed. Talk to an organiser: there may be a gap to fill."))
    pitch.full_clean()
    pitch.save()
    brought, wrote_down = _written_down(pitch.camp, on_behalf_of)
    pitch.hosts.set([*hosts, *brought])
    _tell_hosts(pitch, before=set(), by=by)
    pitch.not_in.set(not_in)
    put_after(pitch=pitch, earlier=after)
    keep_colours(camp=pitch.camp)
    stamps.bump(pitch.camp, stamps.PITCHES)
    return Saved(pitch, wrote_down)


@transaction.atomic
def save_pitch(
    *,
    pitch: Pitch,
    hosts: Iterable[Attendee],
    not_in: Iterable[Slot],
    by: Attendee | None,
    after: Iterable[Pitch] | None = None,
    on_behalf_of: str = "",
) -> Saved:
    """The pitch is as given, with these hosts, and comes after those it builds on; without `after` as before.

    Whoever became a host by it, or is none any more, is told so.
    """
    pitch.camp.lock()
    _hold_open(pitch)
    before, topic = set(pitch.hosts.all()), Pitch.objects.values_list("topic", flat=True).get(pk=pitch.pk)
    stood = _standing(pitch)
    brought, wrote_down = _written_down(pitch.camp, on_behalf_of)
    with _grids_told(pitch):
        pitch.save(update_fields=FORM_FIELDS)
        pitch.hosts.set([*hosts, *brought])
        _tell_hosts(pitch, before=before, by=by)
        pitch.not_in.set(not_in)
        if after is not None:
            put_after(pitch=pitch, earlier=after)
    if pitch.topic != topic:
        keep_colours(camp=pitch.camp, renamed=(topic, pitch.topic))
    stamps.bump(pitch.camp, stamps.PITCHES)
    return Saved(pitch, wrote_down, has_come_off=_standing(pitch) < stood)


@transaction.atomic
def rename_pitch(*, pitch: Pitch, title: str) -> None:
    """It is called that from now on, wherever it stands; all else stays as others may be writing it."""
    pitch.camp.lock()
    _hold_open(pitch)
    pitch.title = title
    pitch.save(update_fields=["title"])
    stamps.bump(pitch.camp, stamps.PITCHES)


@transaction.atomic
def split_pitch(*, pitch: Pitch, title: str, by: Attendee) -> Pitch:
    """Two pitches where one was: the second, of this title, has its hosts, and everybody who wants the first wants it.

    One that took two slots in a row takes the first of them, and the second one the other. What was a must stays one
    of the first alone: nobody has more of them by it.
    """
    pitch.camp.lock()
    _hold_open(pitch)
    pitch.refresh_from_db(fields=FORM_FIELDS)
    was_double = pitch.length == 2
    same = {name: getattr(pitch, name) for name in ("topic", "kind", "needs", "rather")}
    part = Pitch(camp=pitch.camp, proposed_by=by, title=title, **same)
    part.full_clean()
    part.save()
    part.hosts.set(pitch.hosts.all())
    _tell_hosts(part, before=set(), by=by)
    part.not_in.set(pitch.not_in.all())
    put_after(pitch=part, earlier=pitch.after.all())
    Interest.objects.bulk_create(
        # When it was tapped stays: splitting is nobody's tap.
        Interest(pitch=part, attendee_id=attendee, level=Interest.Level.INTERESTED, changed_at=at, since=since)
        for attendee, at, since in pitch.interests.values_list("attendee_id", "changed_at", "since")
    )
    if was_double:
        with _grids_told(pitch):
            pitch.length = 1
            pitch.save(update_fields=["length"])
        pitch_split.send(sender=Pitch, pitch=pitch, part=part, by=by)
    keep_colours(camp=pitch.camp)
    stamps.bump(pitch.camp, stamps.PITCHES)
    return part


@transaction.atomic
def put_right(
    *,
    pitch: Pitch,
    left: str,
    wrote_down: Collection[int],
    hosts: Iterable[Attendee],
    not_in: Iterable[Slot],
    by: Attendee,
    after: Iterable[Pitch],
    on_behalf_of: str = "",
) -> Saved:
    """The pitch is as whoever submitted it types it now; hosts and order that others changed since it was `left` like
    that (`what_hangs_on`) stay.

    Whom that page wrote down (ids) is not in the camp any more if it was under a name that is put right.
    """
    pitch.camp.lock()
    is_changed = what_hangs_on(pitch) != left
    if is_changed:
        saved = save_pitch(pitch=pitch, hosts=list(pitch.hosts.all()), not_in=not_in, by=by)
    else:
        saved = save_pitch(pitch=pitch, hosts=hosts, not_in=not_in, by=by, after=after, on_behalf_of=on_behalf_of)
    for person in pitch.camp.attendees.written_down().filter(pk__in=wrote_down, pitches=None):
        remove_attendee(attendee=person)
    # Those who stay are as they were left by this page.
    still = pitch.hosts.written_down().filter(pk__in=wrote_down).values_list("pk", flat=True)
    return saved._replace(wrote_down=(*still, *saved.wrote_down), is_contested=is_changed)


def what_hangs_on(pitch: Pitch) -> str:
    """Who hosts it and what it comes after: a mark of both."""
    hosts, earlier = pitch.hosts.order_by("pk"), pitch.camp.pitches.filter(before=pitch).order_by("pk")
    return digest(*(list(rows.values_list("pk", flat=True)) for rows in (hosts, earlier)))


def _written_down(camp: Camp, name: str) -> tuple[list[Attendee], tuple[int, ...]]:
    """Who is to host and has no phone at hand, if anybody; and their id, if they were not in the camp until now."""
    if not name.strip():
        return [], ()
    before = set(camp.attendees.written_down().values_list("pk", flat=True))
    person = write_down(camp=camp, display_name=name)
    return [person], () if person.pk in before else (person.pk,)


def _standing(pitch: Pitch) -> int:
    """How many sessions of it stand on the draft."""
    return sum(int(count or 0) for _receiver, count in standing_asked.send(sender=Pitch, pitch=pitch))


def _tell_hosts(pitch: Pitch, *, before: set[Attendee], by: Attendee | None) -> None:
    """Nobody becomes a host without knowing it."""
    now, address = set(pitch.hosts.all()), pitch.get_absolute_url()
    tell(people=now - before, kind=HOST, by=by, address=address, title=pitch.title)
    tell(people=before - now, kind=NO_HOST, by=by, address=address, title=pitch.title)


def _hold_open(pitch: Pitch) -> None:
    """Nobody else changes the pitch until the transaction ends (row lock); one that is off the board is refused."""
    # No key changes: a tap of interest need not wait.
    if not Pitch.objects.select_for_update(no_key=True).open().filter(pk=pitch.pk).exists():
        raise ValidationError(_("The pitch was withdrawn or merged meanwhile. Look at the board again."))


@contextmanager
def _grids_told(pitch: Pitch) -> Iterator[None]:
    """Whoever makes grids of it has heard, if the block changed what a grid depends on; a new title is no reason."""
    before = _grid_facts(pitch)
    yield
    if _grid_facts(pitch) != before:
        pitch_changed.send(sender=Pitch, pitch=pitch)


def _grid_facts(pitch: Pitch) -> list[object]:
    length, needs, rather = Pitch.objects.values_list("length", "needs", "rather").get(pk=pitch.pk)
    related = (pitch.hosts, pitch.not_in, pitch.after)
    return [length, set(needs), rather, *(set(rows.values_list("pk", flat=True)) for rows in related)]


@transaction.atomic
def withdraw_pitch(*, pitch: Pitch, by: Attendee | None) -> None:
    """The pitch is off the board, and its sessions off the draft of the grid; its hosts are told, but not `by`."""
    pitch.camp.lock()
    _hold_open(pitch)
    pitch.withdraw()
    pitch_withdrawn.send(sender=Pitch, pitch=pitch)
    tell(people=pitch.hosts.all(), kind=WITHDRAWN, by=by, address=pitch.get_absolute_url(), title=pitch.title)
    stamps.bump(pitch.camp, stamps.PITCHES, stamps.TAKEN)


@transaction.atomic
def return_pitch(*, pitch: Pitch, seen: str, by: Attendee | None) -> None:
    """The withdrawn pitch is on the board again, and on the draft where its cells are still free; its hosts are told.

    `seen` is its `withdrawal` as the person saw it: refused if somebody did something about it since, or if it is gone
    because it was merged; and if others come after each other by now so that it would come after itself.
    """
    pitch.camp.lock()
    pitch.refresh_from_db(fields=["withdrawn_at", "merged_into"])
    if pitch.is_open:
        raise ValidationError(_("“%(title)s” is on the board already."), params={"title": pitch})
    if pitch.merged_into_id or not pitch.withdrawal or pitch.withdrawal != seen:
        raise ValidationError(_("“%(title)s” was changed meanwhile. It stays off the board."), params={"title": pitch})
    pitch.withdrawn_at = None
    pitch.save(update_fields=["withdrawn_at"])
    # What is withdrawn holds nothing up: others were put in order without it.
    refuse_circle(pitch.camp, open_orders(pitch.camp), pitch.pk)
    pitch_returned.send(sender=Pitch, pitch=pitch)
    tell(people=pitch.hosts.all(), kind=RETURNED, by=by, address=pitch.get_absolute_url(), title=pitch.title)
    keep_colours(camp=pitch.camp)
    stamps.bump(pitch.camp, stamps.PITCHES)


@transaction.atomic
def empty_pitch(*, pitch: Pitch) -> None:
    """The pitch says nothing any more, and is off the board: whoever wrote it was erased. In an archived camp, too."""
    pitch.camp.lock(archived=True)
    was_open = pitch.is_open
    # Anew, if it was withdrawn before: an empty pitch is not put back by an "Undo" of that time.
    pitch.withdraw()
    if was_open:
        pitch_withdrawn.send(sender=Pitch, pitch=pitch, archived=True)
    pitch.title, pitch.about, pitch.topic, pitch.import_key, pitch.rather = "–", "", "", "", Pitch.Rather.ANY
    pitch.save(update_fields=["title", "about", "topic", "import_key", "rather"])
    forget_news(camp=pitch.camp, address=pitch.get_absolute_url())
    stamps.bump(pitch.camp, stamps.PITCHES, stamps.TAKEN)


@transaction.atomic
def host_idea(*, pitch: Pitch, attendee: Attendee) -> None:
    """The idea has a host; the second to offer is told who was first."""
    pitch.camp.lock()
    _hold_open(pitch)
    first = pitch.hosts.first()
    if first is not None and first != attendee:
        raise ValidationError(_("%(name)s hosts it already. Ask them to make you a co-host."), params={"name": first})
    with _grids_told(pitch):
        pitch.hosts.add(attendee)
    stamps.bump(pitch.camp, stamps.PITCHES)


@transaction.atomic
def merge_pitches(*, source: Pitch, target: Pitch, by: Attendee | None) -> Saved:
    """One pitch with the hosts and the interest of both; the old address leads to it, and hosts are told. Of the source
    for itself nothing is told any more, as if it were withdrawn.
    """
    source.camp.lock()
    if source.pk == target.pk:
        raise ValidationError(_("Choose another pitch: one cannot be merged with itself."))
    rows = {p.pk: p for p in Pitch.objects.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk")}
    source, target = rows[source.pk], rows[target.pk]
    if source.camp_id != target.camp_id or not (source.is_open and target.is_open):
        raise ValidationError(_("One of the two is withdrawn or merged already. Look at the board again."))
    # Of the two one place stays, or however many the target has.
    stood = max(_standing(target), min(1, _standing(source)))
    before = set(target.hosts.all())
    target.hosts.add(*source.hosts.all())
    _tell_hosts(target, before=before, by=by)
    target.not_in.add(*source.not_in.all())
    join_orders(source=source, target=target)
    wishes = [
        # When it was tapped stays: a merge is nobody's tap.
        Interest(pitch=target, attendee_id=attendee, level=level, changed_at=at, since=since)
        for attendee, level, at, since in source.interests.values_list("attendee_id", "level", "changed_at", "since")
    ]
    Interest.objects.bulk_create(wishes, ignore_conflicts=True)
    musts = source.interests.filter(level=Interest.Level.MUST).values("attendee_id")
    target.interests.filter(attendee_id__in=musts).update(level=Interest.Level.MUST)
    if source.about and source.about not in target.about:
        target.about = f"{target.about}\n\n{source.title}\n\n{source.about}".strip()
        # Cut off, what somebody wrote would be lost.
        if length_of(target.about) > LONGEST:
            raise ValidationError(
                _("Together the two texts are longer than %(most)s characters. Shorten one of them, then merge."),
                params={"most": LONGEST},
            )
    target.needs = sorted({*target.needs, *source.needs})
    target.length = max(target.length, source.length)
    # Of two wishes for a time that of the pitch that stays; one alone is kept.
    target.rather = target.rather or source.rather
    target.save(update_fields=["about", "needs", "length", "rather"])
    source.interests.all().delete()
    source.merged_into = target
    source.save(update_fields=["merged_into"])
    # What was merged into the source earlier leads on in one step.
    Pitch.objects.filter(merged_into=source).update(merged_into=target)
    pitch_merged.send(sender=Pitch, source=source, target=target)
    # What of its sessions could not go along tells nothing of it any more: nobody could change or withdraw that.
    source.withdraw()
    stamps.bump(target.camp, stamps.PITCHES, stamps.TAKEN)
    return Saved(target, has_come_off=_standing(target) < stood)


class Tapped(NamedTuple):
    """What stands after a tap: in which pitch, and as which `Interest.Level`; 0 for none."""

    pitch: Pitch
    level: int
    #: why it is less than was tapped
    problem: str = ""
    #: the part of it that is the same for all such taps
    why: str = ""


class Tap(NamedTuple):
    """Which tap of a device it is: a later one has a higher number."""

    device: str
    number: int


class TapIsOld(ValidationError):
    """A newer tap of the device was taken before: this one was held up on its way, and changes nothing."""


@transaction.atomic
def set_interest(*, pitch: Pitch, attendee: Attendee, level: int, tap: Tap | None = None) -> Tapped:
    """The attendee's interest is exactly `level`; 0 is none, `NOT_FOR_ME` that they want none. Setting it twice changes
    nothing (idempotent, upsert).

    Merged at this moment, the tap is about the pitch it became part of: whatever was said of that one is never lost,
    so "interested" leaves a must there. A must beyond the limit counts as interested, and `problem` says so: refused,
    it would take the interest along that was tapped before it.

    A `tap` is taken only if its device did none that is newer: however late an old one comes, the last state stands.
    One that was taken before, whose answer was lost, is told what stands now: another device may have tapped since.
    """
    if not pitch.camp.takes_interest:
        raise ValidationError(_("Interest is closed."))
    is_in_turn, problem, why = tap is None or _take_turn(tap, pitch), "", ""
    # The pitch before the person, as a merge holds them, which tells hosts (lock order).
    if is_in_turn and level == Interest.Level.MUST and (tap or _is_held_open(pitch)):
        problem, why = _too_many_musts(pitch, attendee)
        level = Interest.Level.INTERESTED if problem else level
    if is_in_turn and _write_standing(pitch, attendee, level):
        return Tapped(pitch, level, problem, why)
    now = Pitch.open_in(pitch.camp, pitch.pk)
    if now is None:
        raise ValidationError(_("The pitch was withdrawn."))
    if tap and not is_in_turn and now == pitch:
        return _what_stands(pitch, attendee, level, tap)
    if now == pitch:
        # There was none to take back.
        return Tapped(pitch, 0)
    return carry_interest(pitch=now, attendee=attendee, level=level, tap=tap)


@transaction.atomic
def carry_interest(*, pitch: Pitch, attendee: Attendee, level: int, tap: Tap | None = None) -> Tapped:
    """As `set_interest`, by a tap on a pitch that is part of this one now: "interested" leaves a must as it is."""
    said = Interest.objects.filter(pitch=pitch, attendee=attendee).values_list("level", flat=True).first() or 0
    # What was not for them was the other one: of this one they said nothing by it.
    level = said if level == NOT_FOR_ME else max(level, said) if level else 0
    return set_interest(pitch=pitch, attendee=attendee, level=level, tap=tap)


def _what_stands(pitch: Pitch, attendee: Attendee, level: int, tap: Tap) -> Tapped:
    """After a tap that was taken before; refused where its device did a newer one."""
    if not LastTap.objects.filter(device=tap.device, number=tap.number).exists():
        raise TapIsOld(_("You tapped there again since."))
    stands = told_as(dict(standing_of(attendee)).get(pitch.pk, 0))
    is_less = (level, stands) == (Interest.Level.MUST, Interest.Level.INTERESTED)
    return Tapped(pitch, stands, *(_too_many_musts(pitch, attendee) if is_less else ()))


def _take_turn(tap: Tap, pitch: Pitch) -> bool:
    """The pitch is on the board, held as by `_is_held_open`, and this is the newest tap of its device so far."""
    sql = statement(
        "INSERT INTO {taps} (device, number, taken_at) SELECT %s, %s, %s {is_open} ON CONFLICT (device) "
        "DO UPDATE SET number = EXCLUDED.number, taken_at = EXCLUDED.taken_at WHERE {taps}.number < EXCLUDED.number",
        taps=table_of(LastTap),
        is_open=_that_is_open(),
    )
    return changed_by(sql, [tap.device, tap.number, as_written(timezone.now()), pitch.pk, pitch.camp_id]) > 0


def _write_standing(pitch: Pitch, attendee: Attendee, level: int) -> bool:
    """What somebody says of a pitch, as `_write_interest` answers."""
    if level > 0:
        # An interest goes before what was not for them once: `standing_of`.
        return _write_interest(pitch, attendee, level)
    if not level:
        is_written = _write_interest(pitch, attendee, 0)
        return _take_back_decline(pitch, attendee) > 0 or is_written
    _write_interest(pitch, attendee, 0)
    sql = statement(
        "INSERT INTO {sights} (pitch_id, attendee_id, seen_at, declined_at) SELECT id, %s, %s, %s {is_open} "
        "ON CONFLICT (pitch_id, attendee_id) DO UPDATE SET declined_at = EXCLUDED.declined_at",
        sights=table_of(Sight),
        is_open=_that_is_open(),
    )
    now = as_written(timezone.now())
    return changed_by(sql, [attendee.pk, now, now, pitch.pk, pitch.camp_id]) > 0


def _take_back_decline(pitch: Pitch, attendee: Attendee) -> int:
    # Written out for the same reason as in `_write_interest`.
    sql = statement(
        "UPDATE {sights} SET declined_at = NULL WHERE attendee_id = %s AND pitch_id = %s AND declined_at IS NOT NULL",
        sights=table_of(Sight),
    )
    return changed_by(sql, [attendee.pk, pitch.pk])


def _write_interest(pitch: Pitch, attendee: Attendee, level: int) -> bool:
    """False: nothing was written, since the pitch is open no more, or nothing was there to delete."""
    # Written out, as what a tap reads is (raw SQL): it is what a hall full of phones does at once. The pitch is held by
    # the same statement.
    is_open = _that_is_open()
    interests = table_of(Interest)
    if not level:
        sql = statement(
            "DELETE FROM {interests} WHERE attendee_id = %s AND pitch_id = (SELECT id {is_open})",
            interests=interests,
            is_open=is_open,
        )
        return changed_by(sql, [attendee.pk, pitch.pk, pitch.camp_id]) > 0
    sql = statement(
        "INSERT INTO {interests} (pitch_id, attendee_id, level, changed_at, since) "
        "SELECT id, %s, %s, %s, %s {is_open} ON CONFLICT (pitch_id, attendee_id) "
        "DO UPDATE SET level = EXCLUDED.level, changed_at = EXCLUDED.changed_at",
        interests=interests,
        is_open=is_open,
    )
    now = as_written(timezone.now())
    return changed_by(sql, [attendee.pk, level, now, now, pitch.pk, pitch.camp_id]) > 0


def _that_is_open() -> Written:
    """The end of a statement about a pitch on the board, which it holds (row lock): a merge counts what was tapped
    before it, and what is tapped after it finds the pitch merged. Taps do not wait for each other.
    """
    return statement(
        "FROM {pitches} WHERE id = %s AND camp_id = %s AND withdrawn_at IS NULL AND merged_into_id IS NULL{held}",
        pitches=table_of(Pitch),
        held=_held(),
    )


def _held() -> Written:
    """The end of a statement that holds the pitches it reads, and no key of theirs; SQLite has one writer anyhow."""
    return Written(" FOR KEY SHARE" if connection.vendor == "postgresql" else "")


def _is_held_open(pitch: Pitch) -> bool:
    """The pitch is on the board, and part of no other until the transaction ends."""
    return bool(found_by(statement("SELECT id {is_open}", is_open=_that_is_open()), [pitch.pk, pitch.camp_id]))


def _too_many_musts(pitch: Pitch, attendee: Attendee) -> tuple[str, str]:
    """Why this cannot be one more, said of this pitch and of any; empty: it can, or is a must already."""
    # Two devices of one person count one after the other; nobody else waits for this row, a merge neither.
    Attendee.objects.select_for_update(no_key=True).get(pk=attendee.pk)
    musts = attendee.interests.filter(level=Interest.Level.MUST, pitch__in=Pitch.objects.open())
    titles, most = dict(musts.values_list("pitch_id", "pitch__title")), pitch.camp.musts_each
    # Sent twice, or fewer are allowed since: whoever has it keeps it.
    if len(titles) < most or pitch.pk in titles:
        return "", ""
    title = Pitch.objects.values_list("title", flat=True).get(pk=pitch.pk)
    why = _("This camp has no musts.")
    if most:
        text = ngettext(
            "You have %(most)s must: %(titles)s. Take %(back)s back for another one.",
            "You have %(most)s musts: %(titles)s. Take %(back)s back for another one.",
            len(titles),
        )
        told = ", ".join(f"“{one}”" for one in [*titles.values()][:5])
        # Fewer may be allowed by now than somebody has.
        why = text % {"most": len(titles), "titles": told, "back": len(titles) - most + 1}
    return _("“%(title)s” counts as interested.") % {"title": title} + f" {why}", why


def mark_seen(*, attendee: Attendee, pitch_ids: Iterable[int], patience: timedelta | None = None) -> None:
    """The pitches are no longer new to the attendee; where none was, nothing is written, and nobody waited for. With
    `patience` others are waited for no longer than that.
    """
    ids = set(pitch_ids)
    unseen = ids - set(Sight.objects.filter(attendee=attendee, pitch__in=ids).values_list("pitch_id", flat=True))
    if not unseen:
        return
    # As a tap writes (raw SQL): the pitches are held by the same statement, so that none goes before this is written
    # down, and nobody who looks waits for another (row lock). In one order, as a merge holds them.
    sql = statement(
        "INSERT INTO {sights} (pitch_id, attendee_id, seen_at) "
        "SELECT id, %s, %s FROM {pitches} WHERE id IN ({ids}) ORDER BY id{held} ON CONFLICT DO NOTHING",
        sights=table_of(Sight),
        pitches=table_of(Pitch),
        ids=marks(len(unseen)),
        held=_held(),
    )
    with waiting_no_longer_than(patience) if patience else nullcontext(), transaction.atomic():
        changed_by(sql, [attendee.pk, as_written(timezone.now()), *sorted(unseen)])
