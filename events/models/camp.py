from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

    from .attendee import Attendee

#: addresses that belong to the installation, or would look as if they did
RESERVED_SLUGS = frozenset(
    "about account accounts admin api app archive camp camps code codes contact demo event events favicon feed "
    "feeds health help home j join keep login logout manage me my new people pitches press privacy robots "
    "schedule security settings sign-in signin signup sitemap static status support terms webhook www".split()
)
#: letters that cannot be mistaken for each other on a wall or by telephone
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("There is no time zone called “%(name)s”. Choose one from the list."), params={"name": name}
        )


def check_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("The address “%(slug)s” is needed by Campgrid itself. Choose another."), params={"slug": slug}
        )


class Joining(models.TextChoices):
    OPEN = "open", _("Anybody")
    CODE = "code", _("Anybody with the camp's code")
    LISTED = "listed", _("Only people whose e-mail address is listed")


DEFAULT_CONDUCT = _(
    "Be kind. Everybody here gives their own time.\n\n"
    "* **Listen** as much as you talk, and leave room for people who have not spoken yet.\n"
    "* **No harassment**: not about who somebody is, whom they work for, what they look like or what they believe.\n"
    "* **Ask** before you take a picture or quote somebody by name. Some people are here under another name.\n"
    "* **The law of two feet**: if a session is not for you, go to another. Nobody minds.\n\n"
    "If something is wrong, tell an organiser. They will listen, believe you and act."
)


class CampQuerySet(models.QuerySet["Camp"]):
    def listed(self) -> CampQuerySet:
        """Camps that may stand on the front page."""
        return self.filter(is_public=True, archived_at=None)

    def of(self, user: User) -> CampQuerySet:
        """Camps the user is in, or waits for."""
        return self.filter(attendees__user=user, attendees__removed_at=None)


class Camp(models.Model):
    """One unconference, with dates and a place."""

    slug = models.SlugField(
        _("address"),
        unique=True,
        max_length=50,
        validators=[check_slug, RegexValidator(r"^[a-z0-9]", _("Start the address with a letter or a digit."))],
    )
    name = models.CharField(_("name"), max_length=80)
    tagline = models.CharField(_("one line about it"), max_length=140, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/London", validators=[check_time_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    hashtag = models.CharField(_("hashtag"), max_length=50, blank=True)
    description = models.TextField(_("what it is about"), blank=True)
    conduct = models.TextField(_("code of conduct"), default=DEFAULT_CONDUCT, blank=True)
    accent = models.CharField(
        _("colour"),
        max_length=7,
        default="#1d6f5c",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Give the colour as # and six digits, like #1d6f5c."))],
    )
    is_public = models.BooleanField(_("list it on the front page"), default=True)
    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    joining = models.CharField(_("who may join"), max_length=6, choices=Joining.choices, default=Joining.OPEN)
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    is_pitching_open = models.BooleanField(_("pitching is open"), default=True)
    is_interest_open = models.BooleanField(_("interest is open"), default=True)
    are_counts_shown = models.BooleanField(_("show how many are interested"), default=False)
    musts_each = models.PositiveSmallIntegerField(
        _("musts for each person"), default=3, validators=[MaxValueValidator(20)]
    )
    walking_minutes = models.PositiveSmallIntegerField(
        _("minutes between buildings"), default=0, validators=[MaxValueValidator(120)]
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CampQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="events_camp_ends_after_start",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("events:camp_detail", args=[self.slug])

    # -- time ------------------------------------------------------------------------------------

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def days(self) -> list[date]:
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    def today(self) -> date:
        return timezone.now().astimezone(self.tz).date()

    @property
    def is_over(self) -> bool:
        return self.today() > self.ends_on

    @property
    def is_running(self) -> bool:
        return self.starts_on <= self.today() <= self.ends_on

    def at(self, day: date, clock: time) -> datetime:
        """The moment, when a clock in the camp shows `clock` on `day`.

        Raises ValidationError for a time that the clocks skip that night.
        """
        local = datetime.combine(day, clock, self.tz)
        moment = local.astimezone(ZoneInfo("UTC"))
        if moment.astimezone(self.tz).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise ValidationError(
                _("The clocks change that night: %(time)s does not exist on %(day)s."),
                params={"time": clock.strftime("%H:%M"), "day": day.isoformat()},
            )
        return moment

    # -- state -----------------------------------------------------------------------------------

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def takes_pitches(self) -> bool:
        return self.is_pitching_open and not self.is_archived

    @property
    def takes_interest(self) -> bool:
        return self.is_interest_open and not self.is_archived

    def attendee_for(self, user: User | AnonymousUser) -> Attendee | None:
        """The person's place in this camp, be it on the waiting list; None for strangers and the removed."""
        if not user.is_authenticated:
            return None
        return self.attendees.filter(user=user, removed_at=None).first()

    def save_flags(self, **flags: bool) -> None:
        for name, value in flags.items():
            setattr(self, name, value)
        self.save(update_fields=list(flags))
