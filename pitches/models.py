"""What people propose, and what they want to be at."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp, Slot
from events.models.frame import feature_name

if TYPE_CHECKING:
    from collections.abc import Iterable


class PitchQuerySet(models.QuerySet["Pitch"]):
    def open(self) -> PitchQuerySet:
        """Neither withdrawn nor merged into another."""
        return self.filter(withdrawn_at=None, merged_into=None)

    def with_interest_count(self) -> PitchQuerySet:
        """Adds `interest_count`."""
        return self.annotate(interest_count=Count("interests", distinct=True))

    def hosted_by(self, attendee: Attendee) -> PitchQuerySet:
        return self.filter(hosts=attendee)

    def without_host(self) -> PitchQuerySet:
        return self.filter(hosts=None)

    def not_seen_by(self, attendee: Attendee) -> PitchQuerySet:
        seen = Sight.objects.filter(attendee=attendee, pitch=OuterRef("pk"))
        wished = Interest.objects.filter(attendee=attendee, pitch=OuterRef("pk"))
        return self.filter(~Exists(seen), ~Exists(wished)).exclude(hosts=attendee)

    def about(self, words: str) -> PitchQuerySet:
        """Every word is in the title, the text, the topic or a host's name."""
        found = self
        for word in words.split()[:8]:
            hosted = Attendee.objects.filter(pitches=OuterRef("pk"), display_name__icontains=word)
            found = found.filter(
                Q(title__icontains=word) | Q(about__icontains=word) | Q(topic__icontains=word) | Exists(hosted)
            )
        return found

    def editable_by(self, attendee: Attendee) -> PitchQuerySet:
        """One's own; helpers and organisers change all."""
        if attendee.is_helper:
            return self
        mine = Attendee.objects.filter(pitches=OuterRef("pk"), pk=attendee.pk)
        return self.filter(Q(proposed_by=attendee) | Exists(mine))


class Pitch(models.Model):
    """What somebody proposes. Without hosts it is an idea that waits for one."""

    class Kind(models.TextChoices):
        DISCUSSION = "discussion", _("Discussion")
        WORKSHOP = "workshop", _("Workshop")
        TALK = "talk", _("Talk")
        SHOW = "show", _("Show and tell")
        PROJECT = "project", _("Project")

    class Length(models.IntegerChoices):
        ONE = 1, _("One slot")
        TWO = 2, _("Two slots in a row")

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="pitches")
    title = models.CharField(_("title"), max_length=140)
    about = models.TextField(_("what it is about"), blank=True, max_length=10_000)
    topic = models.CharField(_("topic"), max_length=50, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DISCUSSION)
    hosts = models.ManyToManyField(Attendee, related_name="pitches", blank=True)
    proposed_by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="proposed_pitches")
    needs = models.JSONField(_("the room needs"), default=list, blank=True)
    length = models.PositiveSmallIntegerField(_("length"), choices=Length.choices, default=Length.ONE)
    #: how often it may run; organisers decide
    runs = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(5)])
    not_in = models.ManyToManyField(Slot, related_name="+", blank=True, verbose_name=_("when it cannot be"))
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(auto_now=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    #: what an import calls it, so that running it twice changes nothing
    import_key = models.CharField(max_length=60, blank=True)

    objects = PitchQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(length__in=[1, 2]), name="pitches_pitch_length_one_or_two"),
            models.CheckConstraint(condition=models.Q(runs__range=(1, 5)), name="pitches_pitch_runs_one_to_five"),
            models.UniqueConstraint(
                fields=["camp", "import_key"],
                condition=~models.Q(import_key=""),
                name="pitches_pitch_import_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pitches:pitch_detail", args=[self.camp.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.merged_into_id is None

    @property
    def need_names(self) -> list[str]:
        return [feature_name(code) for code in self.needs]

    @property
    def topic_hue(self) -> int:
        """One of eight colours, always the same for the same topic."""
        return int(hashlib.blake2s(self.topic.casefold().encode(), digest_size=2).hexdigest(), 16) % 8

    def withdraw(self) -> None:
        self.withdrawn_at = timezone.now()
        self.save(update_fields=["withdrawn_at", "edited_at"])


class Interest(models.Model):
    """An attendee wants to be there. Who it is, nobody is ever told."""

    class Level(models.IntegerChoices):
        INTERESTED = 1, _("Interested")
        MUST = 2, _("Must")

    pitch = models.ForeignKey(Pitch, models.CASCADE, related_name="interests")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="interests")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.INTERESTED)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pitch", "attendee"], name="pitches_interest_once"),
            models.CheckConstraint(condition=models.Q(level__in=[1, 2]), name="pitches_interest_level_known"),
        ]
        indexes = [models.Index(fields=["attendee", "level"], name="pitches_interest_by_level")]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class Sight(models.Model):
    """An attendee has seen the pitch: it is no longer new to them."""

    pitch = models.ForeignKey(Pitch, models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pitch", "attendee"], name="pitches_sight_once")]

    def __str__(self) -> str:
        return f"sight {self.pk}"


def fair_order(pitch_ids: Iterable[int], who: int) -> list[int]:
    """Random for each person and always the same for them: being early is no advantage."""
    return sorted(pitch_ids, key=lambda pk: hashlib.blake2s(f"{who}:{pk}".encode(), digest_size=8).digest())
