"""What a host answered, and who could lead, at the moment at which somebody decides: an older page is refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.models import Camp

from ..models import HostCall, LeadOffer
from .plan import Plan, Why


def coming_hosts(session_id: int) -> list[int]:
    """Ids of those who were called and answered that they are on the way."""
    calls = HostCall.objects.filter(session=session_id, answer=HostCall.Answer.COMING)
    return sorted(calls.values_list("host", flat=True))


def refuse_unheard(*, camp: Camp, plan: Plan) -> None:
    """Refused, where a host whom this would do without answered since that they are on the way."""
    if plan.why != Why.HOST:
        return
    heard = set(plan.coming)
    calls = HostCall.objects.filter(session=plan.at[0], session__camp=camp, answer=HostCall.Answer.COMING)
    for call in calls.select_related("host", "session__pitch").order_by("pk"):
        if call.host_id not in heard and _does_without(plan, call.host_id):
            raise ValidationError(
                _("%(name)s answered meanwhile, and is on the way to “%(title)s”. Look again, then decide."),
                params={"name": call.host, "title": call.session},
            )


def _does_without(plan: Plan, host: int) -> bool:
    if plan.hands:
        _pitch, before, after = plan.hands
        return host in before and host not in after
    # It moves without them, or comes off the grid altogether.
    return not plan.away or host in {person for person, _slot in plan.away}


def refuse_unoffered(*, camp: Camp, session_id: int, people: Iterable[int]) -> None:
    """Refused, where one of these took back that they could lead the session."""
    there = set(LeadOffer.objects.filter(session=session_id, session__camp=camp).values_list("attendee", flat=True))
    if gone := set(people) - there:
        person = camp.attendees.filter(pk__in=gone).order_by("pk").first()
        raise ValidationError(
            _("%(name)s does not offer to lead it any more. Look again, then decide."),
            params={"name": person or _("Somebody")},
        )
