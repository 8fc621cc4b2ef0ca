"""What a view says of its request is what its access makes sure of."""

from __future__ import annotations

import inspect
import typing

from events.access import Access
from events.http import AttendeeRequest, CampRequest

from .addresses import camp_addresses


def request_of(view) -> type:
    return typing.get_type_hints(inspect.unwrap(view))["request"]


def test_only_views_for_those_who_are_in_count_on_somebody_who_is():
    """mypy believes the annotation; so it must not promise more than `@camp_view` does."""
    views = [address.view for address in camp_addresses()]
    counting_on_it = [view for view in views if request_of(view) is AttendeeRequest]
    assert counting_on_it
    assert [view.__name__ for view in counting_on_it if view.camp_access < Access.ATTENDEE] == []
    assert [view.__name__ for view in views if not issubclass(request_of(view), CampRequest)] == []
