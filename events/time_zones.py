"""The list of time zones to choose from: hundreds of options on two pages, so they are put together once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .models.camp import known_time_zones

#: those most camps are in, first
COMMON = ("Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Paris", "America/New_York", "UTC")


@cache
def time_zone_choices() -> tuple[tuple[str, str], ...]:
    """Name, and how people read it; the usual ones first (memoised)."""
    rest = sorted(name for name in known_time_zones() if "/" in name and not name.startswith("Etc/"))
    return tuple((name, name.replace("_", " ")) for name in [*COMMON, *(n for n in rest if n not in COMMON)])


class TimeZoneSelect(forms.Select):
    """A select like any other, without a template for each of its options: those took most of a page's time."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        head = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", head, _options(tuple(self.choices), chosen))


@lru_cache(maxsize=20)
def _options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((name, SafeString(" selected") if name == chosen else "", words) for name, words in choices),
    )
