"""What changed of the board since somebody's page was made: rows that they have are named, not sent."""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

#: of the board and of its map, with the mark that tells one state of a row from any other; a row holds no other table
_ROW = re.compile(r'<tr data-is="(\w+)".*?</tr>', re.DOTALL)
#: of the requests that say which rows they have: their marks, with dots between
HEADER = "Campgrid-Have"
#: letters of all marks that a page says to have: more than a camp of sixteen hours has with a slot each five minutes
MOST = 2_200


def without_known(html: SafeString, known: str) -> SafeString:
    """The board with an empty row, `data-has`, for each that whoever asks says to have (delta encoding).

    `known` is what came with that header. static/js/together.js puts their own rows there.
    """
    marks = set(known[:MOST].split("."))

    def row(found: re.Match[str]) -> str:
        return format_html('<tr data-has="{}"></tr>', found[1]) if found[1] in marks else found[0]

    found = _ROW.sub(row, html)
    return SafeString(found)  # nosec B703 # what was safe, or our own mark
