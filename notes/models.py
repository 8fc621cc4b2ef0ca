"""What is written in a session, by many, and after it, by one."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp
from schedule.models import Session

#: far more than anybody types in an hour, far less than what makes a page slow
LONGEST = 100_000


class NoteQuerySet(models.QuerySet["Note"]):
    def readable_by(self, attendee: Attendee | None) -> NoteQuerySet:
        """What the rule of each room lets this person read."""
        rules = [Note.Rule.PUBLIC]
        if attendee and not attendee.is_waiting:
            rules.append(Note.Rule.ATTENDEES)
        return self.filter(rule__in=rules)

    def written(self) -> NoteQuerySet:
        return self.exclude(text="")


class Note(models.Model):
    """The notes of one session, under the rule the room agreed on."""

    class Rule(models.TextChoices):
        PUBLIC = "public", _("Anybody may read them")
        ATTENDEES = "attendees", _("Only attendees may read them")
        NONE = "none", _("No notes are taken")

    session = models.OneToOneField(Session, models.CASCADE, related_name="note")
    text = models.TextField(blank=True, max_length=LONGEST)
    rule = models.CharField(_("rule"), max_length=9, choices=Rule.choices, default=Rule.PUBLIC)
    #: the number of the revision that `text` is; 0 = nothing written yet
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = NoteQuerySet.as_manager()

    def __str__(self) -> str:
        return f"notes of {self.session_id}"


class NoteRevision(models.Model):
    """One saved text. Nothing that was saved is ever thrown away."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)
    #: could not be merged: kept beside the notes until its author has
    is_aside = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "number"],
                condition=Q(is_aside=False),
                name="notes_noterevision_number_once",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number}"


class Link(models.Model):
    """Slides, a recording, a document of a session."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("Slides")
        RECORDING = "recording", _("Recording")
        DOCUMENT = "document", _("Document")
        OTHER = "other", _("Something else")

    session = models.ForeignKey(Session, models.CASCADE, related_name="links")
    url = models.URLField(_("address"), max_length=500)
    title = models.CharField(_("title"), max_length=140)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.SLIDES)
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "url"],
                name="notes_link_once",
                violation_error_message=_("That link is there already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WriteUpQuerySet(models.QuerySet["WriteUp"]):
    def editable_by(self, attendee: Attendee) -> WriteUpQuerySet:
        return self if attendee.is_organiser else self.filter(by=attendee)

    def readable_by(self, attendee: Attendee | None) -> WriteUpQuerySet:
        """A write-up of a session whose room said "attendees only" or "no notes" follows that rule."""
        closed = Note.objects.filter(session=OuterRef("session")).exclude(
            pk__in=Note.objects.readable_by(attendee).values("pk")
        )
        return self.filter(~Exists(closed))


class WriteUp(models.Model):
    """What one person publishes afterwards: a text here, or a link to their blog."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="writeups")
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="writeups")
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="writeups")
    title = models.CharField(_("title"), max_length=140)
    text = models.TextField(_("text"), blank=True, max_length=LONGEST)
    url = models.URLField(_("or where it is"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(auto_now=True)

    objects = WriteUpQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="", url=""),
                name="notes_writeup_has_text_or_url",
                violation_error_message=_("Write a text here, or give the address of your blog post."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notes:writeup_detail", args=[self.camp.slug, self.pk])
