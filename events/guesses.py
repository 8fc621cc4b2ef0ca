"""Guessing a camp's code: each browser has a few wrong ones, and shuts out nobody else by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.browser import browser_id, is_in_good_standing, note_right_code
from accounts.codes import as_typed
from accounts.limits import Limit, count_one, is_used_up, source_of, uncount_one

Found = TypeVar("Found")

OF_ONE_BROWSER = Limit("join-code-browser", 10)
#: of browsers that throw their cookie away; a hall of 300 who mistype four times each stays below
FROM_ONE_SOURCE = Limit("join-code-source", 1_200)


def guess(*, request: HttpRequest, look: Callable[[], Found]) -> Found:
    """What `look` finds, asked only while the browser has guesses left (rate limit). A right one costs none."""
    browser, source = browser_id(request), source_of(request)
    if not is_in_good_standing(request) and is_used_up(limit=FROM_ONE_SOURCE, who=source):
        text = _("Too many wrong codes from this network. Sign in with your e-mail address, or wait five minutes.")
        raise ValidationError(text)
    if not count_one(limit=OF_ONE_BROWSER, who=browser):
        raise ValidationError(_("Too many wrong codes from here. Wait five minutes, then try again."))
    if found := look():
        uncount_one(limit=OF_ONE_BROWSER, who=browser)
        note_right_code(request)
    else:
        count_one(limit=FROM_ONE_SOURCE, who=source)
    return found


def has_shape_of_code(text: str) -> bool:
    """Whether it is as long as the code of an invitation, typed in whatever way. Keys are longer."""
    return len(as_typed(text)) == 8
