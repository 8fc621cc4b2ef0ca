"""What is written in a session, by many, and after it, by one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_unseen
from accounts.text import LineField, LinesField
from events.models import Attendee, Camp
from schedule.models import Session

#: far more than anybody types in an hour, far less than what makes a page slow
LONGEST = 60_000


class NoteQuerySet(models.QuerySet["Note"]):
    def beginning(self, length: int) -> NoteQuerySet:
        """Adds `begins`, so many characters of the text, and leaves the text in the database."""
        return self.defer("text").annotate(begins=Left("text", length))

    def readable_by(self, me: Attendee | None) -> NoteQuerySet:
        """What the rule of each room lets this person read."""
        return self.filter(session__notes_rule__in=Session.NotesRule.open_to(me))

    def kept(self) -> NoteQuerySet:
        """What leaves in a file for those who run the camp: of a room that agreed on no notes, nothing."""
        return self.filter(session__notes_rule__in=Session.NotesRule.kept())

    def written(self) -> NoteQuerySet:
        return self.exclude(text="")


class Note(models.Model):
    """The notes of one session; who may read them is the session's `notes_rule`."""

    session = models.OneToOneField(Session, models.CASCADE, related_name="note")
    text = LinesField(blank=True, max_length=LONGEST)
    #: the number of the revision that `text` is; 0 = nothing written yet
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    #: set by `beginning`
    begins: str

    objects = NoteQuerySet.as_manager()

    def __str__(self) -> str:
        return f"notes of {self.session_id}"


class NoteRevision(models.Model):
    """One saved text. Nothing that was saved is ever thrown away."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = LinesField(blank=True)
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


class LinkQuerySet(models.QuerySet["Link"]):
    def readable_by(self, me: Attendee | None) -> LinkQuerySet:
        """Slides and documents say what was said: the rule of the room holds for them, too."""
        return self.filter(session__notes_rule__in=Session.NotesRule.open_to(me))

    def kept(self) -> LinkQuerySet:
        """What leaves in a file for those who run the camp: of a room that agreed on no notes, nothing."""
        return self.filter(session__notes_rule__in=Session.NotesRule.kept())

    def deletable_by(self, me: Attendee | None) -> LinkQuerySet:
        """Who added it, the hosts of the session and the organisers may take it away."""
        if me is None:
            return self.none()
        return self.filter(Q(by=me) | Q(session__in=Session.objects.led_by(me)))


class Link(models.Model):
    """Slides, a recording, a document of a session."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("Slides")
        RECORDING = "recording", _("Recording")
        DOCUMENT = "document", _("Document")
        OTHER = "other", _("Something else")

    session = models.ForeignKey(Session, models.CASCADE, related_name="links")
    url = models.URLField(_("address"), max_length=500)
    title = LineField(_("title"), validators=[refuse_unseen], max_length=140)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices, default=Kind.SLIDES)
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = LinkQuerySet.as_manager()

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
    def beginning(self, length: int) -> WriteUpQuerySet:
        """Adds `begins`, so many characters of the text, and leaves the text in the database."""
        return self.defer("text").annotate(begins=Left("text", length))

    def editable_by(self, me: Attendee | None) -> WriteUpQuerySet:
        """One's own; organisers change all that they may read."""
        if me is None:
            return self.none()
        if not me.is_organiser:
            return self.filter(by=me)
        return self.filter(Q(by=me) | _follows(Session.NotesRule.open_to(me)), camp=me.camp_id)

    def readable_by(self, me: Attendee | None) -> WriteUpQuerySet:
        """A write-up of a session whose room said "attendees only" or "no notes" follows that rule."""
        return self.filter(_follows(Session.NotesRule.open_to(me)))

    def kept(self) -> WriteUpQuerySet:
        """What leaves in a file for those who run the camp: of a room that agreed on no notes, nothing."""
        return self.filter(_follows(Session.NotesRule.kept()))


def _follows(rules: list[str]) -> Q:
    return Q(session=None) | Q(session__notes_rule__in=rules)


class WriteUp(models.Model):
    """What one person publishes afterwards: a text here, or a link to their blog."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="writeups")
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="writeups")
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="writeups")
    title = LineField(_("title"), validators=[refuse_unseen], max_length=140)
    text = LinesField(_("text"), blank=True, max_length=LONGEST)
    url = models.URLField(_("or where it is"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(auto_now=True)

    #: set by `beginning`
    begins: str

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


class Takeaway(models.Model):
    """What one person takes along from a session, or does next after the camp. Nobody else reads or counts it."""

    #: characters of what somebody takes from a session
    LONGEST = 4_000
    #: and of what they do next
    LONGEST_NEXT = 10_000

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="takeaways")
    #: none: what they do next
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="takeaways")
    was_there = models.BooleanField(default=True)
    text = LinesField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "session"], name="notes_takeaway_once"),
            models.UniqueConstraint(fields=["attendee"], condition=Q(session=None), name="notes_takeaway_next_once"),
        ]

    def __str__(self) -> str:
        return f"takeaway {self.pk}"


class WriteUpDraft(models.Model):
    """A write-up that only its writer reads, until they publish it: one for each person and camp.

    A table of its own, not a state of `WriteUp`: so no list, feed, search or file can show it by mistake.
    """

    by = models.OneToOneField(Attendee, models.CASCADE, related_name="writeup_draft")
    title = LineField(_("title"), validators=[refuse_unseen], max_length=140)
    text = LinesField(_("text"), blank=True, max_length=LONGEST)

    def __str__(self) -> str:
        return f"draft {self.pk}"
