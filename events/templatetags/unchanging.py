"""What a page shows the same to everybody: rendered once."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class UnchangingNode(template.Node):
    """Once rendered, it is kept for the process, by language (memoisation). It is given nothing of the page, so that
    nothing of anybody can be kept in it.
    """

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._kept: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        if language not in self._kept:
            self._kept[language] = self.nodelist.render(context.new({}))
        return self._kept[language]


@register.tag
def unchanging(parser: Parser, token: Token) -> UnchangingNode:
    """`{% unchanging %} … {% endunchanging %}`: what is the same on every page and for everybody."""
    nodelist = parser.parse(("endunchanging",))
    parser.delete_first_token()
    return UnchangingNode(nodelist)
