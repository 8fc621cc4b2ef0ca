"""Who logs in. How somebody is called is a matter of each camp: see `events.Attendee`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .keys import lasting_digest
from .rows import made_of
from .statements import columns_of, found_by, statement, table_of


class UserManager(BaseUserManager["User"]):
    def get(self, *args: Any, **kwargs: Any) -> User:
        """As of any model. By the id alone the statement is written out (raw SQL): every page of somebody signed in
        asks it, and Django takes longer to build it than a database to answer it."""
        # The manager of a relation (`group.user_set`) is of a class of its own, and asks for less.
        if args or kwargs.keys() != {"pk"} or type(self) is not UserManager:
            return super().get(*args, **kwargs)
        columns, users = columns_of(self.model), table_of(self.model)
        sql = statement("SELECT {columns} FROM {users} WHERE id = %s", columns=columns, users=users)
        for row in found_by(sql, [kwargs["pk"]]):
            return made_of(self.model, row)
        raise self.model.DoesNotExist

    def create_guest(self) -> User:
        """A person without e-mail or password: known by nothing but the cookie in their browser."""
        user = self.model(email=None)
        user.set_unusable_password()
        user.save()
        return user

    def create_user(self, email: str | None, password: str | None = None, **extra: object) -> User:
        user = self.model(email=self.normalize_email(email).lower() if email else None, **extra)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def by_email(self, email: str) -> User | None:
        return self.filter(email__iexact=email.strip()).first()


class User(AbstractBaseUser, PermissionsMixin):
    """A login. The e-mail is NULL for a guest, who may claim the place later."""

    email = models.EmailField(_("e-mail address"), null=True, blank=True, unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    may_open_camps = models.BooleanField(
        _("may open camps"),
        default=False,
        help_text=_("Where not everybody with an account may (CAMPS_OPENED_BY=named)."),
    )
    date_joined = models.DateTimeField(default=timezone.now)
    #: what the next page tells them: see `accounts.told`
    told = models.JSONField(default=list, db_default=[], editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),
        ]

    def __str__(self) -> str:
        # Never the e-mail: this text may reach a page or a log. Nor a number, which tells nobody anything.
        return str(_("a guest") if self.is_guest else _("an account"))

    @property
    def is_guest(self) -> bool:
        return self.email is None

    @property
    def mark(self) -> str:
        """Tells this person's drafts on a device from another's, and nobody who it is."""
        return lasting_digest("drafts", str(self.pk))[:16]

    @property
    def has_proved_email(self) -> bool:
        """Whether the address that they sign in with was verified by a code."""
        return EmailAddress.objects.filter(user=self, email__iexact=self.email or "", verified=True).exists()


#: so long a code that was mailed can be typed, whatever it is good for
CODES_LAST = timedelta(minutes=15)


class Claim(models.Model):
    """A guest proves an address with a code sent to it."""

    LIFETIME = CODES_LAST
    MOST_ATTEMPTS = 5

    guest = models.OneToOneField(User, models.CASCADE, related_name="claim")
    email = models.EmailField()
    code_hash = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"claim {self.pk}"


class SignInCode(models.Model):
    """A code that was mailed to an address; it signs in the browser that asked for it, and no other."""

    LIFETIME = CODES_LAST
    MOST_ATTEMPTS = 5

    #: a digest of what the browser is told from others by
    browser = models.CharField(max_length=64, db_index=True)
    email = models.EmailField()
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"sign-in code {self.pk}"


class SentForm(models.Model):
    """A form that was sent and done. Sent again it is not done again, it gets the same answer (idempotency key)."""

    #: as long as one stays signed in: so long a text whose answer was lost may lie on a device, and be sent again
    LIFETIME = timedelta(days=180)
    #: what was said, and what lets its browser in; later it is only known that it was done
    ANSWER_FOR = timedelta(days=3)

    #: of the form's own key, its address and what was typed
    key = models.CharField(max_length=64)
    #: of the form's own key alone
    form = models.CharField(max_length=64, db_index=True)
    #: who was signed in when it was done, be it by this very form
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sent_forms")
    #: of somebody whom it signed in: sent again before they knew, this browser is signed in, too
    browser = models.CharField(max_length=64, blank=True)
    #: what the sign-in session knew then, for that browser: see `accounts.once.OF_SIGN_IN`
    signed_in_with = models.JSONField(default=dict, db_default={})
    #: the row it made or changed, and what was typed (`accounts.once.Made`): other words go on from there
    made = models.JSONField(default=list, db_default=[])
    goes_to = models.TextField(blank=True)
    #: what was told on the next page: level, text, tags
    said = models.JSONField(default=list)
    done_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="accounts_sentform_done_once"),
        ]

    def __str__(self) -> str:
        return f"sent form {self.pk}"


class MailFailure(models.Model):
    """A mail that did not go through yet, or never will: for whoever runs the machine.

    Neither subject nor text, since they may hold a code or a key.
    """

    #: whoever runs the machine has looked by then
    KEPT_FOR = timedelta(days=30)

    to = models.CharField(_("to"), max_length=320)
    error = models.CharField(_("what the mail server said"), max_length=500)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    failed_at = models.DateTimeField(_("last try"))
    #: None: given up
    next_try_at = models.DateTimeField(_("next try"), null=True)

    class Meta:
        verbose_name = _("mail that failed")
        verbose_name_plural = _("mail that failed")
        ordering = ["-failed_at"]

    def __str__(self) -> str:
        return f"mail to {self.to}"


class Tally(models.Model):
    """How often something was tried or sent by, or to, somebody since `begun_at`: what limits are held against."""

    #: longer than the longest limit
    KEPT_FOR = timedelta(days=2)

    what = models.CharField(max_length=40)
    #: a digest: the table tells nobody's address
    who = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "who"], name="accounts_tally_one_count"),
        ]

    def __str__(self) -> str:
        return f"tally {self.pk}"
