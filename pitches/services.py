"""What people do with pitches. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee, Slot
from events.services import write_down

from .models import Interest, Pitch, Sight
from .signals import pitch_merged, pitch_withdrawn


@transaction.atomic
def submit_pitch(
    *, pitch: Pitch, by: Attendee, hosts: Iterable[Attendee] = (), not_in: Iterable[Slot] = (), on_behalf_of: str = ""
) -> Pitch:
    """The pitch is on the board. `on_behalf_of` is the name of somebody who has no phone at hand."""
    pitch.camp = by.camp
    pitch.proposed_by = by
    if not pitch.camp.takes_pitches and not by.is_helper:
        raise ValidationError(_("Pitching is closed. Talk to an organiser: there may be a gap to fill."))
    pitch.full_clean()
    pitch.save()
    hosts = [*hosts, *([write_down(camp=by.camp, display_name=on_behalf_of)] if on_behalf_of.strip() else [])]
    pitch.hosts.set(hosts)
    pitch.not_in.set(not_in)
    return pitch


@transaction.atomic
def withdraw_pitch(*, pitch: Pitch) -> None:
    """The pitch is off the board, and its sessions off the draft of the grid."""
    pitch.withdraw()
    pitch_withdrawn.send(sender=Pitch, pitch=pitch)


@transaction.atomic
def host_idea(*, pitch: Pitch, attendee: Attendee) -> None:
    """The idea has a host; the second to offer is told who was first."""
    pitch = Pitch.objects.select_for_update().get(pk=pitch.pk)
    first = pitch.hosts.first()
    if first is not None and first != attendee:
        raise ValidationError(_("%(name)s hosts it already. Ask them to make you a co-host."), params={"name": first})
    pitch.hosts.add(attendee)


@transaction.atomic
def merge_pitches(*, source: Pitch, target: Pitch) -> Pitch:
    """One pitch with the hosts and the interest of both; the old address leads to it."""
    if source.pk == target.pk:
        raise ValidationError(_("Choose another pitch: one cannot be merged with itself."))
    rows = {p.pk: p for p in Pitch.objects.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk")}
    source, target = rows[source.pk], rows[target.pk]
    if source.camp_id != target.camp_id or not (source.is_open and target.is_open):
        raise ValidationError(_("One of the two is withdrawn or merged already. Look at the board again."))
    target.hosts.add(*source.hosts.all())
    target.not_in.add(*source.not_in.all())
    wishes = [
        Interest(pitch=target, attendee_id=attendee, level=level)
        for attendee, level in source.interests.values_list("attendee_id", "level")
    ]
    Interest.objects.bulk_create(wishes, ignore_conflicts=True)
    musts = source.interests.filter(level=Interest.Level.MUST).values("attendee_id")
    target.interests.filter(attendee_id__in=musts).update(level=Interest.Level.MUST)
    if source.about and source.about not in target.about:
        target.about = f"{target.about}\n\n{source.title}\n\n{source.about}".strip()[:10_000]
    target.needs = sorted({*target.needs, *source.needs})
    target.length = max(target.length, source.length)
    target.save(update_fields=["about", "needs", "length", "edited_at"])
    source.interests.all().delete()
    source.merged_into = target
    source.save(update_fields=["merged_into", "edited_at"])
    # What was merged into the source earlier leads on in one step.
    Pitch.objects.filter(merged_into=source).update(merged_into=target)
    pitch_merged.send(sender=Pitch, source=source, target=target)
    return target


@transaction.atomic
def set_interest(*, pitch: Pitch, attendee: Attendee, level: int) -> None:
    """The attendee's interest is exactly `level`; 0 is none. Setting it twice changes nothing."""
    if not pitch.camp.takes_interest:
        raise ValidationError(_("Interest is closed."))
    if level == 0:
        Interest.objects.filter(pitch=pitch, attendee=attendee).delete()
        return
    if level == Interest.Level.MUST:
        _refuse_too_many_musts(pitch, attendee)
    Interest.objects.bulk_create(
        [Interest(pitch=pitch, attendee=attendee, level=level, changed_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["pitch", "attendee"],
        update_fields=["level", "changed_at"],
    )


def _refuse_too_many_musts(pitch: Pitch, attendee: Attendee) -> None:
    # Two devices of one person count one after the other; nobody else waits for this row.
    Attendee.objects.select_for_update().get(pk=attendee.pk)
    musts = attendee.interests.filter(level=Interest.Level.MUST, pitch__in=Pitch.objects.open()).exclude(pitch=pitch)
    most = pitch.camp.musts_each
    if musts.count() >= most:
        titles = ", ".join(f"“{interest.pitch.title}”" for interest in musts.select_related("pitch")[:5])
        raise ValidationError(
            _("You have %(most)s musts already: %(titles)s. Take one back first.")
            if titles
            else _("This camp has no musts."),
            params={"most": most, "titles": titles},
        )


def mark_seen(*, attendee: Attendee, pitch_ids: Iterable[int]) -> None:
    """The pitches are no longer new to the attendee."""
    Sight.objects.bulk_create([Sight(pitch_id=pk, attendee=attendee) for pk in pitch_ids], ignore_conflicts=True)
