"""Who logs in. How somebody is called is a matter of each camp: see `events.Attendee`."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
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
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),
        ]

    def __str__(self) -> str:
        # Never the e-mail: this text may reach a page or a log.
        return f"user {self.pk}"

    @property
    def is_guest(self) -> bool:
        return self.email is None


class Claim(models.Model):
    """A guest proves an address with a code sent to it."""

    LIFETIME = timedelta(minutes=15)
    MOST_ATTEMPTS = 5

    guest = models.OneToOneField(User, models.CASCADE, related_name="claim")
    email = models.EmailField()
    code_hash = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"claim {self.pk}"

    @classmethod
    def start(cls, guest: User, email: str) -> tuple[Claim, str]:
        """The guest's only open claim, with the code that proves it."""
        code = f"{secrets.randbelow(10**6):06d}"
        claim, _created = cls.objects.update_or_create(
            guest=guest,
            defaults={
                "email": email.strip().lower(),
                "code_hash": make_password(code),
                "attempts": 0,
                "expires_at": timezone.now() + cls.LIFETIME,
            },
        )
        return claim, code

    @property
    def is_open(self) -> bool:
        return self.attempts < self.MOST_ATTEMPTS and self.expires_at > timezone.now()

    def is_proved_by(self, code: str) -> bool:
        """Counts the attempt, right or wrong, before it looks."""
        type(self).objects.filter(pk=self.pk).update(attempts=models.F("attempts") + 1)
        return self.is_open and check_password(code.strip().replace(" ", ""), self.code_hash)
