"""What a page's form would send along: fields that the person does not see."""

from __future__ import annotations

from html.parser import HTMLParser


class _Hidden(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.is_inside = action, False
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            # A form without an address is sent to the page itself.
            self.is_inside = (values.get("action") or self.action).endswith(self.action)
        elif tag == "input" and self.is_inside and values.get("type") == "hidden":
            self.found[values.get("name") or ""] = values.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = self.is_inside and tag != "form"


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """Names and values of the hidden fields of forms that are sent to an address ending in `action`."""
    reader = _Hidden(action)
    reader.feed(page)
    return reader.found
