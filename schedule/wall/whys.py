"""The line that says why the grid is another one now, where people read it. Kept with the version: no page asks."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from events.models import Camp

from ..models import GridVersion

#: above the grid
MOST = 3


class Why(NamedTuple):
    """What was said with a version, and when."""

    at: datetime
    line: str


def whys_at(
    camp: Camp, latest: GridVersion | None, at: datetime, line: str, takes_back: int | None
) -> list[dict[str, str]]:
    """What a version that follows `latest` at that moment keeps of them: its own line, and those of the same day, the
    newest first; nothing of what it takes back. No query, but for one that takes back.
    """
    base = camp.grid_versions.filter(number__lt=takes_back).first() if takes_back else latest
    day = at.astimezone(camp.tz).date()
    told = [why for why in (base.whys or () if base else ()) if _day_of(why, camp) == day and why["line"] != line]
    return [*([{"at": at.isoformat(), "line": line}] if line else []), *told][:MOST]


def _day_of(why: dict[str, str], camp: Camp) -> date:
    return datetime.fromisoformat(why["at"]).astimezone(camp.tz).date()


def whys_of(version: GridVersion) -> list[Why]:
    """What stands above the grid."""
    return [Why(datetime.fromisoformat(why["at"]), why["line"]) for why in version.whys or ()]


def why_in_words(line: str) -> str:
    """Beside what moved."""
    return _("Why: %(line)s") % {"line": line}
