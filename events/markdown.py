"""Markdown that people typed, as HTML that is safe to show. Rendered once and kept, and never for long."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from .caching import kept

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 30}).enable(
    ["table", "strikethrough"]
)
#: a page has one h1 and sections of its own; the headings of a text start below what it stands under, with no level
#: left out: within a section, or right below the h1
IN_SECTION, BELOW_TITLE = 3, 2
_TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
#: a shorter text is not worth asking another process for
_WORTH_SHARING = 500
#: What a text may hold and still be read as Markdown; five times what dense notes of a long session have. Each of
#: these is measured in `bench/limits.py`: more of it would take seconds, or be left out by the parser without a word.
MOST_MARKS = 15_000
MOST_CELLS = 20_000
DEEPEST_QUOTE = 6
_DEEP_QUOTE = re.compile(rf"^ {{0,3}}(?:> ?){{{DEEPEST_QUOTE + 1}}}", re.MULTILINE)


def to_html(text: str, first_heading: int = IN_SECTION) -> SafeString:
    """Cleaned HTML: no scripts, no images from elsewhere, links that do not vouch for their target.

    It is rendered once for all readers and kept by what it says, so for each revision.
    """
    if len(text) < _WORTH_SHARING:
        return _render_short(text, first_heading)
    # Packed: a cache that is the memory of a process counts entries, not bytes.
    packed = kept("markdown", first_heading, text, make=lambda: zlib.compress(_render(text, first_heading).encode()))
    html = zlib.decompress(packed).decode()
    return SafeString(html)  # nosec B703 # cleaned when it was made


def is_markdown(text: str) -> bool:
    """Whether it is rendered as such; a text that is nothing but marks is shown as it was typed."""
    lines = text.count("\n") + 1
    marks = lines + sum(map(text.count, "[]!*_`~<&#|\\"))
    return marks <= MOST_MARKS and _most_cells(text) <= MOST_CELLS and not _DEEP_QUOTE.search(text)


def _most_cells(text: str) -> int:
    """A table has as many columns in each row as in its widest; this is more than all tables together can have."""
    widths = [line.count("|") for line in text.split("\n")]
    return max(widths) * len(widths)


@lru_cache(maxsize=2_000)
def _render_short(text: str, first_heading: int) -> SafeString:
    """What pages show a dozen of: the beginnings of notes, what pitches are about."""
    return _render(text, first_heading)


def _render(text: str, first_heading: int) -> SafeString:
    if not is_markdown(text):
        return _as_typed(text)
    tokens = _parser.parse(text)
    if any(token.level >= _parser.options["maxNesting"] - 1 for token in tokens):
        # The parser leaves out what is nested any deeper; nothing that somebody typed may vanish.
        return _as_typed(text)
    _lower_headings(tokens, first_heading)
    html = _parser.renderer.render(tokens, _parser.options, {})
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return SafeString(cleaned)  # nosec B703 # cleaned just now


def _as_typed(text: str) -> SafeString:
    html = linebreaks(text, autoescape=True)
    return SafeString(html)  # nosec B703 # escaped just now


def _lower_headings(tokens: list[Token], first: int) -> None:
    """The levels that are used become `first` and those below, in their order."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    used = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(first + used.index(token.tag), 6)}"
