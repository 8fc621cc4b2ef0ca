"""Who leads something, as cells name them: several people in one, “by” before them, what is in brackets behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count

from django.utils.translation import gettext as _

from .cells import TO_COME
from .report import quoted

#: what stands behind one name, and a comma
BEHIND_NAMES = r"ph\.?d|md|m\.?sc|m\.?a|b\.?sc|b\.?a|jr|sr|esq"
#: what stands where a name is to come
NOBODY = TO_COME | {"n.n.", "nn", "?"}


def _between(words: str) -> re.Pattern[str]:
    """Signs, and these words, between the names of several people."""
    return re.compile(
        rf"(?<=[^\s,;&+/])\s*(?:,(?!\s?(?:{BEHIND_NAMES})\b)|;|&|\+|/|\n|\b(?:{words})\b)\s*", re.IGNORECASE
    )


#: between the names of several people in one cell
SEVERAL = _between(r"and|und|et(?! al\b)")
#: the same with words that stand within names, too: Ortega y Gasset, Costa e Silva
MAYBE_SEVERAL = _between("and|und|et|y|e|en")


#: words before whoever leads it, not as another language has them: “Door Bell”; and those with which a title may go on
#: as well: “Coffee / with Extra Milk”
BY, WITH = "by|(?-i:par|por|door)", "with|von|mit|avec|con|met"
SAYS_HOSTS = re.compile(
    rf"(?:(?P<by>(?:(?:led|hosted|given)\s)?(?:{BY})\s|(?:hosts?|leaders?|speakers?|leitung|animation|ponentes?|spreker)\s?:)"
    rf"|(?:{WITH})\s)\s?(?P<names>.+)",
    re.IGNORECASE,
)
#: (Berlin) · [she/her]
BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")


def divided(between: re.Pattern[str], typed: str) -> list[str]:
    """What stands between such signs; those within brackets divide nothing: Ann (she/her)."""
    kept = BRACKETS.findall(typed)
    numbers = count()
    # No cell holds a NUL.
    masked = BRACKETS.sub(lambda found: f"\0{next(numbers)}\0", typed)
    pieces = [re.sub("\0([0-9]+)\0", lambda found: kept[int(found[1])], piece) for piece in between.split(masked)]
    return [piece.strip() for piece in pieces if piece.strip()]


def without_brackets(name: str) -> str:
    """Ann (Berlin): where somebody is from, or how one speaks of them, is no part of the name."""
    while name.endswith((")", "]")) and (at := max(name.rfind("("), name.rfind("["))) > 0:
        name = name[:at].rstrip()
    return name


def said_by(text: str) -> str:
    """Whom a text names behind “by”; nobody, if it does not begin so."""
    found = SAYS_HOSTS.fullmatch(text)
    return found["names"] if found and found["by"] else ""


def names_in(typed: str, is_known: Callable[[str], bool]) -> list[str]:
    """The names in a cell: the whole, if it is somebody's; words that names have, too, divide only who is known.

    Without “by” before them, brackets around them and what is in brackets behind them, unless somebody is called so.
    """

    def called(name: str) -> str:
        bare = _bare(name)
        return next(filter(is_known, dict.fromkeys((name, bare))), without_brackets(bare))

    typed = typed.strip()
    if is_known(called(typed)):
        return [called(typed)]
    typed = _bare(typed)
    people = [name for name in map(called, divided(MAYBE_SEVERAL, typed)) if name.casefold() not in NOBODY]
    if all(map(is_known, people)):
        return people
    return [name for name in map(called, divided(SEVERAL, typed)) if name.casefold() not in NOBODY]


def _bare(typed: str) -> str:
    """Ann, of: by Ann · (Ann) · (by Ann)."""
    inner = typed[1:-1].strip() if BRACKETS.fullmatch(typed) else typed
    return said_by(inner) or inner


def told_names(typed: str, names: Sequence[str]) -> str:
    """What is said where something of a cell is in none of its names; nothing, mostly."""
    if not names:
        return _("“%(typed)s” names nobody.") % {"typed": quoted(typed)} if typed else ""
    values = {"typed": quoted(typed), "names": quoted(", ".join(names))}
    is_within = BRACKETS.fullmatch(typed) is not None
    if not is_within and sum(len(BRACKETS.findall(name)) for name in names) != len(BRACKETS.findall(typed)):
        return _("“%(typed)s” is read as %(names)s: what is in brackets is no part of a name.") % values
    # Between names there is little; before them may stand “by”.
    if any(name.casefold() in NOBODY for name in divided(SEVERAL, typed)) or not typed.startswith(names[0]):
        return _("“%(typed)s” is read as %(names)s.") % values
    return ""
