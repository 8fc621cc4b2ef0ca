from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .camp import Camp


class Role(models.TextChoices):
    ATTENDEE = "attendee", _("Attendee")
    HELPER = "helper", _("Helper")
    ORGANISER = "organiser", _("Organiser")


def new_key() -> str:
    return secrets.token_urlsafe(24)


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def present(self) -> AttendeeQuerySet:
        """In the camp: neither removed nor on the waiting list."""
        return self.filter(removed_at=None, is_waiting=False)

    def waiting(self) -> AttendeeQuerySet:
        return self.filter(removed_at=None, is_waiting=True).order_by("joined_at", "pk")

    def organisers(self) -> AttendeeQuerySet:
        return self.present().filter(role=Role.ORGANISER)


class Attendee(models.Model):
    """A person at one camp, known there by the name they chose for it.

    Without a user it is somebody a helper or an import wrote down: they may take the place over by a link.
    """

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="attendees")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="attendees")
    display_name = models.CharField(
        _("the name people will see"),
        max_length=60,
        validators=[RegexValidator(r"\S", _("Type a name. Any name will do."))],
    )
    role = models.CharField(_("role"), max_length=9, choices=Role.choices, default=Role.ATTENDEE)
    is_waiting = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    calendar_key = models.CharField(max_length=40, unique=True, default=new_key)
    #: slots in which they cannot be there: they lead nothing then, and their wishes do not count
    away_in = models.ManyToManyField("events.Slot", related_name="away", blank=True)
    #: what an import calls the person, so that running it twice changes nothing
    import_key = models.CharField(max_length=60, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        ordering = ["display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["camp", "user"],
                name="events_attendee_person_once",
                violation_error_message=_("That person is in the camp already."),
            ),
            models.UniqueConstraint(
                fields=["camp", "import_key"],
                condition=~models.Q(import_key=""),
                name="events_attendee_import_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_organiser(self) -> bool:
        return self.role == Role.ORGANISER

    @property
    def is_helper(self) -> bool:
        """May do what helpers do; organisers may, too."""
        return self.role in (Role.HELPER, Role.ORGANISER)

    def replace_calendar_key(self) -> None:
        """The old calendar address is dead, a new one works."""
        self.calendar_key = new_key()
        self.save(update_fields=["calendar_key"])


class Invitation(models.Model):
    """A link that makes one person a helper or an organiser, or hands over a place that was written down."""

    LIFETIME = timedelta(days=14)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.ATTENDEE)
    attendee = models.ForeignKey(Attendee, models.CASCADE, null=True, blank=True, related_name="invitations")
    email = models.EmailField(blank=True)
    key = models.CharField(max_length=40, unique=True, default=new_key)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.created_at + self.LIFETIME > timezone.now()


class ListedAddress(models.Model):
    """An address from the ticket shop's list: whoever proves it may join."""

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="listed_addresses")
    email = models.EmailField()

    class Meta:
        constraints = [
            models.UniqueConstraint("camp", Lower("email"), name="events_listedaddress_once"),
        ]

    def __str__(self) -> str:
        return f"listed address {self.pk}"
