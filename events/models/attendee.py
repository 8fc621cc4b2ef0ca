from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import all_kept, kept
from accounts.keys import lasting_digest
from accounts.models import User
from accounts.names import refuse_unseen
from accounts.sealing import InvalidToken, seal, unseal
from accounts.text import LineField

from .camp import CODE_LETTERS, Camp, HelperRight


class Role(models.TextChoices):
    """Each gives more than those before it."""

    ATTENDEE = "attendee", _("Attendee")
    HELPER = "helper", _("Helper")
    ORGANISER = "organiser", _("Organiser")

    @classmethod
    def highest(cls, *roles: str) -> Role:
        return max(map(cls, roles), key=list(cls).index)


def new_key() -> str:
    return secrets.token_urlsafe(24)


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def present(self) -> AttendeeQuerySet:
        """In the camp: neither removed nor on the waiting list."""
        return self.filter(removed_at=None, is_waiting=False)

    def waiting(self) -> AttendeeQuerySet:
        return self.filter(removed_at=None, is_waiting=True).order_by("joined_at", "pk")

    def written_down(self) -> AttendeeQuerySet:
        """In the camp without an account, and never by one: their place can be handed over, and what a file says they
        want is nobody's secret. What somebody did in a place is theirs, also once they left.
        """
        return self.present().filter(user=None, has_left=False)

    def organisers(self) -> AttendeeQuerySet:
        return self.present().filter(role=Role.ORGANISER)

    def with_calendar_key(self, key: str) -> AttendeeQuerySet:
        """Whose calendar has that address; or had, in a place that became one with theirs."""
        of_earlier = EarlierCalendarKey.objects.filter(key=key).values("attendee")
        # Each by its index (union): calendar programs ask by the hour, and a camp has thousands of people.
        found = Attendee.objects.filter(calendar_key=key).order_by().values("pk").union(of_earlier)
        return self.filter(pk__in=found)


class Attendee(models.Model):
    """A person at one camp, known there by the name they chose for it.

    Without a user it is somebody a helper or an import wrote down, who may take the place over by a link; or somebody
    who left by themselves: then it is nobody's, for good, and whoever comes back has a new one.
    """

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="attendees")
    #: protected: without its account a place would look like one that was written down; `erase_user` takes both
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="attendees")
    #: whose place it was, once they left: nobody is shown it, and it lets them be erased from here, too
    was_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="left")
    #: by themselves, or before they came here in a document: nobody lets them back in, or takes the place over
    has_left = models.BooleanField(default=False, db_default=False, editable=False)
    display_name = LineField(
        _("the name people will see"),
        max_length=60,
        validators=[RegexValidator(r"\S", _("Type a name. Any name will do.")), refuse_unseen],
    )
    role = models.CharField(_("role"), max_length=9, choices=Role.choices, default=Role.ATTENDEE)
    is_waiting = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    #: whose word that was, for when it turns out to be the same person; shown to nobody
    removed_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    calendar_key = models.CharField(max_length=40, unique=True, default=new_key)
    #: slots in which they cannot be there: they lead nothing then, and their wishes do not count
    away_in = models.ManyToManyField("events.Slot", related_name="away", blank=True)
    #: whether they can be told that something is wrong (see `events.worries`), and how they are found: by what they
    #: wear, where, under which number
    hears_worries = models.BooleanField(
        _("Name me as somebody to tell when something is wrong"), default=False, db_default=False
    )
    found_by = LineField(_("How people find you"), max_length=140, blank=True, default="", db_default="")
    #: what others did with their place and they have not read yet; see `events.news`
    news = models.JSONField(default=list, blank=True)
    #: number of the first of them that no mail told yet; null: all were mailed, or read before
    news_due_from = models.BigIntegerField(null=True, blank=True, editable=False)
    #: moment of the last change of the published grid that they have seen; null: none since they came. See
    #: schedule/wall/unseen.py
    moves_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: the same as a version's number: the release before goes by it, nothing here does, and it goes with the next
    grid_seen = models.PositiveIntegerField(null=True, blank=True, editable=False)
    #: what an import calls the person, so that running it twice changes nothing
    import_key = LineField(max_length=60, blank=True)

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
        indexes = [
            models.Index(
                fields=["camp"], name="events_attendee_news_due", condition=models.Q(news_due_from__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_organiser(self) -> bool:
        return self.role == Role.ORGANISER

    @property
    def runs_camp(self) -> bool:
        """An organiser who is in: their name stands with the mark that nobody else's has."""
        return self.is_organiser and self.is_present

    @property
    def is_helper(self) -> bool:
        """May do what helpers do; organisers may, too."""
        return self.role in (Role.HELPER, Role.ORGANISER)

    def may(self, right: HelperRight) -> bool:
        """Organisers may; helpers where the camp's organisers let them."""
        return self.is_organiser or (self.is_helper and self.camp.lets_helpers(right))

    @property
    def may_move(self) -> bool:
        return self.may(HelperRight.MOVE)

    @property
    def may_capture(self) -> bool:
        return self.may(HelperRight.CAPTURE)

    @property
    def may_repair(self) -> bool:
        return self.may(HelperRight.REPAIR)

    @property
    def sees_draft(self) -> bool:
        """Whoever may do any of it sees the board."""
        return any(map(self.may, HelperRight))

    @property
    def is_present(self) -> bool:
        """In the camp; `AttendeeQuerySet.present` has the meaning."""
        return self.removed_at is None and not self.is_waiting

    @property
    def is_written_down(self) -> bool:
        """Of whoever is in the camp; `AttendeeQuerySet.written_down` has the meaning."""
        return self.user_id is None and not self.has_left

    @property
    def mark(self) -> str:
        """Tells this attendee's taps on a device from another's, and nobody who it is."""
        return lasting_digest("taps", str(self.pk))[:16]

    @transaction.atomic
    def replace_calendar_key(self) -> None:
        """Every old calendar address is dead, a new one works."""
        self.calendar_key = new_key()
        # First the row: a merge that holds it is awaited, and the key that it leaves is gone, too.
        self.save(update_fields=["calendar_key"])
        self.earlier_calendar_keys.all().delete()


class EarlierCalendarKey(models.Model):
    """The calendar address of a place that became one with another: programs that follow it go on doing so.

    It opens what the address of the place itself does, until that is replaced or the person is erased.
    """

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="earlier_calendar_keys")
    key = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return f"earlier calendar key {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def issue(self, *, is_shown: bool, **fields: Any) -> Invitation:
        """A new one that knows its `key` and its `code`, this once; if they are shown later they are kept sealed."""
        key, code = new_key(), "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
        invitation = self.create(
            key_hash=digest_of(key),
            code_hash=kept(code, of="invitation"),
            sealed=seal({"key": key, "code": code}) if is_shown else "",
            **fields,
        )
        invitation.key, invitation.code = key, code
        return invitation

    def open(self) -> InvitationQuerySet:
        """Neither used nor too old."""
        return self.filter(used_at=None, created_at__gt=timezone.now() - Invitation.LIFETIME)

    def with_key(self, key: str) -> InvitationQuerySet:
        return self.filter(key_hash=digest_of(key))

    def with_code(self, code: str) -> InvitationQuerySet:
        return self.filter(code_hash__in=all_kept(code, of="invitation"))


def digest_of(key: str) -> str:
    """What is kept of a key: as long as it is it cannot be guessed, so this needs no key of its own."""
    return hashlib.sha256(key.encode()).hexdigest()


class Invitation(models.Model):
    """A link that makes one person a helper or an organiser, or hands over a place that was written down.

    A machine that reads mail opens it, too, and presses what it finds there. So one who accepts has something that only
    a reader has: the address it was mailed to, or the code that stands beside the link.
    """

    LIFETIME = timedelta(days=14)

    camp = models.ForeignKey(Camp, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.ATTENDEE)
    attendee = models.ForeignKey(Attendee, models.CASCADE, null=True, blank=True, related_name="invitations")
    #: the organiser whose word it is: it is closed when they are organiser no more
    invited_by = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="invited")
    email = models.EmailField(blank=True)
    key_hash = models.CharField(max_length=64, unique=True)
    #: empty for those of earlier releases, which had none
    code_hash = models.CharField(max_length=64, blank=True, db_index=True)
    #: key and code of one to be passed on by hand, so that the page of people can show them again
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    #: known to whoever has just issued it, and nowhere kept
    key = code = ""

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.created_at + self.LIFETIME > timezone.now()

    def shown(self) -> dict[str, str] | None:
        """Key and code, for the page of people; None where they cannot be read any more."""
        try:
            return unseal(self.sealed) if self.sealed else None
        except InvalidToken:
            return None

    def is_for(self, user: User | AnonymousUser) -> bool:
        """Whether this is who it was mailed to, signed in with that address."""
        return bool(self.email and user.is_authenticated and user.email and user.email.lower() == self.email.lower())


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
