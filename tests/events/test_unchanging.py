"""`{% unchanging %}`: what is rendered once for everybody holds nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, engines
from django.template.base import Template
from django.utils import translation

from events.templatetags.unchanging import UnchangingNode

TEMPLATES = settings.BASE_DIR / "templates"


def compiled(text: str) -> Template:
    return engines["django"].engine.from_string(text)


def parts() -> Iterator[Any]:
    """Every part of our templates that is kept."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        template = engines["django"].engine.get_template(str(path.relative_to(TEMPLATES)))
        for number, node in enumerate(template.nodelist.get_nodes_by_type(UnchangingNode)):
            yield pytest.param(template, node, id=f"{path.name}-{number}")


class Watched(Context):
    """Writes down what is looked for and is not there: in a page it would be there."""

    def __init__(self) -> None:
        super().__init__()
        self.missed: list[str] = []

    def __getitem__(self, key: Any) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError:
            self.missed.append(key)
            raise


def missed_by(template: Template, node: UnchangingNode) -> list[str]:
    context = Watched()
    with context.render_context.push_state(template), context.bind_template(template):
        node.nodelist.render(context)
    return context.missed


@pytest.mark.parametrize(("template", "node"), [*parts()])
def test_nothing_of_a_page_stands_in_what_is_kept(template, node):
    assert missed_by(template, node) == []


@pytest.mark.parametrize("inside", ["{{ user }}", "{% if camp %}1{% endif %}", '{% include "_news.html" %}'])
def test_what_is_a_pages_own_is_noticed(inside):
    template = compiled("{% unchanging %}" + inside + "{% endunchanging %}")
    [node] = template.nodelist.get_nodes_by_type(UnchangingNode)
    assert missed_by(template, node)


def test_it_is_given_nothing_of_the_page():
    template = compiled("{{ name }}: {% unchanging %}({{ name }}){% endunchanging %}")
    assert [template.render(Context({"name": name})) for name in ("Ann", "Ben")] == ["Ann: ()", "Ben: ()"]


def test_it_is_rendered_once_for_each_language(monkeypatch):
    template = compiled("{% unchanging %}{% now 'F' %}{% endunchanging %}")
    [node] = template.nodelist.get_nodes_by_type(UnchangingNode)
    rendered: list[str] = []
    render = node.nodelist.render
    monkeypatch.setattr(node.nodelist, "render", lambda context: rendered.append(render(context)) or rendered[-1])
    shown = []
    for language in ("en", "de", "en", "de"):
        with translation.override(language):
            shown.append(template.render(Context()))
    assert shown == rendered * 2
