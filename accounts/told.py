"""What was done is told on the next page, whichever that is (messages).

For whoever is signed in it waits on their own row (`User.told`), whichever window or device the page is on, until one
came that told it: its script says so by a cookie, which goes along with the next request. See ADR 12.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .databases import CANNOT_WRITE, PATIENCE, waiting_no_longer_than
from .form_keys import FIELD, INSTEAD_OF, mark_of
from .models import User
from .signals import guest_claimed
from .told_cookies import number_in, say_done, say_number
from .told_rows import MOST_WAITING, Again, is_key, is_sentence, is_young, write_told

log = logging.getLogger(__name__)

#: whose page came, and the number of the last sentence on it: of a browser without scripts there is none
COOKIE = "heard"
#: whose page was answered, and the number of the last sentence on it: where no script runs any more, none says `heard`
SHOWN = "shown"


class Waiting(Message):
    """One that waits on a row."""

    def __init__(self, number: int, level: int, message: str, extra_tags: str) -> None:
        super().__init__(level, message, extra_tags)
        self.number = number


class ToldStorage(BaseStorage):
    """A cookie for those who have no row, and for what could not be written into it."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.cookie = CookieStorage(request)
        #: what this request has to tell
        self.said: list[Message] = []
        #: what earlier ones had; None until somebody asks
        self.found: list[Message] | None = None
        #: by which marks the form that this request did is known
        self.done_now: list[str] = []
        #: what waits in the cookie was said to whoever had this browser before
        self.is_of_another = False

    def __len__(self) -> int:
        return len(self.waiting()) + len(self.said)

    def __iter__(self) -> Iterator[Message]:
        self.used = True
        self.waiting().extend(self.said)
        self.said = []
        return iter(self.waiting())

    def add(self, level: int, message: str, extra_tags: str | None = "") -> None:
        if message and level >= self.level:
            self.said.append(Message(level, message, extra_tags or ""))

    def add_again(self, level: int, sentence: str, tags: str) -> None:
        """Unless it waits: where the first answer did arrive, the next page tells it already."""
        if all(str(message) != sentence for message in [*self.waiting(), *self.said]):
            self.said.append(Again(level, sentence, tags))

    def waiting(self) -> list[Message]:
        """Of both: before signing in it was told to nobody yet."""
        if self.found is None:
            self.found = [] if self.is_of_another else list(self.cookie)
            if self.user and (waiting := [entry for entry in self.user.told if is_sentence(entry)]):
                heard = self.heard or 0
                self.found += [Waiting(*entry) for entry in waiting if entry[0] > heard]
        return self.found

    @property
    def done(self) -> list[tuple[int, str]]:
        """Which sendings of forms are done, by their marks; what this browser heard is not told it anew."""
        heard = self.heard or 0
        return [(number, key) for number, key in filter(is_key, self.user.told if self.user else ()) if number > heard]

    @property
    def user(self) -> User | None:
        return self.request.user if isinstance(self.request.user, User) else None

    @property
    def heard(self) -> int | None:
        """The number of the last sentence on a page that came to this browser; None where no script can say so."""
        return number_in(self.request, COOKIE, self.user)

    def update(self, response: HttpResponseBase) -> list[Message]:
        """What is new is put down; what a page told goes. The page is shown whether or not that can be written."""
        if not self.said and not self.done_now and not self.is_of_another and self.found is None:
            return []
        is_shown = self.used and self.request.method != "HEAD"
        if is_shown and self.user and self.heard is not None and (last := self._last_waiting()):
            say_number(response, SHOWN, self.user, last)
        if not (self.user and self._put_down(self.user, is_shown=is_shown)):
            for message in self.said:
                self.cookie.add(message.level, str(message), message.extra_tags)
            if self.done_now:
                say_done(self.request, response, self.done_now)
        self.cookie.used = is_shown or self.is_of_another
        if len(self.cookie):
            self.cookie.update(response)
        return []

    def _put_down(self, user: User, *, is_shown: bool) -> bool:
        waiting = [entry for entry in user.told if is_sentence(entry)]
        gone = self._gone(is_shown=is_shown) if waiting else 0
        try:
            if self.said or self.done_now:
                return write_told(pk=user.pk, said=self.said, gone=gone, done=self.done_now)
            if any(entry[0] <= gone for entry in waiting):
                with waiting_no_longer_than(PATIENCE):
                    return write_told(pk=user.pk, gone=gone)
        except CANNOT_WRITE as error:
            log.warning("What is told could not be written down: %s", error)
        return False

    def _gone(self, *, is_shown: bool) -> int:
        """The number up to which all was heard. Without scripts, nobody says more than that the page went out; scripts
        that are off by now say nothing, and what came by the page before is told once more at most.
        """
        if (heard := self.heard) is not None:
            return max(heard, number_in(self.request, SHOWN, self.user) or 0) if is_shown else heard
        return self._last_waiting() if is_shown else 0

    def _last_waiting(self) -> int:
        return max((message.number for message in self.waiting() if isinstance(message, Waiting)), default=0)


@receiver(user_logged_in)
def _forget_what_nobody_heard(sender: object, request: HttpRequest, **kwargs: object) -> None:
    """A device that was passed on tells nobody that another one signed out, or was erased."""
    if isinstance(told := get_messages(request), ToldStorage):
        told.is_of_another, told.found = True, None


def said_in(request: HttpRequest) -> list[Message]:
    """What this very request has to tell, on whichever page."""
    return told.said if isinstance(told := get_messages(request), ToldStorage) else []


def tell_form_done(request: HttpRequest) -> None:
    """The draft of this very form goes, in whichever window its script hears of it."""
    if isinstance(told := get_messages(request), ToldStorage):
        told.done_now = [mark for field in (FIELD, INSTEAD_OF) if (mark := mark_of(request, field))]


def say_again(request: HttpRequest, level: int, sentence: str, tags: str) -> None:
    """What an earlier request told; not twice on one page."""
    if isinstance(told := get_messages(request), ToldStorage):
        told.add_again(level, sentence, tags)


def heard_in(request: HttpRequest) -> int:
    """The number up to which this browser heard what was told; 0 for none."""
    return told.heard or 0 if isinstance(told := get_messages(request), ToldStorage) else 0


@receiver(guest_claimed)
def _carry_over(sender: object, guest: User, account: User, heard: int = 0, **kwargs: object) -> None:
    """What waited for the guest, and was not heard, waits for the account; both rows are held."""
    waiting = [entry for entry in guest.told if is_key(entry) or entry[0] > heard]
    together = sorted([*waiting, *account.told], key=lambda entry: entry[0])
    User.objects.filter(pk=account.pk).update(told=together[-MOST_WAITING:])


@transaction.atomic
def forget_told(*, user: User) -> None:
    """Nothing that waits for them, and no form of theirs, says any more what they did, or typed into notes."""
    User.objects.filter(pk=user.pk).update(told=[])
    user.sent_forms.update(said=[], made=[])


def forget_unheard() -> int:
    """What nobody came to hear goes; of how many people."""
    count = 0
    for pk, told in User.objects.exclude(told=[]).values_list("pk", "told").iterator():
        if not all(is_young(entry) for entry in told):
            count += write_told(pk=pk)
    return count
