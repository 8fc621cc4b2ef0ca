"""Plan B is kept, dropped, brought back, and changed over to: the draft becomes plan B, and plan B what the draft was.

Whoever does one of these has seen which plan B there is, and where the draft is concerned that, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp

from ..models import PlanB, Session, Step, Stood
from .lock import locked_draft
from .plan_b import Lost, PlanBRows, places_of, read_plan_b, runs_then
from .rows import read_draft
from .steps import record_step
from .undo import put_there


class ChangedOver(NamedTuple):
    """What changing over to plan B moved, and what of it found no place."""

    moved: list[Session]
    lost: list[Lost]
    step: Step | None


@transaction.atomic
def keep_plan_b(*, camp: Camp, seen_revision: int, seen_plan: int | None, by: Attendee | None) -> PlanB:
    """The grid as it stands now is plan B; the one before, if there was one, can be brought back."""
    locked_draft(camp=camp, seen=seen_revision)
    old = _seen(camp, seen_plan)
    rows = read_draft(camp)
    if not rows.standing:
        raise ValidationError(_("Nothing is on the grid yet: there is nothing to keep."))
    places = places_of(rows)
    if old and old.places == places:
        raise ValidationError(_("Plan B is this very grid already."))
    return _put_away(camp, places, old, by)


@transaction.atomic
def drop_plan_b(*, camp: Camp, seen_plan: int) -> PlanB:
    """No plan B is there any more; what is on the board stays. It can be brought back."""
    camp.lock()
    plan = _seen(camp, seen_plan)
    if plan is None:
        raise ValidationError(_("There is no plan B any more."))
    plan.drop()
    return plan


@transaction.atomic
def bring_back_plan_b(*, camp: Camp, plan: int, instead_of: int | None = None) -> PlanB:
    """A plan B that was dropped is the camp's again; `instead_of` is the one that was kept in its place. Refused if
    another was kept since.
    """
    camp.lock()
    found: PlanB | None = camp.plans_b.filter(pk=plan).first()
    if found is None:
        raise ValidationError(_("That plan B is gone for good."))
    kept = PlanB.of(camp)
    if kept and kept.pk == found.pk:
        return found
    if kept and kept.pk != instead_of:
        raise ValidationError(_("Another plan B was kept since. That one stays."))
    _lay(camp, kept, found)
    return found


@transaction.atomic
def change_over(*, camp: Camp, seen_revision: int, seen_plan: int, by: Attendee) -> ChangedOver:
    """The draft is plan B, as far as that can still be, and plan B is what the draft was: one step.

    What has begun stays where it is.
    """
    locked_draft(camp=camp, seen=seen_revision)
    plan = _seen(camp, seen_plan)
    if plan is None:
        raise ValidationError(_("There is no plan B any more."))
    draft = read_draft(camp)
    then = read_plan_b(draft, plan)
    moved, where = _ways(camp, then)
    if not moved:
        raise ValidationError(_("Plan B is this very grid already."))
    put_there(camp=camp, sessions=moved, where=where, by=by)
    new = _put_away(camp, places_of(draft), plan, by)
    step = record_step(camp=camp, kind=Step.Kind.PLAN_B, sessions=moved, by=by, beside={"plan_b": [plan.pk, new.pk]})
    return ChangedOver(moved, then.lost, step)


@transaction.atomic(savepoint=False)
def turn_plan_b(*, camp: Camp, beside: Mapping[str, Any], is_anew: bool) -> None:
    """The plan B of before a changing over is there again, or the one of after it. If it was dropped meanwhile, or
    another was kept, it is left alone.
    """
    if "plan_b" not in beside:
        return
    before, after = beside["plan_b"]
    gone, back = (before, after) if is_anew else (after, before)
    kept, found = PlanB.of(camp), camp.plans_b.filter(pk=back).first()
    if kept and kept.pk == gone and found:
        _lay(camp, kept, found)


def _seen(camp: Camp, seen_plan: int | None) -> PlanB | None:
    """The camp's plan B; refused if the person saw another one, or none (optimistic lock)."""
    kept = PlanB.of(camp)
    if (kept.pk if kept else None) != seen_plan:
        raise ValidationError(_("Plan B is another one by now, or was dropped. Look at it again, then decide."))
    return kept


def _put_away(camp: Camp, places: dict[str, list[object]], old: PlanB | None, by: Attendee | None) -> PlanB:
    if old:
        old.drop()
    new: PlanB = camp.plans_b.create(places=places, by=by)
    _let_old_ones_go(camp)
    return new


def _lay(camp: Camp, kept: PlanB | None, found: PlanB) -> None:
    # One at a time is in the drawer, also while they change.
    if kept:
        kept.drop()
    found.come_back()


def _let_old_ones_go(camp: Camp) -> None:
    dropped = camp.plans_b.exclude(dropped_at=None).order_by("-dropped_at").values_list("pk", flat=True)
    camp.plans_b.filter(pk__in=list(dropped[PlanB.LEFT :])).delete()


def _ways(camp: Camp, then: PlanBRows) -> tuple[list[Session], dict[int, Stood]]:
    """What moves, or is pinned or not as it was not before, and where each stands then."""
    after = {found.session.pk: found for found in then.rows.standing}
    ids = [found.session.pk for found in then.changes] + [found.session.pk for found in then.pins]
    rows = {row.pk: row for row in camp.sessions.filter(pk__in=ids).with_place()}
    now_often, then_often = (
        Counter(found.session.pitch_id for found in rows.standing) for rows in (then.draft, then.rows)
    )
    moved, where, counted = list[Session](), dict[int, Stood](), set[int]()
    for session in (rows[pk] for pk in ids):
        session.camp, pitch, stands = camp, session.pitch, after.get(session.pk)
        # Of several runnings the first says how often the pitch may run.
        more = 0 if pitch.pk in counted else runs_then(pitch, now_often[pitch.pk], then_often[pitch.pk]) - pitch.runs
        counted.add(pitch.pk)
        where[session.pk] = Stood(
            room=stands.room.pk if stands else None,
            slot=stands.slot.pk if stands else None,
            is_pinned=bool(stands and stands.session.is_pinned),
            runs=more,
            as_of=session.revision + 1,
        )
        moved.append(session)
    return moved, where
