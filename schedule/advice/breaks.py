"""What a draft breaks, and which pins and rules cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.clocks import on_the_clock
from events.models import Attendee
from events.models.frame import feature_name

from .. import solver
from ..build.border import Case
from ..models.sentences import by_id
from ..solver import rules


@dataclass(frozen=True, slots=True)
class Break:
    """One rule broken on the draft, in words, and the sessions it concerns (ids)."""

    sentence: str
    session_ids: tuple[int, ...]


def broken_rules(case: Case) -> list[Break]:
    """What the draft breaks, each with the names and times people need to mend it."""
    return [break_in_words(case, broken) for broken in solver.broken_rules(unpinned(case.problem), case.placements)]


def contradictions(case: Case) -> list[str]:
    """The smallest set of pins and rules that cannot hold together, in words; empty when all can.

    To be kept, so they name pitches by id.
    """
    try:
        found = solver.contradiction(case.solvable)
    except (ImportError, ValueError):
        # Without OR-tools, or for a camp too large for it, the reasons of each session must do.
        return []
    pinned = {cause.sessions for cause in found or () if cause.rule is rules.pin_is_kept}
    return [
        _cause_in_words(case, cause)
        for cause in found or ()
        if cause.sessions not in pinned or cause.rule is rules.pin_is_kept
    ]


def _cause_in_words(case: Case, cause: solver.Cause) -> str:
    """What is asked of these sessions. Kept, so it names pitches by id, and no host."""
    titles = [by_id(case.pitches[i]) for i in cause.sessions]
    sessions = [case.solvable.sessions[i] for i in cause.sessions]
    things = sessions if cause.room is None else [case.solvable.rooms[cause.room]]
    slots = frozenset[int]().union(*(thing.unavailable for thing in things))
    pins = [(session.pin_room, session.pin_slot) for session in sessions[:1]]
    place = [
        *(case.rooms[room].name for room, _slot in pins if room is not None),
        *(str(case.slots[slot]) for _room, slot in pins if slot is not None),
    ]
    return _(cause.sentence) % {
        "titles": _(AND).join(f"“{title}”" for title in titles),
        "earlier": titles[0] if titles else "",
        "later": titles[-1] if titles else "",
        "room": case.rooms[cause.room].name if cause.room is not None else "",
        "times": ", ".join(time_of(case, slot) for slot in sorted(slots)),
        "needs": ", ".join(feature_name(code) for code in sorted({c for s in sessions for c in s.features})),
        "place": ", ".join(place),
    }


def unpinned(problem: solver.Problem) -> solver.Problem:
    """A pin says where a session stays, not where it may be put by hand."""
    sessions = (replace(s, pin_slot=None, pin_room=None) if _is_pinned(s) else s for s in problem.sessions)
    return replace(problem, sessions=tuple(sessions))


def _is_pinned(session: solver.Session) -> bool:
    return session.pin_slot is not None or session.pin_room is not None


A_DAY = timedelta(days=1)
#: broken by two that run at the same time
AT_ONCE = (rules.host_in_two_rooms, rules.cell_given_twice)
#: between two titles
AND = gettext_noop(" and ")
#: why a slot is not to be had, which only the border knows
IS_AWAY = gettext_noop("At %(time)s %(names)s cannot be there to host %(titles)s.")
HAS_BEGUN = gettext_noop("%(time)s has begun: %(titles)s cannot start then.")


def break_in_words(case: Case, broken: solver.Broken) -> Break:
    """What is wrong, who and where: what people need to mend it."""
    sessions = (case.sessions.get(p) for p in broken.placements)
    return Break(break_sentence(case, broken), tuple(session.pk for session in sessions if session))


def break_sentence(
    case: Case, broken: solver.Broken, say: Callable[[str], str] = _, times: Mapping[int, str] | None = None
) -> str:
    """The same without the sessions.

    `say` puts a constant into the reader's language, and `times` has what `time_of` says of each slot: given by whoever
    says the same few hundreds of times.
    """
    titles = say(AND).join(dict.fromkeys(f"“{case.pitches[p.session].title}”" for p in broken.placements))
    first, last = broken.placements[0], broken.placements[-1]
    text, slot, names = broken.sentence, last.slot, _names(case, broken.hosts, broken)
    if broken.rule in AT_ONCE:
        # Both run from when the later one begins.
        slot = max(p.slot for p in broken.placements)
    elif broken.rule is rules.room_is_open:
        slot = _first_of(case, last, case.problem.rooms[last.room].unavailable)
    elif broken.rule is rules.host_is_available:
        slot = _first_of(case, last, case.problem.sessions[last.session].unavailable)
        away = _away(case, last.session, slot)
        text = IS_AWAY if away else HAS_BEGUN if slot in case.begun else text
        names = _names(case, away, broken)
    lacks = case.problem.sessions[last.session].features - case.problem.rooms[last.room].features
    return say(text) % {
        "titles": titles,
        "names": names,
        "earlier": case.pitches[first.session].title,
        "later": case.pitches[last.session].title,
        "time": times[slot] if times else time_of(case, slot),
        "room": case.rooms[last.room].name,
        "needs": ", ".join(feature_name(code) for code in sorted(lacks)),
        "from": case.rooms[first.room].building or case.rooms[first.room].name,
        "to": case.rooms[last.room].building or case.rooms[last.room].name,
    }


def time_of(case: Case, slot: int) -> str:
    """03:00, by the clocks of the camp; with the day, where the camp has several."""
    row = case.slots[slot]
    local = timezone.localtime(row.starts_at, row.camp.tz)
    first, last = case.slots[0].starts_at, case.slots[-1].starts_at
    is_one_day = last - first < A_DAY and case.slots[0].day == case.slots[-1].day
    return on_the_clock(local) if is_one_day else f"{date_format(local, 'D')} {on_the_clock(local)}"


def _first_of(case: Case, p: solver.Placement, slots: frozenset[int]) -> int:
    """The first of these slots that the running takes."""
    return next((slot for slot in case.problem.span(p.session, p.slot) if slot in slots), p.slot)


def _away(case: Case, session: int, slot: int) -> frozenset[int]:
    """The hosts (positions) of a session who are not there in that slot."""
    hosts = case.problem.sessions[session].hosts
    return frozenset(host for host in hosts if case.slots[slot].pk in case.away.get(case.attendees[host], ()))


def _names(case: Case, hosts: frozenset[int], broken: solver.Broken) -> str:
    if not hosts:
        return ""
    wanted = {case.attendees[host] for host in hosts}
    people: dict[int, Attendee] = {
        h.pk: h for p in broken.placements for h in case.pitches[p.session].known_hosts if h.pk in wanted
    }
    return ", ".join(people[pk].display_name for pk in sorted(people))
