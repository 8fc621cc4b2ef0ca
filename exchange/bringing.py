"""A document that somebody brought becomes a camp of its own: first it is shown what that would be, then it is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from events.models import Attendee, Camp
from events.opening import refuse_opening

from .arrival import Arrival
from .arriving import remarks_beforehand, write_arrival
from .document import BY_PAGE, document_in
from .json_export import Secrets, export_camp
from .json_import import read_document, refuse_others
from .models import Upload
from .outcome import Progress, untold
from .report import MOST_TOLD, told_in_short

State = Upload.State
#: the name of the one file of such an upload
DOCUMENT = "camp.json"


def show_arrival(*, upload: Upload, progress: Progress = untold) -> None:
    """What the document would become is kept for whoever brought it; or why it cannot become a camp."""
    try:
        document = _document_of(upload)
        arrival = read_document(document=document, progress=progress)
        remarks = remarks_beforehand(arrival)
    except ValidationError as refused:
        upload.tell(state=State.REFUSED, report=None, problem=told_in_short(refused))
        return
    report = _report(arrival, remarks) | {"same_as": _same_as(document, arrival.camp.slug, upload.user)}
    upload.tell(state=State.READ, report=report, problem="")


def bring_in(*, upload: Upload, progress: Progress = untold) -> None:
    """The camp stands, its user is an organiser, and the document waits no longer; or neither, and it says why."""
    user, opens = upload.user, upload.opens
    assert user is not None
    try:
        # Read with nothing held; only what is to be written is written in one transaction.
        arrival = read_document(document=_document_of(upload), slug=opens["slug"], progress=progress)
        with transaction.atomic():
            # Held from here on: nobody has it read again while the camp is written, and so takes the camp back.
            upload.tell(done=upload.rows)
            refuse_opening(user)
            camp = write_arrival(arrival=arrival, by=user, display_name=opens["display_name"])
            report = _report(arrival, arrival.remarks)
            upload.tell(state=State.DONE, files={}, camp=camp, report=report, problem="")
    except ValidationError as refused:
        upload.tell(state=State.REFUSED, problem=told_in_short(refused))


def _document_of(upload: Upload) -> dict[str, Any]:
    """It is known from here on how many rows there are to read."""
    document = document_in(upload.files[DOCUMENT], BY_PAGE)
    refuse_others(document)
    rows = sum(len(part) for part in document.values() if isinstance(part, list))
    upload.tell(rows=rows, done=0)
    found: dict[str, Any] = document
    return found


def _report(arrival: Arrival, remarks: list[str]) -> dict[str, Any]:
    camp = arrival.camp
    return {
        "rows": [(kind, count, count) for kind, count in arrival.counts],
        "faults": [],
        "fault_count": 0,
        "remarks": remarks[:MOST_TOLD],
        "remark_count": len(remarks),
        "name": camp.name,
        "slug": camp.slug,
    }


def _same_as(document: dict[str, Any], slug: str, user: User | None) -> str:
    """The address of the camp here that holds what the document does, for one who runs it."""
    runs = Attendee.objects.organisers().filter(user=user)
    camp = Camp.objects.filter(slug=slug, attendees__in=runs).first()
    if camp is None:
        return ""
    left = ("interests", "secrets")
    # As much of it as the document itself holds: one that may be passed on holds less.
    secrets = Secrets.OF_CAMP if "secrets" in document else Secrets.NONE
    here = export_camp(camp, with_interest=False, secrets=secrets)
    is_same = _without(here, left) == _without(document, left)
    return camp.slug if is_same else ""


def _without(document: dict[str, Any], left: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in left}
