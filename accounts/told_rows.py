"""What waits on somebody's row to be told (`User.told`): sentences, and the keys of forms that are done.

It is changed under a row lock, in a transaction of its own. See `accounts.told`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages.constants import ERROR
from django.contrib.messages.storage.base import Message
from django.db import transaction
from django.utils import timezone

from .models import User

KEPT_FOR = timedelta(days=1)
#: of so many sentences and keys, one of each for a form; the oldest go
MOST_WAITING = 40

#: [number] of what was heard; [number, level, sentence, tags] of a sentence; [number, key] of a form that is done.
#: Numbers are milliseconds, and never fall
Entry = list[Any]


class Again(Message):
    """One that was told before, and may wait still."""


def write_told(*, pk: int, said: Sequence[Message] = (), gone: int = 0, done: Sequence[str] = ()) -> bool:
    """Of two answers at once each leaves what the other said (row lock). False where there is no such row.

    Nobody waits for the lock to take away what was heard: the next request will.
    """
    with transaction.atomic():
        # Rows that name this one may be made meanwhile (NO KEY).
        rows = User.objects.select_for_update(no_key=True, skip_locked=not (said or done)).filter(pk=pk)
        for told in rows.values_list("told", flat=True):
            User.objects.filter(pk=pk).update(told=_after(told, said, gone, done))
            return True
    return False


def _after(told: list[Entry], said: Sequence[Message], gone: int, done: Sequence[str]) -> list[Entry]:
    last: int = told[-1][0] if told else 0
    # A key stays until it is old: each of several devices drops its own drafts.
    left = [entry for entry in told if is_key(entry) or (is_sentence(entry) and entry[0] > gone)]
    # What waits is not told once more, nor a refusal: tapped twice, it was refused twice.
    new = [_parts(message) for message in said if not _may_wait(message) or _is_new(message, left)]
    left = [entry for entry in left if not (is_key(entry) and entry[1] in done)]
    for parts in [*new, *([key] for key in done)]:
        last = max(last + 1, _number_at(timezone.now()))
        left.append([last, *parts])
    if not left or left[-1][0] != last:
        # A clock that is put back gives no number twice, nor one that a browser takes as heard.
        left.append([last])
    return [entry for entry in left[-MOST_WAITING:] if is_young(entry)]


def _parts(message: Message) -> list[Any]:
    return [message.level, str(message.message), message.extra_tags or ""]


def _may_wait(message: Message) -> bool:
    return isinstance(message, Again) or message.level >= ERROR


def _is_new(message: Message, left: list[Entry]) -> bool:
    return all(entry[1:] != _parts(message) for entry in left)


def is_sentence(entry: Entry) -> bool:
    return len(entry) > 2 and is_young(entry)


def is_key(entry: Entry) -> bool:
    return len(entry) == 2 and is_young(entry)


def is_young(entry: Entry) -> bool:
    return bool(entry[0] > _number_at(timezone.now() - KEPT_FOR))


def _number_at(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
