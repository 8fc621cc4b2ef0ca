"""What was done is told on the next page, whichever that is (messages).

For whoever is signed in it waits on their own row (`User.told`), whichever window or device the page is on, until one
came that told it: its script says so by a cookie, which goes along with the next request. See ADR 12.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from .databases import CANNOT_WRITE, waiting_no_longer_than
from .models import User

log = logging.getLogger(__name__)

#: whose page came, and the number of the last sentence on it: of a browser without scripts there is none
COOKIE = "heard"
KEPT_FOR = timedelta(days=1)
#: of so many sentences; the oldest go
MOST_WAITING = 20
#: so long a page waits for another who writes, until it is shown and what it told is taken away later
PATIENCE = timedelta(milliseconds=200)

#: [number] of what was heard; [number, level, sentence, tags] of what waits. Numbers are milliseconds, and never fall
Entry = list[Any]


class Waiting(Message):
    """One that waits on a row."""

    def __init__(self, number: int, level: int, message: str, extra_tags: str) -> None:
        super().__init__(level, message, extra_tags)
        self.number = number


class Again(Message):
    """One that was told before, and may wait still."""


class ToldStorage(BaseStorage):
    """A cookie for those who have no row, and for what could not be written into it."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.cookie = CookieStorage(request)
        #: what this request has to tell
        self.said: list[Message] = []
        #: what earlier ones had; None until somebody asks
        self.found: list[Message] | None = None

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
            self.found = list(self.cookie)
            if self.user and (waiting := _waiting(self.user.told)):
                heard = self.heard or 0
                self.found += [Waiting(*entry) for entry in waiting if entry[0] > heard]
        return self.found

    @property
    def user(self) -> User | None:
        return self.request.user if isinstance(self.request.user, User) else None

    @property
    def heard(self) -> int | None:
        """The number of the last sentence on a page that came to this browser; None where no script can say so."""
        if COOKIE not in self.request.COOKIES:
            return None
        whose, _dot, number = self.request.COOKIES[COOKIE].partition(".")
        is_number = number.isascii() and number.isdigit() and len(number) < 16
        return int(number) if is_number and self.user and whose == self.user.mark else 0

    def update(self, response: HttpResponseBase) -> list[Message]:
        """What is new is put down; what a page told goes. The page is shown whether or not that can be written."""
        if not self.said and self.found is None:
            return []
        is_shown = self.used and self.request.method != "HEAD"
        if not (self.user and self._put_down(self.user, is_shown=is_shown)):
            for message in self.said:
                self.cookie.add(message.level, str(message), message.extra_tags)
        self.cookie.used = is_shown
        if len(self.cookie):
            self.cookie.update(response)
        return []

    def _put_down(self, user: User, *, is_shown: bool) -> bool:
        waiting = _waiting(user.told)
        gone = self._gone(is_shown=is_shown) if waiting else 0
        try:
            if self.said:
                return _write(user.pk, self.said, gone)
            if any(entry[0] <= gone for entry in waiting):
                with waiting_no_longer_than(PATIENCE):
                    return _write(user.pk, gone=gone)
        except CANNOT_WRITE as error:
            log.warning("What is told could not be written down: %s", error)
        return False

    def _gone(self, *, is_shown: bool) -> int:
        """The number up to which all was heard. Without scripts, nobody says more than that the page went out."""
        if (heard := self.heard) is not None:
            return heard
        shown = [message.number for message in self.waiting() if isinstance(message, Waiting)]
        return max(shown, default=0) if is_shown else 0


def _write(pk: int, said: Sequence[Message] = (), gone: int = 0) -> bool:
    """Of two answers at once each leaves what the other said (row lock). False where there is no such row.

    Nobody waits for the lock to take away what was heard: the next request will.
    """
    with transaction.atomic():
        # Rows that name this one may be made meanwhile (NO KEY).
        rows = User.objects.select_for_update(no_key=True, skip_locked=not said).filter(pk=pk)
        for told in rows.values_list("told", flat=True):
            User.objects.filter(pk=pk).update(told=_after(told, said, gone))
            return True
    return False


def _after(told: list[Entry], said: Sequence[Message], gone: int) -> list[Entry]:
    last: int = told[-1][0] if told else 0
    left = [entry for entry in _waiting(told) if entry[0] > gone]
    for message in said:
        new = [message.level, str(message.message), message.extra_tags or ""]
        if not isinstance(message, Again) or all(new != old for _number, *old in left):
            last = max(last + 1, _number_at(timezone.now()))
            left.append([last, *new])
    if not left or left[-1][0] != last:
        # A clock that is put back gives no number twice, nor one that a browser takes as heard.
        left.append([last])
    return [entry for entry in left[-MOST_WAITING:] if _is_young(entry)]


def _waiting(told: list[Entry]) -> list[Entry]:
    return [entry for entry in told if len(entry) > 1 and _is_young(entry)]


def _is_young(entry: Entry) -> bool:
    return bool(entry[0] > _number_at(timezone.now() - KEPT_FOR))


def _number_at(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def said_in(request: HttpRequest) -> list[Message]:
    """What this very request has to tell, on whichever page."""
    return told.said if isinstance(told := get_messages(request), ToldStorage) else []


def say_again(request: HttpRequest, level: int, sentence: str, tags: str) -> None:
    """What an earlier request told; not twice on one page."""
    if isinstance(told := get_messages(request), ToldStorage):
        told.add_again(level, sentence, tags)


@transaction.atomic
def forget_told(*, user: User) -> None:
    """Nothing that waits for them, and no answer to a form of theirs, says any more what they did."""
    User.objects.filter(pk=user.pk).update(told=[])
    user.sent_forms.update(said=[])


def forget_unheard() -> int:
    """What nobody came to hear goes; of how many people."""
    count = 0
    for pk, told in User.objects.exclude(told=[]).values_list("pk", "told").iterator():
        if not all(_is_young(entry) for entry in told):
            count += _write(pk)
    return count
