"""From draft to wall: a published version, numbered, that never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.names import readable
from events import stamps
from events.models import Attendee, Camp

from ..advice import broken_rules
from ..build import border
from ..build.run import settle_published
from ..draft.lock import locked_draft
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, GridVersion, Placement
from .changes import Change, Place, changes_between
from .feeds import tell_calendars
from .hosts import tell_hosts
from .mailing import mail_soon
from .moved import moment_in_words, moved_from
from .same_clocks import SameClocks
from .telling import tell_soon
from .unseen import has_seen_all, see_own
from .whys import whys_at


def pending_placements(draft: DraftRows) -> list[Placement]:
    """What the draft would publish, not saved."""
    return [
        Placement(
            session=found.session,
            room_ref=found.room.pk,
            slot_ref=found.slot.pk,
            room_name=found.room.name,
            starts_at=found.slot.starts_at,
            ends_at=found.ends_at,
        )
        for found in draft.standing
    ]


def pending_changes(latest: GridVersion | None, draft: DraftRows) -> list[Change]:
    """What publishing would change."""
    places = [
        Place(found.session.pk, found.room.pk, found.room.name, found.slot.starts_at, found.ends_at)
        for found in draft.standing
    ]
    return _changes_since(latest, _places_of(latest), places, frame_of(draft))


def _places_of(latest: GridVersion | None) -> list[Place]:
    seen = latest.seen() if latest else []
    return [Place(was.session, was.room, was.room_name, was.starts_at, was.ends_at) for was in seen]


def _changes_since(
    latest: GridVersion | None, before: list[Place], places: list[Place], frame: dict[str, Any]
) -> list[Change]:
    """The first grid has nothing to compare its rooms and slots with."""
    return changes_between(before, places, old_frame=latest.frame if latest else frame, new_frame=frame)


class RulesBroken(ValidationError):
    """Refused, because the draft breaks rules; an organiser may publish it all the same."""

    CODE = "rules_broken"

    def __init__(self, sentences: Iterable[str]) -> None:
        super().__init__([ValidationError(sentence, code=self.CODE) for sentence in sentences])


class AllOut(ValidationError):
    """Refused, because everybody sees this grid already: a second press makes no second version."""

    def __init__(self, latest: GridVersion) -> None:
        super().__init__(
            _("All of it is out already: version %(number)s, published %(at)s."), params=_of_version(latest)
        )


def _of_version(version: GridVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "at": moment_in_words(version.published_at, version.camp, version.camp.today()),
    }


def refuse_other_version(latest: GridVersion | None, seen: int | None) -> None:
    """Refuses if the version that is up is not the one that the person saw; 0: none was. Without `seen` nobody looked
    at a page.
    """
    if seen is None or latest is None or latest.number == seen:
        return
    if latest.takes_back:
        text = _("Somebody took version %(back)s back meanwhile: version %(number)s is up, published %(at)s.")
    else:
        text = _("Version %(number)s was published meanwhile, %(at)s.")
    again = ValidationError(_("Look at what changes now, then decide."))
    raise ValidationError([ValidationError(text, params=_of_version(latest) | {"back": latest.takes_back}), again])


@transaction.atomic
def publish_grid(
    *,
    camp: Camp,
    by: Attendee | None,
    accept_broken: bool = False,
    seen_revision: int | None = None,
    seen_version: int | None = None,
    why: str = "",
    goes_live: bool = False,
) -> GridVersion:
    """The wall, the feeds and every calendar now show the draft, as a version that never changes; hosts of what moved
    or fell off are told, by mail, too, but for whoever publishes it. `why` is told with it; `goes_live`: from now on
    each change of the draft is published at once.

    Broken rules are refused unless the organiser accepts them; nothing to publish is refused, too (`AllOut`), and a
    draft, or a published version, that is not as it was seen.
    """
    found = locked_draft(camp=camp, seen=seen_revision)
    draft, latest = read_draft(camp), GridVersion.latest(camp)
    if latest is None and not draft.standing:
        raise ValidationError(_("There is nothing on the grid yet. Build it or place a session first."))
    if latest is not None and is_all_out(latest, draft):
        raise AllOut(latest)
    refuse_other_version(latest, seen_version)
    broken = broken_rules(border.case_of(draft))
    if broken and not accept_broken:
        raise RulesBroken(b.sentence for b in broken)
    version = put_up(
        camp=camp, latest=latest, placements=pending_placements(draft), frame=frame_of(draft), by=by, why=why
    )
    settle_published(camp=camp)
    if goes_live or found.live:
        # What live mode waited for is out, too.
        found.go_live(Draft.Live.ON)
    return version


def is_all_out(latest: GridVersion, draft: DraftRows) -> bool:
    """Whether publishing the draft would say nothing new, of no session, room or slot."""
    return has_frame(latest, draft) and not pending_changes(latest, draft)


def has_frame(latest: GridVersion, draft: DraftRows) -> bool:
    """Whether rooms and slots are published as they are, to the last word."""
    return _moments(latest.frame) == _moments(frame_of(draft))


def _moments(frame: dict[str, Any]) -> tuple[object, ...]:
    """The same moment is written in several ways, by the zone that a camp had."""
    ends = ("starts_at", "ends_at")
    slots = [slot | {name: datetime.fromisoformat(slot[name]) for name in ends} for slot in frame["slots"]]
    return frame["rooms"], slots


@transaction.atomic(savepoint=False)
def put_up(
    *,
    camp: Camp,
    latest: GridVersion | None,
    placements: list[Placement],
    frame: dict[str, Any],
    by: Attendee | None,
    **fields: Any,
) -> GridVersion:
    """A version after `latest` with these places is what everybody sees, and everybody concerned is told; what it does
    not have any more is cancelled on it.
    """
    # However it came: what is told to everybody turns nothing round on their pages.
    fields["why"] = readable(fields.get("why", ""))
    lost = _cancelled(latest, {placement.session_id for placement in placements})
    knows_all_else = by is not None and has_seen_all(by)
    number = (latest.number if latest else 0) + 1
    version = add_version(
        camp=camp, latest=latest, placements=[*placements, *lost], frame=frame, number=number, **fields
    )
    tell_calendars(camp=camp)
    tell_hosts(camp=camp, changes=[Change(**row) for row in version.changes], by=by, why=version.why)
    stamps.bump(camp, stamps.GRID)
    if by is not None and knows_all_else:
        # Of what others did before nothing is passed over by that.
        see_own(attendee=by, at=version.published_at)
    mail_soon(camp)
    tell_soon(camp)
    return version


def frame_of(draft: DraftRows) -> dict[str, list[dict[str, Any]]]:
    """Rooms and slots as they are now, for a version to keep."""
    return {
        "rooms": [
            {"id": r.pk, "name": r.name, "capacity": r.capacity, "building": r.building, "directions": r.directions}
            for r in draft.rooms
        ],
        "slots": [
            {
                "id": s.pk,
                "starts_at": s.starts_at.isoformat(),
                "ends_at": s.ends_at.isoformat(),
                "kind": s.kind,
                "title": s.title,
            }
            for s in draft.slots
        ],
    }


def _cancelled(latest: GridVersion | None, on_grid: set[int]) -> list[Placement]:
    """The last places of sessions that are off the grid: calendars need them to take the entries away."""
    return [
        Placement(
            session_id=old.session_id,
            room_ref=old.room_ref,
            slot_ref=old.slot_ref,
            room_name=old.room_name,
            starts_at=old.starts_at,
            ends_at=old.ends_at,
            is_cancelled=True,
        )
        for old in (latest.placements.all() if latest else ())
        if old.session_id not in on_grid
    ]


@transaction.atomic(savepoint=False)
def add_version(
    *,
    camp: Camp,
    latest: GridVersion | None,
    placements: list[Placement],
    frame: dict[str, Any],
    clocks_of: str = "",
    clocks_in: str = "",
    **fields: Any,
) -> GridVersion:
    """The version after `latest`, with what it changed; from here on it stays as it is.

    Where it keeps the clock times of a zone in another one (`clocks_of`, `clocks_in`), it is compared with `latest`
    as that is by those: what stands at the same clock time did not move.
    """
    standing = [placement for placement in placements if not placement.is_cancelled]
    places = [Place(p.session_id, p.room_ref, p.room_name, p.starts_at, p.ends_at) for p in standing]
    clocks = SameClocks.named(clocks_of, clocks_in)
    before = [clocks.place(place) for place in _places_of(latest)]
    published_at = fields.setdefault("published_at", timezone.now())
    whys = whys_at(camp, latest, published_at, fields.get("why", ""), fields.get("takes_back"))
    latest = clocks.version(latest) if latest else None
    changes = _changes_since(latest, before, places, frame) if latest else []
    version = GridVersion.objects.create(
        camp=camp,
        frame=frame,
        changes=[change.as_json() for change in changes],
        moved_from=moved_from(camp, latest, before, places, published_at),
        whys=whys,
        clocks_of=clocks_of,
        clocks_in=clocks_in,
        **fields,
    )
    for placement in placements:
        placement.version = version
    Placement.objects.bulk_create(placements)
    return version
