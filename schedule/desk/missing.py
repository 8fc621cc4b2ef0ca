"""A host is not here: somebody else leads it, it runs later, or it is cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Attendee
from events.templatetags.campgrid import clock

from .desk import Desk, Remedy
from .elsewhere import cancel, later
from .plan import Plan, Why

MOST = 4


def missing_host(desk: Desk, asked: int | None = None) -> Attendee | None:
    """Whoever is missing: of several hosts the one that was named, if they host it still."""
    hosts = desk.hosts
    return hosts[0] if len(hosts) == 1 else next((host for host in hosts if host.pk == asked), None)


def host_missing(desk: Desk, missing: Attendee | None, offers: Iterable[Attendee]) -> list[Remedy]:
    """Those who host it with whoever is missing, those who offered, then later, then off the grid; none as long as it
    is not known which of several hosts is missing.
    """
    if desk.standing is None or (missing is None and desk.hosts):
        return []
    others = [host for host in desk.hosts if host != missing]
    handed = [_handed(desk, others, offering) for offering in _heirs(desk, others, offers)][:2]
    moved = [_without(found, desk, missing) for found in later(desk, Why.HOST)]
    off = [replace(found, plan=found.plan._replace(why=Why.HOST)) for found in cancel(desk)]
    return [*handed, *moved[: MOST - 1 - len(handed)], *off][:MOST]


def _without(remedy: Remedy, desk: Desk, missing: Attendee | None) -> Remedy:
    """Whoever is missing is away now: the grid would break a rule with them in it."""
    if missing is None or desk.standing is None:
        return remedy
    words = {
        "name": missing,
        "start": clock(desk.standing.slot.starts_at),
        "end": clock(desk.standing.ends_at.astimezone(desk.camp.tz)),
    }
    said = _("%(name)s is written down as away from %(start)s to %(end)s, and told.") % words
    away = [(missing.pk, cell.slot_id) for cell in desk.standing.cells]
    return replace(remedy, plan=remedy.plan._replace(away=away), costs=[*remedy.costs, said])


def _heirs(desk: Desk, others: list[Attendee], offers: Iterable[Attendee]) -> list[Attendee | None]:
    """Who comes to those that host it, too; None: nobody has to. Without those who lead something else then."""
    assert desk.standing is not None
    hosts, busy = desk.hosts, desk.busy_beside(desk.standing)
    alone: list[Attendee | None] = [None] if others and not busy & {host.pk for host in others} else []
    return [*alone, *(person for person in offers if person not in hosts and person.pk not in busy)]


def _handed(desk: Desk, others: list[Attendee], offering: Attendee | None) -> Remedy:
    assert desk.session is not None
    before, names = [host.pk for host in desk.hosts], ", ".join(map(str, others))
    if offering is None:
        text = ngettext("%(names)s leads it alone", "%(names)s lead it", len(others))
    elif others:
        text = _("%(name)s, who offered, leads it with %(names)s")
    else:
        text = _("%(name)s, who offered, leads it")
    after = [*others, *([offering] if offering else [])]
    gone = ", ".join(str(host) for host in desk.hosts if host not in after)
    said = [_("It stays where it is, so no wish is lost.")]
    if gone:
        said.append(_("Told that they do not host it any more: %(names)s") % {"names": gone})
    plan = Plan(Why.HOST, hands=(desk.session.pitch_id, before, [person.pk for person in after]))
    return Remedy(text % {"name": offering, "names": names}, plan, costs=said)
