"""Names of people: in the order in which one looks for them, those of one name told apart, an organiser's marked and
not taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from accounts.names import is_seen

from .caching import fill, stencil
from .lookalikes import is_drawn_as, is_what_one_does, poses
from .models import Attendee, Camp


class Named(Protocol):
    """Whose name stands on a page: an attendee, or as much of one as a list of hundreds reads."""

    @property
    def display_name(self) -> str: ...
    @property
    def runs_camp(self) -> bool: ...


def named(person: Named, *, is_tight: bool = False) -> SafeString:
    """The name as every page shows it (HTML): an organiser's with the mark. That comes from their role, never from what
    anybody typed.

    Where it `is_tight` the mark is the shield alone, and its word is read out only.
    """
    if not person.runs_camp:
        return fill(NAME, {"name": person.display_name})
    return fill(stencil("events/_organiser.html", is_tight), {"name": person.display_name})


NAME = ("", "name", "")


def named_all(people: Iterable[Named], *, is_tight: bool = False) -> SafeString:
    """Ben, Cleo: whoever hosts, in one line (HTML), organisers marked."""
    text = ", ".join(named(person, is_tight=is_tight) for person in people)
    return SafeString(text)  # nosec B703 # each escaped just now


class ToldApart(Mapping[int, str]):
    """By person, what tells them from others in the camp who look the same; in words once it is asked for."""

    def __init__(self, found: dict[int, tuple[int, datetime]], zone: tzinfo) -> None:
        self._found = found
        self._zone = zone

    def __getitem__(self, person: int) -> str:
        number, joined_at = self._found[person]
        when = _day_and_time(timezone.localtime(joined_at, self._zone))
        return _("no. %(number)s of this name, joined %(when)s") % {"number": number, "when": when}

    def __contains__(self, person: object) -> bool:
        return person in self._found

    def __iter__(self) -> Iterator[int]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def told_apart(camp: Camp) -> ToldApart:
    """Which of their name they are, and when they came. Nobody who has a name to themselves is in it."""
    alike: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    rows = camp.attendees.filter(removed_at=None).order_by("joined_at", "pk")
    for pk, name, joined_at in rows.values_list("pk", "display_name", "joined_at"):
        alike[as_seen(name)].append((pk, joined_at))
    found = {
        pk: (number, joined_at)
        for people in alike.values()
        if len(people) > 1
        for number, (pk, joined_at) in enumerate(people, 1)
    }
    return ToldApart(found, camp.tz)


def _day_and_time(local: datetime) -> str:
    return f"{date_format(local, 'j F')}, {on_the_clock(local)}"


def in_order_of_names(people: Iterable[Attendee]) -> list[Attendee]:
    """Ann, ben, Person 2, Person 10: capitals aside, numbers as numbers (natural order). No database sorts so."""
    return sorted(people, key=lambda person: (_natural(person.display_name), person.pk))


def ids_in_order_of_names(people: Iterable[tuple[int, str]]) -> list[int]:
    """The same of (id, name)."""
    return [pk for pk, _name in sorted(people, key=lambda person: (_natural(person[1]), person[0]))]


def _natural(name: str) -> list[tuple[int, str]]:
    # Text and numbers take turns, text first: so like is compared with like.
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if number % 2 else (0, part) for number, part in enumerate(parts)]


def refuse_posing(name: str) -> None:
    """A sentence for a name that says what somebody does at a camp, or has a mark like that of organisers."""
    if is_what_one_does(name):
        raise ValidationError({"display_name": _("That says what somebody does at a camp. Type your name.")})
    if poses(name):
        told = _("Only Campgrid says who is an organiser, beside the name. Type your name alone.")
        raise ValidationError({"display_name": told})


def refuse_name_of_organiser(camp: Camp, name: str) -> None:
    """A sentence for a name that looks like an organiser's, or like the camp's own, with or without "team" or "staff"
    beside it: what is said under it would be taken for their word.
    """
    if is_drawn_as(name, (camp.name, "Camp", "Campgrid")):
        told = _("That reads as if the camp itself said it. Type your own name, or add something to it.")
        raise ValidationError({"display_name": told})
    if is_drawn_as(name, camp.attendees.organisers().values_list("display_name", flat=True)):
        told = _("An organiser of this camp is called so. Add something to your name.")
        raise ValidationError({"display_name": told})


def looks_alike(name: str, other: str) -> bool:
    return as_seen(name) == as_seen(other)


def as_seen(name: str) -> str:
    """Two names that nobody can tell apart are one: wide letters, blanks, and what leaves no mark."""
    if name.isascii() and name.isprintable():
        return name.casefold().replace(" ", "")
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if is_seen(letter))
