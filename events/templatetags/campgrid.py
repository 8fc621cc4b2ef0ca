"""What every template may use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from accounts.clocks import on_the_clock
from accounts.form_keys import FIELD, SENT_AS, key_of, new_key

from .. import few
from ..beside import beside_pages
from ..caching import answers, joined
from ..colour import LIGHT_PAPER, readable_on
from ..http import Done, camp_address
from ..markdown import BELOW_TITLE, to_html
from ..missing import say_what_is_missing
from ..models import Attendee
from ..news import NewsPage, news_page, sentence
from ..people import Named, named, named_all
from ..qr import qr_svg
from ..signals import waiting_shown

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Within a section of the page."""
    return to_html(text or "")


@register.filter
def markdown_below_title(text: str) -> SafeString:
    """Right below the page's h1."""
    return to_html(text or "", BELOW_TITLE)


register.filter("on_light", lru_cache(maxsize=500)(lambda colour: readable_on(colour, LIGHT_PAPER)))


@register.filter
def news_sentence(item: dict[str, Any]) -> str:
    """What others did with one's place."""
    return sentence(item)


@register.filter
def news_shown(news: list[dict[str, Any]]) -> NewsPage:
    """What a page tells of it at a time."""
    return news_page(news)


@register.filter
def clock(moment: datetime) -> str:
    """11:00, in the camp's time zone; 01:15 BST in an hour that its clocks show twice."""
    # In UTC: of two moments that a zone's clocks show alike, Python says that they are one.
    return _clock(timezone.localtime(moment, UTC), timezone.get_current_timezone())


@lru_cache(maxsize=5_000)
def _clock(moment: datetime, zone: tzinfo) -> str:
    """By the clocks of that zone (memoised): each page tells when the same few slots begin and end."""
    return on_the_clock(timezone.localtime(moment, zone))


@register.filter
def day(value: date | datetime) -> str:
    """Sat 23 Jan."""
    return _written(value, "D j M")


@register.filter
def dated(value: date | datetime) -> str:
    """Sat 23 Jan 2027: of what is read long after the camp."""
    return _written(value, "D j M Y")


@register.filter
def long_day(value: date | datetime) -> str:
    """Saturday 23 January 2027."""
    return _written(value, "l j F Y")


def _written(value: date | datetime, form: str) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return _date_written(value, form, get_language())


@lru_cache(maxsize=500)
def _date_written(value: date, form: str, language: str | None) -> str:
    """In that language (memoised): a camp has few days, and each page names them."""
    return date_format(value, form)


@register.filter
def dates(camp: Any) -> str:
    """Sat 23 Jan 2027, or Sat 23 to Sun 24 Jan 2027."""
    first, last = camp.starts_on, camp.ends_on
    if first == last:
        return _written(first, "D j M Y")
    start = "D j" if (first.year, first.month) == (last.year, last.month) else "D j M"
    return f"{_written(first, start)} – {_written(last, 'D j M Y')}"


@register.filter
def names(people: Iterable[Named], how: str = "") -> SafeString:
    """Ben, Cleo: whoever hosts, in one line, organisers marked; "tight": by the shield alone."""
    return named_all(people, is_tight=how == "tight")


@register.filter
def name(person: Named | None, how: str = "") -> SafeString | str:
    """What somebody is called here, an organiser marked; nothing for nobody."""
    return named(person, is_tight=how == "tight") if person else ""


register.filter("people", few.people)
register.filter("about", few.about)


#: how tall the tallest bar of a plot is, in its own units
BAR = 36


@register.simple_tag
def bar_height(count: int, tallest: int) -> str:
    return f"{BAR * count / max(1, tallest):.1f}"


@register.simple_tag
def bar_top(count: int, tallest: int, above: int = 0) -> str:
    return f"{BAR - BAR * count / max(1, tallest) - above:.1f}"


@register.simple_tag(takes_context=True)
def page_title(context: Context) -> SafeString:
    """The block `title` once more: what a page is called in the tab is its heading, too."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    return block.nodelist.render(context)


@register.simple_tag(takes_context=True)
def camp_link(context: Context, view_name: str, words: str) -> SafeString:
    """A link to a page of the camp; `aria-current` where one is there already."""
    match = context["request"].resolver_match
    is_here = match is not None and match.view_name == view_name
    return _camp_link(view_name, context["camp"].slug, str(words), is_here, get_script_prefix())


@lru_cache(maxsize=5_000)
def _camp_link(view_name: str, slug: str, words: str, is_here: bool, prefix: str) -> SafeString:
    """Every page of a camp has the same few (memoised)."""
    address = camp_address(view_name, slug, prefix)
    here = SafeString(' aria-current="page"') if is_here else ""
    return format_html('<a href="{}"{}>{}</a>', address, here, words)


@register.simple_tag(takes_context=True)
def beside(context: Context) -> SafeString:
    """What the apps above put beside every page of a camp, for whoever is in it."""
    return joined(piece.__html__() for piece in beside_pages(context["request"]))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the sprite; always beside a word, so it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def qr(address: str, label: str) -> SafeString:
    """A code that leads there."""
    return qr_svg(address, label)


@register.simple_tag(takes_context=True)
def waiting(context: Context, back: str) -> SafeString:
    """What waits for somebody who is in, until they have seen it; its forms lead `back`, or to this page."""
    request = context["request"]
    return answers(waiting_shown, Attendee, request=request, back=back or request.get_full_path())


@register.simple_tag(takes_context=True)
def form_key(context: Context) -> SafeString:
    """The key of one use that makes a form sent twice be done once. A form shown again, refused, keeps its key."""
    # Without a request it would be kept for all (KeyError): a key is one person's.
    request = context["request"]
    # What somebody sent as theirs is from here on: its key was another person's.
    sent = "" if SENT_AS in request.POST else key_of(request)
    answered = SafeString(" data-answered") if sent else ""
    whose = request.user.mark if request.user.is_authenticated else ""
    return format_html('<input type="hidden" name="{}" value="{}"{}>', FIELD, sent or new_key(whose), answered)


#: a form that a device keeps is opened so often without a network before its keys are used up
SPARE_KEYS = 12


@register.simple_tag(takes_context=True)
def spare_keys(context: Context) -> str:
    """Keys for a form that a device keeps: opened again without a network, it is for another thing each time."""
    user = context["request"].user
    return " ".join(new_key(user.mark if user.is_authenticated else "") for _number in range(SPARE_KEYS))


@register.filter
def what_was_done(message: Message) -> Done:
    """The button that takes it back, and what was touched."""
    return Done.of(message.extra_tags or "")


@register.simple_tag
def hidden_inputs(name: str, values: Iterable[object]) -> SafeString:
    """What a form sends of many things that are on the page."""
    before = escape(name).join(('<input type="hidden" name="', '" value="'))
    texts = (str(value) if type(value) is int else escape(value) for value in values)
    inputs = "".join(f'{before}{text}">' for text in texts)
    return SafeString(inputs)  # nosec B703 # escaped just now


@register.inclusion_tag("_form.html")
def form_fields(form: Any) -> dict[str, Any]:
    """All fields with label, help and error, in the groups of the form; a summary of the errors takes the focus.

    What the form names as `folded` comes last, under "More": open if something there is wrong, or was said already.
    """
    say_what_is_missing(form)
    folded = [form[name] for name in getattr(form, "folded", ()) if name in form.fields]
    is_open = form.is_bound and any(field.errors or field.name in form.changed_data for field in folded)
    return {"form": form, "groups": _groups_of(form), "folded": folded, "is_open": is_open}


def _groups_of(form: Any) -> list[tuple[str, list[BoundField]]]:
    """The heading of each group, and its fields; what is in no group comes first and has no heading."""
    folded = getattr(form, "folded", ())
    fields = {field.name: field for field in form.visible_fields() if field.name not in folded}
    named = [(words, [fields.pop(name) for name in group if name in fields]) for words, group in _named_groups(form)]
    return [(words, group) for words, group in [("", list(fields.values())), *named] if group]


def _named_groups(form: Any) -> Iterable[tuple[str, Iterable[str]]]:
    groups: Iterable[tuple[str, Iterable[str]]] = getattr(form, "groups", ())
    return groups


@register.simple_tag(takes_context=True)
def title_start(context: Context) -> str:
    """Says "Error:" where something that was sent was refused: the page's title is what is read out first."""
    values: dict[Any, Any] = context.flatten()
    is_refused = bool(values.get("problem") or values.get("conflict_count"))
    # By name: looking at the token for forms would set its cookie on pages that hold none.
    forms = [value for name, value in values.items() if name.endswith("form") and isinstance(value, BaseForm)]
    is_refused |= any(form.errors for form in forms)
    is_refused |= any(message.level >= ERROR for message in values.get("messages") or ())
    return gettext("Error:") + " " if is_refused else ""
