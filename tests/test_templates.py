"""What holds of every template, read from the source."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
from django.template.loader import get_template

from events.templatetags.campgrid import register

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SOURCES = {str(path.relative_to(TEMPLATES)): path.read_text() for path in sorted(TEMPLATES.rglob("*.html"))}


def test_every_template_that_a_page_of_ours_or_of_allauth_uses_can_be_read():
    """Also those that only a rare page loads: a tag library that is not installed is a 500 for whoever gets there."""
    library = Path(allauth.__file__).parent / "templates"
    theirs = [
        str(path.relative_to(library))
        for part in ("account", "mfa", "allauth")
        for path in (library / part).rglob("*.html")
    ]
    assert "mfa/webauthn/authenticator_list.html" in theirs
    for name in [*SOURCES, *theirs]:
        get_template(name)


def test_there_is_one_table_of_the_grid():
    tables = [name for name, source in SOURCES.items() if re.search(r'class="grid["{]', source)]
    assert tables == ["schedule/_grid_table.html"]


def test_hosts_are_listed_by_one_filter():
    written_out = [name for name, source in SOURCES.items() if re.search(r"{% for \w+ in [\w.]*hosts\.all %}", source)]
    assert written_out == []


def test_a_page_whose_only_form_is_sent_to_itself_is_the_ask_page():
    copies = []
    for name, source in SOURCES.items():
        forms = re.findall(r"<form\b[^>]*>", source)
        if source.startswith('{% extends "_base.html" %}') and len(forms) == 1 and "action=" not in forms[0]:
            copies.append(name)
    assert copies == ["_ask.html"]


def test_what_the_ask_page_is_called_is_its_heading(sign_in, camp, olga):
    html = sign_in(olga).get(f"/{camp.slug}/copy/").content.decode()
    assert re.findall(r"<title>(.*?) ·", html) == ["Copy this camp"]
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Copy this camp"]


def test_no_line_is_longer_than_a_screen_is_wide():
    long = [
        (name, n)
        for name, source in SOURCES.items()
        for n, line in enumerate(source.splitlines(), 1)
        if len(line) > 160
    ]
    assert long == []


def test_no_query_string_is_put_together_by_hand():
    """`querystring` escapes what people typed and keeps the other parameters."""
    assert [name for name, source in SOURCES.items() if re.search(r'\?[^"<]*&amp;|[?&]page=', source)] == []


def test_a_partial_is_named_in_kebab_case_and_its_root_has_that_name():
    wrong = []
    for name, source in SOURCES.items():
        for partial, body in re.findall(
            r"{% partialdef (\S+)(?: inline)? %}(.*?){% endpartialdef %}", source, re.DOTALL
        ):
            root = re.search(r"<\w+[^>]*?\sid=\"([^\"]*)\"", body)
            is_kebab = re.fullmatch(r"[a-z]+(-[a-z]+)*", partial)
            if (
                not is_kebab
                or not root
                or re.sub(r"-{{.*?}}$", "", root[1]) != partial
                or body.index("<") != root.start()
            ):
                wrong.append((name, partial))
    assert wrong == []


def test_what_htmx_swaps_is_a_partial():
    partials = {p for source in SOURCES.values() for p in re.findall(r"{% partialdef (\S+)", source)}
    targets = {t for source in SOURCES.values() for t in re.findall(r'hx-target="#([a-z-]+?)(?:-{{[^"]*)?"', source)}
    assert targets
    assert targets <= partials


def test_every_tag_and_filter_of_ours_is_in_a_template():
    source = "".join(SOURCES.values())
    tags = {name for name in register.tags if not re.search(rf"{{% {name}\b", source)}
    filters = {name for name in register.filters if not re.search(rf"\|{name}\b", source)}
    assert tags | filters == set()
