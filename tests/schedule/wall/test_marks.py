"""What sessions are to somebody: theirs or not, and of several at once the one they go to."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from schedule.wall.marks import Mark, SharedEntry, marks_of
from schedule.wall.own import Own
from tests.factories import DAY

ME = SimpleNamespace(pk=7)


def entry(session: int, hour: float = 10, *, hours: float = 1, hosts=(), pitch: int = 0, is_off: bool = False):
    start = DAY + timedelta(hours=hour)
    return SharedEntry(session, pitch or 100 + session, hosts, start, start + timedelta(hours=hours), is_off)


def wishes(*sessions: int) -> tuple[tuple[int, int], ...]:
    return tuple((100 + session, 1) for session in sessions)


def told(entries, own: Own) -> dict[int, str]:
    """By session: goes, clash or instead."""

    def word(mark: Mark) -> str:
        return "instead" if mark.is_instead else "clash" if mark.has_clash else "goes"

    return {session: word(mark) for session, mark in marks_of(entries, ME, own).items()}


AT_ONCE = [entry(1), entry(2), entry(3, 11)]


@pytest.mark.parametrize(
    ("choices", "found"),
    [
        ((), {1: "clash", 2: "clash", 3: "goes"}),
        (((1, True),), {1: "goes", 2: "instead", 3: "goes"}),
        (((1, False),), {2: "goes", 3: "goes"}),
        # Two devices chose at one moment: it is asked anew.
        (((1, True), (2, True)), {1: "clash", 2: "clash", 3: "goes"}),
        (((1, False), (2, False), (3, False)), {}),
    ],
)
def test_of_several_at_once_i_go_where_i_said(choices, found):
    assert told(AT_ONCE, Own(wishes(1, 2, 3), choices)) == found


def test_what_i_host_comes_before_a_wish_and_what_i_said_before_that():
    entries = [entry(1, hosts=(7,)), entry(2)]
    assert told(entries, Own(wishes(2))) == {1: "goes", 2: "instead"}
    assert told(entries, Own(wishes(2), ((2, True),))) == {1: "instead", 2: "goes"}


def test_two_that_i_host_at_once_are_asked():
    assert told([entry(1, hosts=(7,)), entry(2, hosts=(7, 8))], Own()) == {1: "clash", 2: "clash"}


def test_what_gave_way_is_in_nobodys_way():
    """The double session that I host gave way to the one I chose, so what runs at its second half is mine to go to."""
    entries = [entry(1), entry(2, hours=2, hosts=(7,)), entry(3, 11)]
    assert told(entries, Own(wishes(1, 3))) == {1: "instead", 2: "goes", 3: "instead"}
    assert told(entries, Own(wishes(1, 3), ((1, True),))) == {1: "goes", 2: "instead", 3: "goes"}


def test_another_running_of_what_i_go_to_is_no_more_than_another_way():
    entries = [entry(1, pitch=50), entry(2, 12, pitch=50), entry(3, 12)]
    own = Own(((50, 1), (103, 1)), ())
    assert told(entries, own) == {1: "goes", 2: "clash", 3: "clash"}
    assert told(entries, own._replace(choices=((1, True),))) == {1: "goes", 2: "instead", 3: "goes"}


def test_one_after_the_other_clash_with_nothing_and_what_was_withdrawn_neither():
    assert told([entry(1), entry(2, 11)], Own(wishes(1, 2))) == {1: "goes", 2: "goes"}
    assert told([entry(1, is_off=True), entry(2)], Own(wishes(1, 2))) == {1: "goes", 2: "goes"}


def test_a_choice_makes_mine_what_i_never_wished():
    [mark] = marks_of([entry(1)], ME, Own((), ((1, True),))).values()
    assert mark == Mark(0, is_hosted=False, has_clash=False, is_chosen=True)
    assert mark.is_mine
