from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.keys import digests

if TYPE_CHECKING:
    from accounts.models import User

    from .camp import Camp


class DeletedCampQuerySet(models.QuerySet["DeletedCamp"]):
    def told_to(self, user: User | AnonymousUser, slug: str) -> DeletedCamp | None:
        """The camp that was at that address last, if this person may know that there was one."""
        found = self.filter(slug=slug).order_by("-pk").first()
        return found if found and (found.was_listed or found.had(user)) else None


class DeletedCamp(models.Model):
    """That there was a camp at an address: all that is left of it (tombstone).

    Of a camp that anybody could find on the front page anybody may know; of every other those alone who were in it.
    Neither its name nor anybody's is kept.
    """

    #: nobody follows a link for longer
    KEPT_FOR = timedelta(days=730)

    slug = models.SlugField(max_length=50)
    #: by the camp's own clock
    deleted_on = models.DateField()
    was_listed = models.BooleanField()
    #: of each who was in it a digest by the server's key: whoever reads the row learns of nobody (keyed hash)
    people = models.JSONField(default=list)

    objects = DeletedCampQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.slug}, deleted {self.deleted_on}"

    @classmethod
    def of(cls, camp: Camp) -> DeletedCamp:
        """What will be left of a camp that is to be deleted; not saved."""
        users = camp.attendees.filter(removed_at=None, user__isnull=False).values_list("user", flat=True)
        return cls(
            slug=camp.slug,
            deleted_on=camp.today(),
            was_listed=camp.is_for_everybody,
            people=sorted(_digests(camp.slug, user)[0] for user in users),
        )

    def had(self, user: User | AnonymousUser) -> bool:
        """Whether that person was in it."""
        return user.pk is not None and not set(self.people).isdisjoint(_digests(self.slug, user.pk))


def _digests(slug: str, user: int) -> list[str]:
    return digests("events.deleted", f"{slug} {user}")
