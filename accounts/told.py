"""What was done is told on the next page, whichever that is (messages)."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponse


class ToldStorage(FallbackStorage):
    """For whoever is signed in it is kept with their session, in the database: if the answer is lost on its way, a
    cookie would be lost with it, and nobody would hear what was done, nor find its Undo. A cookie for everybody else,
    who have no row there.
    """

    storage_classes = (SessionStorage, CookieStorage)

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        """Of both: before signing in it was told to nobody yet."""
        found: dict[BaseStorage, list[Message]] = {storage: storage._get()[0] or [] for storage in self.storages}
        # What of these is read is taken out of them when the answer goes.
        self._used_storages.update(storage for storage, told in found.items() if told)  # type: ignore[attr-defined]
        return [*chain.from_iterable(found.values())], True

    def _store(self, messages: list[Message], response: HttpResponse, *args: Any, **kwargs: Any) -> list[Message]:
        is_in = self.request.user.is_authenticated
        self.storages.sort(key=lambda storage: isinstance(storage, CookieStorage) is is_in)
        return super()._store(messages, response, *args, **kwargs)  # type: ignore[misc]
