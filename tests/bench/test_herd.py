"""A phone that did not get the new grid is counted as an error."""

from __future__ import annotations

import gzip

import pytest

from bench.herd import Answer, Phone, is_new, is_unchanged, until_next_edge, wrong_answers

PAGE = b'<div id="published-grid" hx-get="/bluelightcamp/grid/?seen=abc123&amp;past=1">'


def answer(raw: bytes) -> Answer:
    return Answer(asked=1.0, answered=1.5, raw=raw)


def test_the_new_grid_has_another_stamp():
    got = answer(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE))

    assert got.stamp == "abc123"
    assert is_new(Phone("c", stamp="old"), got)
    assert not is_new(Phone("c", stamp="abc123"), got)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 500 Oops\r\n\r\n" + PAGE,
        b"HTTP/1.1 200 OK\r\n\r\n<h1>Join</h1>",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)[:-9],
    ],
    ids=["nothing", "an error", "another page", "half of it"],
)
def test_anything_else_is_an_error(raw):
    assert not is_new(Phone("c", stamp="old"), answer(raw))


def test_unchanged_is_a_204():
    assert is_unchanged(Phone("c"), answer(b"HTTP/1.1 204 No Content\r\n\r\n"))
    assert not is_unchanged(Phone("c"), answer(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE))


def test_errors_are_told_by_kind_and_by_when():
    phones = [Phone("a", stamp="abc123"), Phone("b", stamp="old"), Phone("c", stamp="old")]
    answers = [answer(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE), answer(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE), answer(b"")]

    assert wrong_answers("after the publish", phones, answers, is_new) == {
        "200 after the publish": 1,
        "0 after the publish": 1,
    }


def test_a_slot_that_begins_is_seen_coming():
    assert until_next_edge([100.0, 160.0, 40.0], now=101.0) == 59.0
    assert until_next_edge([100.0], now=101.0) == float("inf")
