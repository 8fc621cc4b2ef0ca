from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_unseen
from accounts.statements import Written, found_by, statement, table_of
from accounts.text import LineField, LinesField

if TYPE_CHECKING:
    from accounts.models import User

    from .attendee import Attendee


#: addresses that belong to the installation, or would look as if they did
RESERVED_SLUGS = frozenset(
    "about account accounts admin api app archive calendar camp camps code codes contact demo desk docs embed event "
    "events favicon feed feeds health healthz help home imprint j join keep legal live login logout manage manifest "
    "me metrics my new openapi people pitches press privacy push q robots schedule search security series settings "
    "sign-in signin signup sitemap stage static status support sw terms version wall webhook www".split()
)
#: letters that cannot be mistaken for each other on a wall or by telephone
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))


@cache
def known_time_zones() -> frozenset[str]:
    """The names of all time zones; looked for once (memoised), since that reads a folder of files each time."""
    return frozenset(available_timezones())


def check_time_zone(name: str) -> None:
    if name not in known_time_zones():
        raise ValidationError(
            _("There is no time zone called “%(name)s”. Choose one from the list."), params={"name": name}
        )


def check_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("The address “%(slug)s” is needed by Campgrid itself. Choose another."), params={"slug": slug}
        )


#: the years in which a camp can be: calendars reckon with time zones, which know nothing of others
FIRST_YEAR, LAST_YEAR = 1970, 2199
#: a year, and a day of the next: more would be a list of days that nobody can read
MOST_DAYS = 366
#: a practice copy of a camp is erased so long after it was made
PRACTICE_LASTS = timedelta(days=1)
#: what begins earlier, in the night after a day, belongs to that day
NIGHT_ENDS = time(6)


def check_year(day: date) -> None:
    """For a day, and for a moment."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            _("The year %(year)s is none in which a camp can be: it is from %(first)s to %(last)s."),
            params={"year": day.year, "first": FIRST_YEAR, "last": LAST_YEAR},
        )


def moment_at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment, when a clock in that zone shows `clock` on `day`.

    Raises ValidationError for a time that the clocks skip that night.
    """
    local = datetime.combine(day, clock, zone)
    moment = local.astimezone(ZoneInfo("UTC"))
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValidationError(
            _("The clocks change that night: %(time)s does not exist on %(day)s."),
            params={"time": clock.strftime("%H:%M"), "day": day.isoformat()},
        )
    return moment


class CampArchived(ValidationError):
    """Refused, because an archived camp can be read, and not changed."""

    def __init__(self) -> None:
        super().__init__(_("This camp is archived: it can be read, and not changed."))


class Joining(models.TextChoices):
    OPEN = "open", _("Anybody")
    CODE = "code", _("Anybody with the camp's code")
    LISTED = "listed", _("Only people whose e-mail address is listed")


class HelperRight(models.TextChoices):
    """What organisers may let helpers do beside what all helpers do; its value ends the name of the camp's column."""

    MOVE = "move", _("Place and move sessions")
    CAPTURE = "capture", _("Type in and scan the wall")
    REPAIR = "repair", _("Repair what is lost")


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
        return self.real().filter(is_public=True, archived_at=None).exclude(joining=Joining.LISTED)

    def real(self) -> CampQuerySet:
        """No practice copies: nobody is told anything of those."""
        return self.filter(practice_of=None)

    def practice_to_erase(self) -> CampQuerySet:
        """Practice copies whose day is over."""
        return self.filter(practice_of__isnull=False, created_at__lte=timezone.now() - PRACTICE_LASTS)

    def not_over(self) -> CampQuerySet:
        """Those whose last day goes on, or is still to come, by their own clock."""
        return self.exclude(self.is_over_now())

    def is_over_now(self) -> models.Q:
        """What is true of those that are over, for several filters of one page: asks the database once, now."""
        # No clock on Earth is more than a day away from this one, and a last night belongs to the day before: of others
        # nobody needs to ask.
        now = timezone.now()
        earliest = now.date() - timedelta(days=2)
        border = self.filter(ends_on__range=[earliest, now.date()]).order_by().only("ends_on", "time_zone")
        later = models.Count("slots", filter=models.Q(slots__ends_at__gt=now))
        ended = [
            camp.pk
            for camp in border.annotate(later=later)
            if camp.is_last_day_over and not (camp.is_last_night and camp.later)  # type: ignore[attr-defined]
        ]
        return models.Q(ends_on__lt=earliest) | models.Q(pk__in=ended)

    def of(self, user: User) -> CampQuerySet:
        """Camps the user is in, or waits for; a practice copy is reached from its camp."""
        return self.real().filter(attendees__user=user, attendees__removed_at=None)


class Camp(models.Model):
    """One unconference, with dates and a venue; found by the address people choose for it (slug)."""

    SLUG_TAKEN = _("The address “%(slug)s” is taken by another camp. Add the year or the town.")

    slug = models.SlugField(
        _("address"),
        unique=True,
        max_length=50,
        validators=[check_slug, RegexValidator(r"^[a-z0-9]", _("Start the address with a letter or a digit."))],
    )
    name = LineField(_("name"), validators=[refuse_unseen], max_length=80)
    tagline = LineField(_("one line about it"), max_length=140, blank=True)
    starts_on = models.DateField(_("first day"), validators=[check_year])
    ends_on = models.DateField(_("last day"), validators=[check_year])
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/London", validators=[check_time_zone])
    venue = LineField(_("place"), max_length=200, blank=True)
    hashtag = LineField(_("hashtag"), max_length=50, blank=True)
    description = LinesField(_("what it is about"), blank=True)
    conduct = LinesField(_("code of conduct"), default=DEFAULT_CONDUCT, blank=True)
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
    #: hosts take a free cell of the grid themselves
    can_hosts_claim = models.BooleanField(_("hosts place themselves"), default=False, db_default=False)
    #: what helpers may do on the draft of the grid: see `HelperRight`
    helpers_move = models.BooleanField(default=False, db_default=False)
    helpers_capture = models.BooleanField(default=False, db_default=False)
    helpers_repair = models.BooleanField(default=False, db_default=False)
    #: until all on it is done, on the organisers' page of the camp
    is_checklist_shown = models.BooleanField(default=True, editable=False)
    musts_each = models.PositiveSmallIntegerField(
        _("musts for each person"), default=3, validators=[MaxValueValidator(20)]
    )
    walking_minutes = models.PositiveSmallIntegerField(
        _("minutes between buildings"), default=0, validators=[MaxValueValidator(120)]
    )
    room_minutes = models.PositiveSmallIntegerField(
        _("minutes between rooms"), default=2, db_default=2, validators=[MaxValueValidator(120)]
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: the camp that is practised in this copy, in which everything but its people is the same: one for each
    practice_of = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="practice"
    )
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

    def clean(self) -> None:
        """Refused if it lasts longer than anybody can plan."""
        # A day that could not be read is told already.
        if self.starts_on and self.ends_on and (self.ends_on - self.starts_on).days >= MOST_DAYS:
            raise ValidationError({"ends_on": _("A camp lasts a year at most. Open another one for the next.")})

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
    def is_full(self) -> bool:
        """Whether the next who comes waits. Held (`lock`), it stays so until the transaction ends."""
        return self.capacity is not None and self.attendees.present().count() >= self.capacity

    @property
    def is_over(self) -> bool:
        """Its last day is over, and its last slot, too: a night that begins on that day belongs to it."""
        return self.is_last_day_over and not (
            self.is_last_night and self.slots.filter(ends_at__gt=timezone.now()).exists()
        )

    @property
    def is_last_day_over(self) -> bool:
        return self.today() > self.ends_on

    @property
    def is_last_night(self) -> bool:
        """The day after the last: what began on that may go on."""
        return self.today() == self.ends_on + timedelta(days=1)

    @property
    def is_running(self) -> bool:
        return self.starts_on <= self.today() and not self.is_over

    def has_day(self, day: date, clock: time) -> bool:
        """Whether what begins then is a part of the camp: on one of its days, or in the night after the last."""
        last = self.ends_on + timedelta(days=1)
        return self.starts_on <= day <= self.ends_on or (day == last and clock < NIGHT_ENDS)

    def holds(self, moment: datetime) -> bool:
        """The same of a moment."""
        local = moment.astimezone(self.tz)
        return self.has_day(local.date(), local.time())

    def at(self, day: date, clock: time) -> datetime:
        """The moment, when a clock in the camp shows `clock` on `day`; refused where the clocks skip that."""
        return moment_at(day, clock, self.tz)

    def end_day(self, day: date, start: time, end: time) -> date:
        """On which day something ends that starts on `day`: an end that is not after the start is meant for the next
        one, unless the clocks are put back in between. What starts in the second of two equal hours does not end in the
        first.
        """
        if (end.fold or start.fold) and self.at(day, end.replace(fold=1)) > self.at(day, start):
            return day
        return day + timedelta(days=end <= start)

    def at_end(self, day: date, start: time, end: time) -> datetime:
        """The moment of that end."""
        ends_on = self.end_day(day, start, end)
        is_second = ends_on == day and (start.fold or end.fold)
        return self.at(ends_on, end.replace(fold=1) if is_second else end)

    # -- state -----------------------------------------------------------------------------------

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def refuse_archived(self) -> None:
        if self.is_archived:
            raise CampArchived

    def lock(self, *, archived: bool = False) -> Camp:
        """The camp as it is now, its row held until the transaction ends (row lock); refused if it is archived.

        Services that change a camp begin with this. `archived` says that an archived camp may be changed in this way.
        """
        # No key changes: rows that point at the camp, a tap of interest say, need not wait for this one.
        camp = Camp.objects.select_for_update(no_key=True).get(pk=self.pk)
        if not archived:
            camp.refuse_archived()
        return camp

    def keep_open(self) -> None:
        """The camp is not archived, and is not before the transaction ends (shared row lock); refused if it is by now.

        For services that write what hangs on the camp, notes say, and read nothing of it. They do not wait for one
        another, only for whoever changes the camp itself. Whoever has it like this never calls `lock` after it: two who
        did would wait for each other. Archiving waits for them: asked without a lock, it could come in between.
        """
        # SQLite has one writer, and this transaction is it.
        held = Written(" FOR SHARE" if connection.vendor == "postgresql" else "")
        sql = statement("SELECT archived_at FROM {camps} WHERE id = %s{held}", camps=table_of(Camp), held=held)
        found = found_by(sql, [self.pk])
        if not found:
            raise Camp.DoesNotExist
        if found[0][0] is not None:
            raise CampArchived

    @property
    def is_closed(self) -> bool:
        """For listed people only: whoever is not in sees the join page, and nothing else."""
        return self.joining == Joining.LISTED

    @property
    def is_for_everybody(self) -> bool:
        """Not one that wants to be found by those only who were told its address."""
        return self.is_public and not self.is_closed and not self.is_practice

    @property
    def is_practice(self) -> bool:
        """A copy with invented people, in which those who run the camp try things: nothing leaves it."""
        return self.practice_of_id is not None

    @property
    def erase_at(self) -> datetime:
        """From when on a practice copy is there no more."""
        return self.created_at + PRACTICE_LASTS

    def refuse_practice(self) -> None:
        """Nobody comes into a practice copy who does not run its camp."""
        if self.is_practice:
            raise ValidationError(_("This is a practice copy: nobody joins it, and nobody is invited to it."))

    @property
    def asks_people_in(self) -> bool:
        """Whether strangers are offered to join; of a camp that is over they are offered to read.

        Of one that is for listed people that is the same thing.
        """
        return not self.is_archived and (self.is_closed or not self.is_over)

    @property
    def takes_pitches(self) -> bool:
        return self.is_pitching_open and not self.is_archived

    def takes_pitches_of(self, attendee: Attendee) -> bool:
        """Whether that person may pitch now: helpers fill gaps when pitching is closed."""
        return self.takes_pitches or attendee.is_helper

    @property
    def takes_interest(self) -> bool:
        return self.is_interest_open and not self.is_archived

    def lets_helpers(self, right: HelperRight) -> bool:
        return bool(getattr(self, f"helpers_{right}"))

    def save_flags(self, **flags: bool) -> None:
        for name, value in flags.items():
            setattr(self, name, value)
        self.save(update_fields=list(flags))
