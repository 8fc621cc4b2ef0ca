"""Each deed on the draft is written down as a step, in the transaction of the deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Attendee, Camp

from ..models import Cell, Moved, Session, Step, Stood
from .signals import step_done


@transaction.atomic(savepoint=False)
def record_step(
    *,
    camp: Camp,
    kind: Step.Kind,
    sessions: Sequence[Session],
    by: Attendee | None,
    beside: Mapping[str, Any] | None = None,
) -> Step | None:
    """What was done to these sessions, which are marked as moved by now, is a step: the next its person takes back.

    What the person took back before cannot be done anew from now on. Where nothing is another than before there is no
    step, unless something was done `beside`, as `Step` keeps it. A few statements, however many sessions there are.
    """
    there = _stand_now(sessions)
    moves = [Moved(session=s.pk, before=s.stood, after=there[s.pk]) for s in sessions if s.stood]
    idle = {moved["session"]: moved["before"]["as_of"] for moved in moves if _is_same(moved)}
    _stand_as_before([session for session in sessions if session.pk in idle], idle)
    moves = [moved for moved in moves if moved["session"] not in idle]
    if not moves and not beside:
        return None
    if by is not None:
        camp.steps.to_redo(by).update(is_open=False)
    step: Step = camp.steps.create(by=by, kind=kind, moves=moves, beside=beside, made_at=timezone.now())
    _let_old_ones_go(camp, by)
    step_done.send(Step, camp=camp, kind=kind, by=by)
    return step


def _stand_now(sessions: Sequence[Session]) -> dict[int, Stood]:
    """As `remember` writes where they stood."""
    cells = Cell.objects.filter(session__in=[session.pk for session in sessions]).order_by("-slot__starts_at")
    # Of two cells the one it starts in.
    first = {cell.session_id: cell for cell in cells}
    return {
        session.pk: Stood(
            room=first[session.pk].room_id if session.pk in first else None,
            slot=first[session.pk].slot_id if session.pk in first else None,
            is_pinned=session.is_pinned,
            runs=-session.stood["runs"] if session.stood else 0,
            as_of=session.as_of,
        )
        for session in sessions
    }


def _is_same(moved: Moved) -> bool:
    return {**moved["before"], "as_of": 0} == {**moved["after"], "as_of": 0}


def _stand_as_before(sessions: list[Session], as_of: dict[int, int]) -> None:
    """Put where it stood, a session stands there since it came there: whoever took it there can still take it back."""
    for session in sessions:
        session.as_of = as_of[session.pk]
    Session.objects.bulk_update(sessions, ["as_of"], batch_size=200)


def _let_old_ones_go(camp: Camp, by: Attendee | None) -> None:
    if by is not None:
        too_many = camp.steps.filter(by=by, is_open=True).values_list("pk", flat=True)[Step.OPEN :][: Step.OPEN]
        camp.steps.filter(pk__in=list(too_many)).update(is_open=False)
    last = camp.steps.values_list("pk", flat=True)[Step.KEPT - 1 : Step.KEPT].first()
    if last is not None:
        camp.steps.filter(pk__lt=last).delete()
