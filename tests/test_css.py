"""The stylesheet: one set of colours in both themes, named once, each readable where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from events import colour

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "static/css/campgrid.css").read_text()
#: beside it, on pages of its own
WORKSHOP = (ROOT / "static/css/workshop.css").read_text()
PAPER = (ROOT / "static/css/paper.css").read_text()
BOTH = SOURCE + WORKSHOP + PAPER
#: /* 1. Tokens … */ begins the part that holds every colour, /* 2. Base … */ the next
TOKENS, REST = re.split(r"^/\* 2\. ", SOURCE, flags=re.MULTILINE)
TOKENS = TOKENS[TOKENS.index("\n/* 1. ") :]
THEMES = ["light", "dark"]


def part(theme: str) -> str:
    light, _, others = TOKENS.partition("@media screen and (prefers-color-scheme: dark) {")
    return light if theme == "light" else others.partition("@media print")[0]


def tokens(theme: str, selector: str = ":root") -> dict[str, str]:
    """Name to value as the theme has it, `var()` followed, three digits as six."""
    (block,) = re.findall(rf"{re.escape(selector)} {{([^}}]*)}}", part(theme))
    values = dict(re.findall(r"--([\w-]+): ([^;]+);", block))
    for name, value in values.items():
        value = values[value[6:-1]] if value.startswith("var(--") else value
        values[name] = "#" + "".join(2 * digit for digit in value[1:]) if len(value) == 4 else value
    return values


def headings(text: str) -> list[str]:
    return re.findall(r"^(?:/\*| \*) *(\d+\. .*?)(?: \*/)?$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("sheet", "least"), [(SOURCE, 10), (WORKSHOP, 8), (PAPER, 4)], ids=["campgrid", "workshop", "paper"]
)
def test_the_contents_at_the_top_name_the_parts_in_their_order(sheet, least):
    contents, _, body = sheet.partition("*/")
    assert len(headings(contents)) > least
    assert headings(body) == headings(contents)


def test_no_colour_is_named_outside_the_tokens():
    code = re.sub(r"/\*.*?\*/", "", REST + WORKSHOP + PAPER, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|color-mix)\(|: *(?:white|black|red|grey)\b", code) == []


def test_every_token_that_is_used_is_defined():
    # Heights that a script measures stand in it, and have a value of their own here until it does.
    scripts = "".join(path.read_text() for path in (ROOT / "static/js").glob("*.js"))
    ours = set(re.findall(r"(--[\w-]+):", BOTH)) | set(re.findall(r'"(--[\w-]+)":', scripts))
    assert set(re.findall(r"var\((--[\w-]+)", BOTH)) - ours == set()


def test_both_themes_define_the_same_tokens():
    assert tokens("light").keys() == tokens("dark").keys()
    for n in range(8):
        assert tokens("light", f".hue-{n}").keys() == tokens("dark", f".hue-{n}").keys() == {"tint", "tink"}


def test_colours_are_called_as_they_are_in_every_design():
    names = "ink soft paper card sunk line edge accent on-accent mine warn warn-paper warn-solid bad bad-paper ok ok-paper focus"
    assert tokens("light").keys() == set(names.split())


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_where_it_stands(theme):
    """WCAG 2.2, 1.4.3."""
    have = tokens(theme)
    pairs = [
        (text, ground)
        for text in ("ink", "soft", "accent", "warn", "bad", "ok")
        for ground in ("paper", "card", "sunk")
    ]
    pairs += [(text, f"{text}-paper") for text in ("warn", "bad", "ok")]
    pairs += [("ink", f"{state}-paper") for state in ("warn", "bad", "ok")]
    pairs += [("on-accent", "accent"), ("on-accent", "mine"), ("card", "bad")]
    faint = {pair: colour.contrast(have[pair[0]], have[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_words_on_a_topics_colour_can_be_read(theme):
    hues = [tokens(theme, f".hue-{n}") for n in range(8)]
    assert [hue for hue in hues if colour.contrast(hue["tint"], hue["tink"]) < 4.5] == []
    assert len({hue["tint"] for hue in hues}) == 8


@pytest.mark.parametrize("theme", THEMES)
def test_the_edge_of_a_control_and_the_focus_can_be_seen(theme):
    """WCAG 2.2, 1.4.11."""
    have = tokens(theme)
    for name in ("edge", "focus"):
        assert [ground for ground in ("paper", "card", "sunk") if colour.contrast(have[name], have[ground]) < 3] == []


def test_accents_are_corrected_for_the_least_favourable_ground():
    grounds = {theme: [tokens(theme)[name] for name in ("paper", "card", "sunk")] for theme in THEMES}
    by_light = {
        theme: sorted(found, key=lambda c: colour.luminance(colour.parse(c))) for theme, found in grounds.items()
    }
    assert (by_light["light"][0], by_light["dark"][-1]) == (colour.LIGHT_PAPER, colour.DARK_PAPER)


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#ffffff", "#ff0000", "#808080", "#00ff7f", "#123456"])
def test_what_stands_on_an_accent_can_be_read(accent):
    found = re.findall(r"--accent:(#\w+);--on-accent:(#\w+)", colour.stylesheet(accent).replace("#fff}", "#ffffff}"))
    assert len(found) == 2
    assert [pair for pair in found if colour.contrast(*pair) < 4.5] == []


def test_every_class_of_a_template_has_a_rule():
    """Also finds a name that was given up in the stylesheet and not in a page."""
    styled = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/", "", BOTH, flags=re.DOTALL)))
    used = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for classes in re.findall(r'class="([^"]*)"', path.read_text()):
            plain = re.sub(r"\S*{{.*?}}\S*", " ", re.sub(r"{%.*?%}", " ", classes, flags=re.DOTALL))
            used |= set(plain.split())
    assert used - styled == set()


def test_every_class_is_on_something():
    """Those of eight colours, and of how wide a board is, are put together."""
    code = re.sub(r"/\*.*?\*/|url\([^)]*\)|\{[^{}]*\}", "", BOTH, flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-z][\w-]*)", code)) - {f"hue-{n}" for n in range(8)}
    classes -= {f"fours-{n}" for n in range(4, 11)}
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/**/*.js")]
    files += [
        path for app in ("config", "events", "pitches", "schedule", "notes") for path in ROOT.glob(f"{app}/**/*.py")
    ]
    used = " ".join(path.read_text() for path in files)
    assert len(classes) > 50
    assert [name for name in sorted(classes) if not re.search(rf"(?<![\w-]){name}(?![\w-])", used)] == []


@pytest.mark.parametrize("sheet", [REST, WORKSHOP], ids=["campgrid", "workshop"])
def test_a_thing_is_styled_in_one_place(sheet):
    """A class that is given anew is somebody else's already: two lay on one name, and both looked wrong."""
    text, depth, selectors, found = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL), 0, [], ""
    for letter in text:
        if letter == "{":
            selectors += [found.strip()] if depth == 0 else []
            depth, found = depth + 1, ""
        elif letter == "}":
            depth, found = depth - 1, ""
        else:
            found += letter
    plain = [selector for selector in selectors if not selector.startswith("@")]
    assert len(plain) > 100
    assert sorted(plain) == sorted(set(plain))


def test_what_phones_of_five_years_do_not_know_takes_no_other_selector_along():
    """One selector of a list that a browser does not know, and it takes the whole rule for none."""
    plain = re.sub(r"/\*.*?\*/", "", BOTH, flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+){", plain):
        apart = re.split(r",(?![^(]*\))", selectors)
        assert len({":has(" in one for one in apart}) == 1, selectors
