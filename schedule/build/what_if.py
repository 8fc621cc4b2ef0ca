"""What one more room or slot would win: a search of the camp with it, as long as that of the camp as it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from django.db import connection
from django.utils import timezone

from accounts.databases import DATABASE_GONE
from events.few import FEW, in_steps
from events.models import ADJOINING, Camp, Room, Slot
from events.shifting import by_day
from pitches.wishes import Wishes

from .. import solver
from ..advice import NoAnswer, Won
from ..draft.rows import DraftRows
from ..models import GridBuild
from . import border

log = logging.getLogger(__name__)

#: the id of what is only thought to be there
THOUGHT = -1


@dataclass(frozen=True, slots=True)
class Question:
    """One more room like one that is there (its id), or one more slot at the end of a day: one of the two."""

    room: int | None = None
    day: date | None = None

    def as_json(self) -> dict[str, Any]:
        return {"room": self.room} if self.day is None else {"day": self.day.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(data.get("room"), date.fromisoformat(data["day"]) if "day" in data else None)


def slots_thought_of(camp: Camp, slots: list[Slot]) -> dict[date, Slot]:
    """By day, the slot that could follow its last one for sessions: as long, after the same pause, not saved.

    What is for everybody after that is taken to move on. A day has none that runs into the next, or on which it would
    have begun already.
    """
    for_sessions = [slot for slot in slots if slot.is_for_sessions]
    found: dict[date, Slot] = {}
    for day, of_day in by_day(camp, for_sessions):
        last = of_day[-1]
        pause = last.starts_at - of_day[-2].ends_at if len(of_day) > 1 else timedelta()
        start = last.ends_at + (pause if pause <= ADJOINING else timedelta())
        slot = Slot(pk=THOUGHT, camp=camp, starts_at=start, ends_at=start + (last.ends_at - last.starts_at))
        is_free = not any(other.starts_at < slot.ends_at and other.ends_at > last.ends_at for other in for_sessions)
        if is_free and not (camp.is_running and slot.starts_at <= timezone.now()):
            found[day] = slot
    return found


def with_it(draft: DraftRows, question: Question) -> DraftRows | None:
    """The same rows with what is thought of among them; None if what it is thought to be like is gone."""
    if question.day is None:
        example = next((room for room in draft.rooms if room.pk == question.room), None)
        if example is None:
            return None
        room = Room(
            pk=THOUGHT,
            camp=draft.camp,
            name=example.name,
            capacity=example.capacity,
            features=example.features,
            building=example.building,
            online_url=example.online_url,
        )
        return replace(draft, rooms=[*draft.rooms, room])
    slot = slots_thought_of(draft.camp, draft.slots).get(question.day)
    if slot is None:
        return None
    kept = [s for s in draft.slots if s.is_for_sessions or s.ends_at <= slot.starts_at or s.starts_at >= slot.ends_at]
    return replace(draft, slots=sorted([*kept, slot], key=lambda one: one.starts_at))


@dataclass(frozen=True, slots=True)
class _Side:
    """The camp as it is, or with what is thought of: what was found, and what is known of it."""

    case: border.Case
    told: solver.Problem
    grid: list[solver.Placement]
    #: no grid meets more wishes; and so many one is known to meet
    limit: int
    alone: int

    @property
    def waiting(self) -> int:
        return len(self.case.pitches) - len({p.session for p in self.grid})


class Watch:
    """Tells how far it is with all searches, and whether somebody asked to stop."""

    def __init__(self, build: GridBuild) -> None:
        self.build, self.is_stopped = build, False
        #: how many there are, and how many of them are done
        self.searches, self.done = 1, 0

    def __call__(self, progress: border.Progress) -> bool:
        try:
            self.build.tell(elapsed=(self.done * self.build.seconds + progress.seconds) / self.searches)
            self.is_stopped = GridBuild.objects.filter(pk=self.build.pk, is_stop_asked=True).exists()
        except DATABASE_GONE as error:
            # The search needs no database; it may be back when there is an answer to write down.
            log.warning("Build %d goes on, the database is gone: %s", self.build.pk, error)
            connection.close()
        return not self.is_stopped

    @property
    def why_none(self) -> NoAnswer:
        return NoAnswer.STOPPED if self.is_stopped else NoAnswer.CONTRADICTION


def what_it_wins(build: GridBuild, draft: DraftRows, wishes: Wishes, watch: Watch) -> Won | NoAnswer:
    """The answer to the build's question, or why there is none.

    Compared with the last build's grid, if that was found of this very camp in as long a search; else with what a
    search of the camp as it is finds now.
    """
    bigger = with_it(draft, Question.from_json(build.question))
    if bigger is None:
        return NoAnswer.GONE
    case, told = border.read_case(draft.camp, draft=draft), border.told_problem(draft, wishes)
    now = _of_last_build(build, case, told)
    if now is None:
        watch.searches = 2
        now = _searched(build, case, told, watch)
    if now is None:
        return watch.why_none
    case, told = border.read_case(draft.camp, draft=bigger), border.told_problem(bigger, wishes)
    then = _searched(build, case, told, watch, known=now)
    if then is None or watch.is_stopped:
        return watch.why_none
    more = in_steps(_met(then)) - in_steps(_met(now))
    return Won(
        more=more,
        waited=now.waiting,
        waits=then.waiting,
        # What is told never contradicts itself: hosts count in what is proved, and in no number that is told.
        beyond=max(in_steps(max(0, then.limit - now.alone)), more, 0) + FEW,
        is_best=then.alone >= then.limit,
        is_about_wishes=bool(wishes.people),
    )


def _met(side: _Side) -> int:
    return solver.score(side.told, side.grid).attended


def _of_last_build(build: GridBuild, case: border.Case, told: solver.Problem) -> _Side | None:
    last = (
        build.camp.grid_builds.filter(
            kind=GridBuild.Kind.GRID,
            state=GridBuild.State.DONE,
            seconds=build.seconds,
            is_stop_asked=False,
            proved_of__3=border.proof_key(case),
        )
        .exclude(plan=[])
        .first()
    )
    if last is None:
        return None
    grid = case.placements_of(last.plan)
    return _Side(case, told, grid, last.limit, last.wishes_alone) if border.holds(case, grid) else None


def _searched(
    build: GridBuild, case: border.Case, told: solver.Problem, watch: Watch, known: _Side | None = None
) -> _Side | None:
    """The best grid found, or the one that is `known` if that is better; None if pins and rules contradict."""
    solution = border.best_grid(case, seconds=build.seconds, seed=build.seed, listener=watch)
    watch.done += 1
    if not solution.is_feasible:
        return None
    grid, alone = solution.placements, solution.wishes_alone
    if known is not None:
        alone = max(alone, known.alone)
        if border.holds(case, found := case.placements_of(known.case.rows(known.grid))) and _value(
            case, found
        ) > _value(case, grid):
            grid = found
    return _Side(case, told, grid, max(solution.bound, alone), alone)


def _value(case: border.Case, grid: list[solver.Placement]) -> float:
    """In wishes, by the camp's concerns."""
    score = solver.score(case.problem, grid)
    return score.attended - score.soft_cost(case.problem)
