"""A host is not here: somebody else leads it, it runs later, or it is cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from events.models import Attendee

from .desk import Desk, Remedy
from .elsewhere import cancel, later
from .plan import Plan, Why

MOST = 4


def host_missing(desk: Desk, offers: Iterable[Attendee]) -> list[Remedy]:
    """Those who host it with whoever is missing, those who offered, then later, then off the grid."""
    if desk.standing is None:
        return []
    handed = [_handed(desk, person) for person in _heirs(desk, offers)][:2]
    # Whoever is missing is away now: the grid would break a rule with them in it.
    away = [(host.pk, cell.slot_id) for host in desk.hosts for cell in desk.standing.cells]
    moved = [replace(found, plan=found.plan._replace(away=away)) for found in later(desk, Why.HOST)]
    off = [replace(found, plan=found.plan._replace(why=Why.HOST)) for found in cancel(desk)]
    return [*handed, *moved[: MOST - 1 - len(handed)], *off][:MOST]


def _heirs(desk: Desk, offers: Iterable[Attendee]) -> list[Attendee]:
    """Without those who lead something else then."""
    assert desk.standing is not None
    hosts, busy = desk.hosts, desk.busy_beside(desk.standing)
    people = [*(hosts if len(hosts) > 1 else []), *(person for person in offers if person not in hosts)]
    return [person for person in people if person.pk not in busy]


def _handed(desk: Desk, person: Attendee) -> Remedy:
    assert desk.session is not None
    before = [host.pk for host in desk.hosts]
    is_host = person.pk in before
    title = _("%(name)s leads it alone") if is_host else _("%(name)s, who offered, leads it")
    gone = ", ".join(str(host) for host in desk.hosts if host.pk != person.pk)
    said = [_("It stays where it is, so no wish is lost.")]
    if gone:
        said.append(_("Told that they do not host it any more: %(names)s") % {"names": gone})
    plan = Plan(Why.HOST, hands=(desk.session.pitch_id, before, [person.pk]))
    return Remedy(title % {"name": person}, plan, costs=said)
