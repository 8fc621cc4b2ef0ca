"""The time zones of the world as they are now: countries change theirs at a few months' notice (Morocco in 2026)."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import tzdata


def use_newest() -> str:
    """Times are reckoned by the newer of the machine's time zones and those of the package; says which (IANA version).

    A machine that nobody updates is an hour wrong there, and so is every calendar that it writes; a package that
    nobody updates is, too. The machine's own where they are alike.
    """
    ours = tzdata.IANA_VERSION
    # The first folder there is has nearly every zone: what a later one says of itself is never used.
    theirs = next((_version(Path(folder)) for folder in zoneinfo.TZPATH if Path(folder).is_dir()), "")
    if theirs >= ours:
        return theirs
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    return ours


def _version(folder: Path) -> str:
    """Such as "2026f"; empty where the machine does not say. The format: tz's Makefile, rule tzdata.zi."""
    try:
        with (folder / "tzdata.zi").open(encoding="ascii") as file:
            name, _space, version = file.readline().strip().removeprefix("# ").partition(" ")
    except (OSError, ValueError):
        return ""
    return version if name == "version" else ""
