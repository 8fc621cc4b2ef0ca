"""Figures are counted by a task, never in a request: pages show what was counted last, and when.

Whoever looks at figures that are older than the draft has them counted again; one task at a time for each camp, so
that ten moves in a row are not counted ten times. A task that was killed is asked for again by the next who looks.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from events.models import Camp
from pitches.wishes import Wishes, renew_wishes

from .. import solver
from ..build import border
from ..draft.plan_b import read_plan_b
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, DraftFigures, PlanB
from .figures import Counted, count, count_beside


def last_figures(*, draft: Draft, is_polled: bool = False, plan: PlanB | None = None) -> DraftFigures | None:
    """What was counted last about the draft; has it counted (again) when it is due. None: nothing was counted yet.

    `is_polled`: a page that only asks whether there is news has nothing counted because of its age. So one that is
    left open overnight keeps no worker busy. `plan` is a plan B that is shown beside it: its figures, which are kept
    with it, are due when they are older than the draft, since what begins, say, stays where the draft has it.
    """
    figures: DraftFigures | None = getattr(draft, "figures", None)
    is_due = figures is None or (figures.is_due and not (is_polled and figures.is_current))
    if is_due or (plan is not None and plan.draft_revision != draft.revision):
        ask_for_figures(camp=draft.camp)
    return figures if figures and figures.counted_at else None


def counted_of(figures: DraftFigures | PlanB | None) -> Counted | None:
    return Counted.from_json(figures.counted) if figures and figures.counted else None


@transaction.atomic
def ask_for_figures(*, camp: Camp) -> None:
    """A worker will count the figures of the draft, unless one is at it already."""
    draft, _made = Draft.objects.get_or_create(camp=camp)
    DraftFigures.objects.get_or_create(draft=draft)
    now = timezone.now()
    nobody_is = Q(asked_at=None) | Q(asked_at__lte=now - DraftFigures.PATIENCE)
    # Of two who ask at once, the database lets one through (compare and set).
    if DraftFigures.objects.filter(nobody_is, draft=draft).update(asked_at=now):
        # If that fails it is asked for again: what was done holds, and is answered so.
        transaction.on_commit(lambda: count_figures.enqueue(camp.pk), robust=True)


@task()
def count_figures(camp_id: int) -> None:
    """Counts the figures of a camp's draft; doing it twice changes nothing (idempotent)."""
    camp = Camp.objects.filter(pk=camp_id).first()
    if camp is not None:
        renew_figures(camp=camp)


def renew_figures(*, camp: Camp) -> None:
    """The camp's figures are those of its draft and of the wishes that are told."""
    draft, _made = Draft.objects.get_or_create(camp=camp)
    figures, _made = DraftFigures.objects.get_or_create(draft=draft)
    # The revision was read first: a change from now on makes these figures old, and they are counted again.
    wishes = renew_wishes(camp=camp)
    rows = read_draft(camp)
    case = border.case_of(rows, wishes=wishes)
    source = _fingerprint(case)
    figures.draft_revision, figures.checked_at, figures.asked_at = draft.revision, timezone.now(), None
    if source != figures.counted_from:
        figures.counted_from, figures.counted = source, count(case, wishes).as_json()
        figures.counted_at = figures.checked_at = timezone.now()
    _renew_plan_b(rows, draft.revision, wishes)
    figures.save()


def _renew_plan_b(rows: DraftRows, revision: int, wishes: Wishes) -> None:
    """The figures of plan B, from the same wishes: else they could not stand beside those of the draft."""
    plan = PlanB.of(rows.camp)
    if plan is None:
        return
    case = border.case_of(read_plan_b(rows, plan).rows, wishes=wishes)
    source = _fingerprint(case)
    changes: dict[str, Any] = {"draft_revision": revision}
    if source != plan.counted_from:
        counted = count_beside(case).as_json()
        changes |= {"counted_from": source, "counted": counted, "counted_at": timezone.now()}
    # Not the row as it was read: somebody may have dropped it meanwhile.
    PlanB.objects.filter(pk=plan.pk).update(**changes)


def _fingerprint(case: border.Case) -> str:
    """The same for the same draft, frame, pitches and wishes, and the same slots still to come."""
    now = timezone.now()
    ids = [[row.pk for row in rows] for rows in (case.pitches, case.slots, case.rooms)]
    past = sum(slot.starts_at <= now for slot in case.slots)
    standing = [(session.pk, *p) for p, session in sorted(case.sessions.items())]
    parts = [solver.to_document(case.problem), standing, ids, past]
    return hashlib.blake2s(json.dumps(parts).encode(), digest_size=16).hexdigest()
