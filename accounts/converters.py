"""Numbers in addresses, as rows have them."""

from __future__ import annotations

from django.urls.converters import IntConverter

#: of any row's number: SQLite and PostgreSQL hold some of nineteen, and none of twenty
MOST_DIGITS = 18


class RowNumber(IntConverter):
    """A number that a row can have: a longer one is the address of nothing (404)."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"
