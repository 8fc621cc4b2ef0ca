"""Files somebody sent, kept until they say what to do with them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp


class UploadTakenAway(Exception):
    """Another worker ended with the upload, or it was deleted: what is still worked out here counts nowhere."""


class Upload(models.Model):
    """File name to text; nothing of it is in the camp before an organiser has seen the preview.

    It is the camp's: any of its organisers sees it and may import it. They could bring the same files, whoever chose
    these may be away on the day, and of what people wish the pages about it tell nothing.

    A document that is to become a camp of its own is its user's alone until that camp stands.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be read")
        READING = "reading", _("Being read")
        READ = "read", _("Read, not imported yet")
        PRESSED = "pressed", _("Waiting to be imported")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        REFUSED = "refused", _("Not imported")
        FAILED = "failed", _("Failed")

    #: a worker is at it, or will be
    ACTIVE = (State.WAITING, State.READING, State.PRESSED, State.IMPORTING)
    UNREAD = (State.WAITING, State.READING)
    #: somebody said that it is to be imported, and it is not yet
    WANTED = (State.PRESSED, State.IMPORTING)
    #: no worker has begun: there is one line for builds and imports
    IN_LINE = (State.WAITING, State.PRESSED)
    #: without a sign of life for this long, something may have gone wrong: it can be begun again
    PATIENCE = timedelta(minutes=1)
    #: the same of what waits in line: builds and other imports may take as long
    PATIENCE_IN_LINE = timedelta(hours=1)

    #: null: what is in it becomes a camp of its own
    camp = models.ForeignKey(Camp, models.CASCADE, null=True, related_name="uploads")
    #: of such a one, whose it is
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    #: of such a one, the address of the camp and what its user is called there: {slug, display_name}
    opens = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(Attendee, models.SET_NULL, null=True, related_name="+")
    #: empty once they are imported
    files = models.JSONField()
    #: file name to what of it was left out before it became text: other sheets of a workbook
    left_out = models.JSONField(default=dict, blank=True)
    #: file name to the one that it has where it comes from
    brought = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    skip_bad_rows = models.BooleanField(default=False)
    #: rows of all files, and how many of them are done
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    #: `Report.as_json`, once the files were read
    report = models.JSONField(null=True, blank=True)
    #: why nothing was imported, if no row is to blame
    problem = models.CharField(max_length=300, blank=True)
    seen_alive_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(camp__isnull=False) | models.Q(user__isnull=False),
                name="exchange_upload_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page: that of its user, or that of the camp's organisers."""
        if self.user_id is not None:
            return reverse("camp_import_detail", args=[self.pk])
        assert self.camp is not None
        return reverse("exchange:import_detail", args=[self.camp.slug, self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def waits(self) -> bool:
        """For its turn."""
        return self.state in self.IN_LINE

    @property
    def seems_dead(self) -> bool:
        patience = self.PATIENCE_IN_LINE if self.waits else self.PATIENCE
        return self.is_active and self.seen_alive_at + patience < timezone.now()

    @property
    def may_be_imported(self) -> bool:
        return self.state in (self.State.READ, self.State.REFUSED)

    @property
    def is_pressed(self) -> bool:
        """It is being imported, or was: to press once more changes nothing."""
        return self.state in (*self.WANTED, self.State.DONE)

    @property
    def may_be_read(self) -> bool:
        """Again."""
        return self.state in (self.State.READ, self.State.REFUSED, self.State.FAILED) or self.seems_dead

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.done / self.rows)) if self.rows else 0

    @property
    def stamp(self) -> str:
        """Tells one state of its page from another."""
        return f"{self.state}-{self.percent}-{int(self.seems_dead)}"

    def tell(self, **changes: object) -> None:
        """Others see the progress and that the worker lives; refused if it is no longer in the state it had here."""
        before = self.state
        self.seen_alive_at = timezone.now()
        for name, value in changes.items():
            setattr(self, name, value)
        mine = type(self).objects.filter(pk=self.pk, state=before)
        if not mine.update(seen_alive_at=self.seen_alive_at, **changes):
            raise UploadTakenAway
