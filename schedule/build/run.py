"""Runs of the scheduler: start, run, take up again, take. The task runs apart from a request.

Whoever starts or takes one holds the draft, and has seen it as it is (`draft.lock`).
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from accounts.databases import DATABASE_GONE
from events import stamps
from events.models import Attendee, Camp
from pitches.wishes import renew_wishes

from ..advice import NoAnswer, compare, contradictions, reason_in_words, renew_figures, repairs
from ..draft.concerns import set_concerns
from ..draft.lock import locked_draft
from ..draft.plan import Applied, apply_plan
from ..draft.rows import read_draft
from ..draft.undo import put_back
from ..models import BuildTakenAway, Draft, GridBuild, Session, Step
from ..models.sentences import by_id
from . import border
from .costs import concern_costs
from .known import known_of
from .sketches import Sketches
from .what_if import Watch, what_it_wins

log = logging.getLogger(__name__)

#: seconds for each search that measures what a concern costs
LEAST_TO_MEASURE, MOST_TO_MEASURE = 0.05, 1.0


@transaction.atomic
def start_build(
    *,
    camp: Camp,
    seconds: float,
    seed: int = 1,
    kind: str = GridBuild.Kind.GRID,
    concerns: dict[str, int] | None = None,
    by: Attendee | None = None,
    seen_revision: int | None = None,
) -> GridBuild:
    """A worker will build the grid by these concerns, or look for repairs; one at a time for each camp."""
    draft = locked_draft(camp=camp, seen=seen_revision)
    if concerns:
        set_concerns(camp=camp, concerns=concerns)
    running = camp.grid_builds.filter(state__in=GridBuild.ACTIVE)
    # A question can be asked again: it does not hold up what is to be built.
    running.filter(kind=GridBuild.Kind.WHAT_IF).update(is_stop_asked=True)
    if found := running.exclude(kind=GridBuild.Kind.WHAT_IF).first():
        return found
    build = camp.grid_builds.create(seconds=seconds, seed=seed, kind=kind, draft_revision=draft.revision, by=by)
    # Colleagues see that one is at it.
    stamps.bump(camp, stamps.DRAFT)
    # If that fails the build waits for `take_up_left_builds`: what was done holds, and is answered so.
    transaction.on_commit(lambda: enqueue(build), robust=True)
    return build


def enqueue(build: GridBuild) -> None:
    build_grid.enqueue(build.pk)


def take_up_left_builds() -> None:
    """Builds that nobody is at and nobody will be at are begun again. Workers look for them, no page does."""
    silent_since = timezone.now() - GridBuild.PATIENCE
    for build in GridBuild.objects.filter(state__in=GridBuild.ACTIVE, seen_alive_at__lt=silent_since):
        revive(build=build)


def revive(*, build: GridBuild) -> None:
    """A build is begun again if no task is left that will; a task whose worker died is given to another as it is."""
    with transaction.atomic():
        found = GridBuild.objects.select_for_update().filter(pk=build.pk).first()
        if not found or not found.seems_dead:
            return
        tasks = DBTaskResult.objects.filter(task_path=build_grid.module_path, args_kwargs__args__0=found.pk)
        if tasks.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]).exists():
            return
        # One that was begun again and again and took its worker with it each time is not begun once more.
        is_hopeless = tasks.failed().exists()
        found.tell(state=GridBuild.State.FAILED if is_hopeless else GridBuild.State.WAITING)
    if not is_hopeless:
        enqueue(found)


@transaction.atomic
def begin_build(*, build_id: int) -> GridBuild | None:
    """The build is this worker's, and nobody else's who began it before; None: there is nothing to do."""
    build = GridBuild.objects.select_for_update(of=("self",)).select_related("camp").filter(pk=build_id).first()
    if not build or not build.is_active:
        return None
    build.tries += 1
    build.save(update_fields=["tries"])
    build.tell(state=GridBuild.State.RUNNING, elapsed=0)
    return build


def run_build(*, build: GridBuild) -> None:
    """The best grid found is on the draft, or waits to be taken if the draft or the camp changed meanwhile.

    While it runs, the best so far is its `plan`, which pages draw in the draft's place: nothing is moved before the
    end.
    Where there was a grid before, somebody takes the new one or leaves it. Repairs wait to be taken in any case:
    somebody chooses among them.
    """
    if build.kind == GridBuild.Kind.REPAIR:
        _find_repairs(build)
        return
    if build.kind == GridBuild.Kind.WHAT_IF:
        _answer(build)
        return
    camp = build.camp
    # Before the rows: what changes in between counts as changed since.
    frame = stamps.read(camp, stamps.FRAME, stamps.PITCHES)
    draft = read_draft(camp)
    wishes = renew_wishes(camp=camp)
    numbers = Draft.of(camp).numbers
    case, told = border.read_case(camp, draft=draft), border.told_problem(draft, wishes)
    score = border.draft_score(case)
    build.tell(
        state=GridBuild.State.RUNNING,
        limit=score.trivial_limit,
        wishes=score.wishes,
        is_about_wishes=bool(wishes.people),
        proved_of=[*frame, *stamps.read(camp, stamps.WISHES), border.proof_key(case)],
        pinned=sorted(found.session.pk for found in draft.standing if found.session.is_pinned),
    )
    show = Sketches(build, case, told)

    def listener(progress: border.Progress) -> bool:
        try:
            build.tell(elapsed=progress.seconds, attended=progress.attended, limit=progress.bound)
            show(progress)
            return not GridBuild.objects.filter(pk=build.pk, is_stop_asked=True).exists()
        except DATABASE_GONE as error:
            # The search needs no database; it may be back when there is a grid to write down.
            log.warning("Build %d goes on, the database is gone: %s", build.pk, error)
            connection.close()
            return True

    solution = border.best_grid(case, seconds=build.seconds, seed=build.seed, listener=listener)
    limit, alone = known_of(build, case, solution)
    build.tell(
        attended=solution.score.attended,
        limit=limit,
        told_attended=border.told_attended(told, solution.placements),
        compared=compare(told, case.placements, solution.placements).as_json() if case.placements else {},
        wishes_alone=alone,
        is_proven=solution.is_feasible and alone >= limit,
        plan=case.rows(solution.placements),
        unplaced=[
            [by_id(case.pitches[i]), reason_in_words(case, i, reason, by_wishes=bool(wishes.people))]
            for i, reason in sorted(solution.unplaced.items())
        ],
        contradiction=[] if solution.is_feasible else contradictions(case),
    )
    with transaction.atomic():
        build.tell(state=GridBuild.State.DONE, elapsed=solution.seconds, **_put_on_draft(build))
        stamps.bump(camp, stamps.DRAFT)
    # Whoever looks sees the figures of this grid, and need not wait for what is measured below.
    renew_figures(camp=camp)
    if wishes.people:
        costs = _measured_costs(build, case, told, solution.placements)
        if costs is not None:
            build.tell(costs={name: [numbers[name], cost] for name, cost in costs.items()})
            stamps.bump(camp, stamps.DRAFT)


def _put_on_draft(build: GridBuild) -> dict[str, object]:
    """What became of the plan: it is on the draft it was made for, if that is unchanged, its slots and rooms are there,
    and the camp is open.
    """
    try:
        applied = apply_plan(camp=build.camp, rows=build.plan, by=build.by, seen_revision=build.draft_revision)
    except ValidationError:
        # What contradicts itself is on no grid: there is nothing to take.
        return {"is_applied": False, "is_settled": bool(build.contradiction)}
    # Beside no grid, and beside the same, there is nothing to decide.
    return {"is_applied": True, "step": applied.step, "is_settled": not build.compared or applied.step is None}


def _measured_costs(
    build: GridBuild, case: border.Case, told: border.solver.Problem, grid: list[border.solver.Placement]
) -> dict[str, int] | None:
    """What each concern cost; None if somebody waits for a build by now, be it of another camp."""
    newer = GridBuild.objects.filter(pk__gt=build.pk, state=GridBuild.State.WAITING)
    seconds = min(MOST_TO_MEASURE, max(LEAST_TO_MEASURE, build.seconds / 20))
    return concern_costs(
        case,
        told,
        grid,
        wishes_alone=build.wishes_alone,
        seconds=seconds,
        seed=build.seed,
        is_wanted=lambda: not newer.exists(),
    )


def _find_repairs(build: GridBuild) -> None:
    build.tell(state=GridBuild.State.RUNNING)
    draft = read_draft(build.camp)
    case = border.read_case(build.camp, draft=draft, mending=True)
    wishes = renew_wishes(camp=build.camp)
    told = border.told_problem(draft, wishes)
    found = repairs(case, told, seconds=build.seconds, seed=build.seed)
    build.tell(
        state=GridBuild.State.DONE,
        is_about_wishes=bool(wishes.people),
        attended=border.draft_score(case).attended,
        elapsed=build.seconds,
        alternatives=[asdict(mending) for mending in found],
        contradiction=contradictions(case) if not found else [],
    )


def _answer(build: GridBuild) -> None:
    """What it would win is written down, or why that is not known; nothing is moved."""
    # Before the rows: what changes in between counts as changed since.
    frame = stamps.read(build.camp, stamps.FRAME, stamps.PITCHES)
    draft = read_draft(build.camp)
    wishes, watch = renew_wishes(camp=build.camp), Watch(build)
    proved_of = [*frame, *stamps.read(build.camp, stamps.WISHES)]
    won = what_it_wins(build, draft, wishes, watch)
    build.tell(
        state=GridBuild.State.DONE,
        proved_of=proved_of,
        answer={"none": won} if isinstance(won, NoAnswer) else won.as_json(),
    )


@transaction.atomic
def take_repair(*, build: GridBuild, number: int, by: Attendee) -> Applied:
    """The draft is what that repair says; returns the titles that were left out.

    What the person saw is the draft for which it was worked out: refused when the draft changed since.
    """
    if not 0 <= number < len(build.alternatives):
        raise ValidationError(_("Choose one of the repairs that are shown."))
    rows = build.alternatives[number]["rows"]
    applied = apply_plan(camp=build.camp, rows=rows, by=by, seen_revision=build.draft_revision, kind=Step.Kind.REPAIR)
    build.tell(is_applied=True)
    return applied


@transaction.atomic
def take_build(*, build: GridBuild, by: Attendee, seen_revision: int | None = None) -> Applied:
    """The draft is what the build found: it stays so, or becomes so although it had changed since."""
    if build.is_on_draft:
        build.camp.lock()
        build.tell(is_settled=True)
        stamps.bump(build.camp, stamps.DRAFT)
        return Applied([], [])
    if build.is_settled:
        raise ValidationError(_("Somebody left it meanwhile. Build again."))
    applied = apply_plan(camp=build.camp, rows=build.plan, by=by, seen_revision=seen_revision)
    build.tell(is_applied=True, is_settled=True, step=applied.step)
    stamps.bump(build.camp, stamps.DRAFT)
    return applied


@transaction.atomic
def settle_published(*, camp: Camp) -> None:
    """The draft is published, and with it the grid of a build that is on it: nobody is asked any more whether to take
    it.
    """
    camp = camp.lock()
    build = camp.grid_builds.filter(kind=GridBuild.Kind.GRID).select_related("step").first()
    if build and build.is_asking and build.is_on_draft:
        build.tell(is_settled=True)
        stamps.bump(camp, stamps.DRAFT)


@transaction.atomic
def leave_build(*, build: GridBuild, by: Attendee) -> list[Session]:
    """The draft is as it was before the build, or stays as it is where nothing of it was put there; returns what moved.

    Refused, and all stays, if somebody moved since what would go back: they are told who, and nothing is overwritten.
    """
    build.camp.lock()
    # As it is now that nobody else can take or leave it.
    found = build.camp.grid_builds.select_related("step").get(pk=build.pk)
    moved: list[Session] = []
    if found.is_on_draft and found.is_settled:
        raise ValidationError(_("Somebody took it meanwhile, so it stays. History shows it."))
    if found.is_on_draft and found.step:
        try:
            moved = put_back(camp=build.camp, step=found.step, by=by)
        except ValidationError as refused:
            stays = _("The grid stays as it is: go on from here, or have that taken back first.")
            raise ValidationError([*refused.messages, stays]) from refused
    found.tell(is_applied=False, is_settled=True)
    stamps.bump(build.camp, stamps.DRAFT)
    return moved


@transaction.atomic
def stop_build(*, build: GridBuild) -> None:
    """The search ends soon and keeps the best it has."""
    build.camp.lock()
    build.is_stop_asked = True
    build.save(update_fields=["is_stop_asked"])


@task()
def build_grid(build_id: int) -> None:
    """Builds the grid; a failure is told on the page."""
    build = begin_build(build_id=build_id)
    if build is None:
        return
    try:
        run_build(build=build)
    except BuildTakenAway:
        log.warning("Build %d was taken up by another worker, or deleted", build.pk)
    except DATABASE_GONE:
        # The worker puts it back into the queue.
        raise
    except Exception:
        if build.is_active:
            build.tell(state=GridBuild.State.FAILED)
        raise
