"""What every template may use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from ..markdown import to_html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return to_html(text or "")


@register.filter
def clock(moment: datetime) -> str:
    """11:00, in the camp's time zone."""
    return f"{timezone.localtime(moment):%H:%M}"


@register.filter
def day(value: date | datetime) -> str:
    """Sat 23 Jan."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "D j M")


@register.filter
def long_day(value: date | datetime) -> str:
    """Saturday 23 January 2027."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "l j F Y")


@register.filter
def dates(camp: Any) -> str:
    """Sat 23 Jan 2027, or Sat 23 to Sun 24 Jan 2027."""
    first, last = camp.starts_on, camp.ends_on
    if first == last:
        return date_format(first, "D j M Y")
    start = "D j" if (first.year, first.month) == (last.year, last.month) else "D j M"
    return f"{date_format(first, start)} – {date_format(last, 'D j M Y')}"


@register.filter
def look_up(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


#: fewer people than this are "a few": a smaller number could tell who they are
FEW = 5


@register.filter
def people(count: int) -> str:
    """12 people; a few people below five; nobody."""
    if count <= 0:
        return gettext("nobody")
    if count < FEW:
        return gettext("a few people")
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


#: how tall the tallest bar of a plot is, in its own units
BAR = 36


@register.simple_tag
def bar_height(count: int, tallest: int) -> str:
    return f"{BAR * count / max(1, tallest):.1f}"


@register.simple_tag
def bar_top(count: int, tallest: int, above: int = 0) -> str:
    return f"{BAR - BAR * count / max(1, tallest) - above:.1f}"


@register.simple_tag
def cell_key(slot_id: int, room_id: int) -> tuple[int, int]:
    return slot_id, room_id


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the sprite; always beside a word, so it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("_form.html")
def form_fields(form: Any) -> dict[str, Any]:
    """All fields with label, help and error; a summary of the errors takes the focus."""
    return {"form": form}
