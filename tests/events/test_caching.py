"""What is rendered once for all, and what is put in for each."""

import threading
import time

import pytest
from django.core.cache import caches
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override

from events.caching import (
    Gaps,
    _key,
    fill,
    fill_some,
    joined,
    kept,
    kept_each,
    kept_newest,
    memory,
    pieces,
    release,
    stencil,
)
from schedule.wall.table import CellKind


def test_a_thing_is_made_once_for_its_parts_and_its_language():
    made = []

    def make():
        made.append(1)
        return len(made)

    assert [kept("grid", 7, 1, make=make) for _ in range(3)] == [1, 1, 1]
    assert kept("grid", 7, 2, make=make) == 2
    assert kept("grid", 8, 1, make=make) == 3
    with override("de"):
        assert kept("grid", 7, 1, make=make) == 4


def test_nothing_is_kept_as_well_as_something():
    made = []
    assert [kept("none", make=lambda: made.append(1)) for _ in range(3)] == [None, None, None]
    assert len(made) == 1


def test_of_all_states_the_newest_is_kept():
    made = []

    def look(state, name="draft"):
        kept_newest(name, state=state, make=lambda: made.append((name, state)))

    for state in (1, 1, 2, 2, 1):
        look(state)
    look(1, name="other")
    assert made == [("draft", 1), ("draft", 2), ("draft", 1), ("other", 1)]


def test_of_many_who_ask_at_once_one_makes_it_and_the_others_wait():
    made, got = [], []
    together = threading.Barrier(8)

    def make():
        made.append(1)
        time.sleep(0.1)
        return "grid"

    def ask():
        together.wait()
        got.append(kept("crowd", make=make))

    crowd = [threading.Thread(target=ask) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (len(made), got) == (1, ["grid"] * 8)


def test_of_each_only_what_is_missing_is_made():
    asked = []

    def make(ids):
        asked.append(ids)
        return {pk: f"card {pk}" for pk in ids if pk != 9}

    assert kept_each([1, 2], "cards", make=make) == {1: "card 1", 2: "card 2"}
    assert kept_each([3, 2, 9], "cards", make=make) == {3: "card 3", 2: "card 2"}
    assert asked == [[1, 2], [3, 9]]


def test_a_gap_is_filled_or_stays_empty():
    gaps = Gaps()
    fragment = gaps.split(f"<p>{gaps['who']}, {gaps['what']}!</p>")
    assert fill(fragment, {"who": "Ben"}) == "<p>Ben, !</p>"
    assert fill(fragment, {"who": "Cleo", "what": "hi"}) == "<p>Cleo, hi!</p>"


def test_what_people_type_is_never_taken_for_a_gap():
    gaps, others = Gaps(), Gaps()
    typed = others["who"]
    assert fill(gaps.split(f"<p>{typed}{gaps['what']}</p>"), {"who": "Ben", "what": "hi"}) == f"<p>{typed}hi</p>"


def test_a_new_release_renders_anew(monkeypatch):
    assert kept("page", make=lambda: "old") == "old"
    monkeypatch.setattr("events.caching.release", lambda: "next")
    assert kept("page", make=lambda: "new") == "new"


def test_a_release_is_told_by_our_files_alone(settings, tmp_path):
    before = release.__wrapped__()
    stranger = settings.BASE_DIR / ".venv-of-a-test" / "thing.py"
    stranger.parent.mkdir()
    try:
        stranger.write_text("1\n")
        assert release.__wrapped__() == before
    finally:
        stranger.unlink()
        stranger.parent.rmdir()


HOSTILE = """<script>alert('&"')</script>"""


def test_what_is_put_in_a_gap_is_escaped_unless_it_is_html_already():
    gaps = Gaps()
    fragment = gaps.split(f'<p title="{gaps["title"]}">{gaps["text"]}</p>')
    told = "&lt;script&gt;alert(&#x27;&amp;&quot;&#x27;)&lt;/script&gt;"
    assert fill(fragment, {"title": HOSTILE, "text": 7}) == f'<p title="{told}">7</p>'
    assert fill(fragment, {"text": format_html("<b>{}</b>", HOSTILE)}) == f'<p title=""><b>{told}</b></p>'
    # What is filled or joined is HTML, and is not escaped again when it is put into another gap.
    once = fill(fragment, {"text": HOSTILE})
    assert fill(fragment, {"text": joined([once, SafeString("<hr>")])}) == f'<p title="">{once}<hr></p>'


def test_a_stencil_is_the_template_with_gaps_once_for_each_kind():
    others = [False] * (len(CellKind._fields) - 1)
    plain, tall = (stencil("schedule/_grid_cell.html", CellKind(is_tall, *others)) for is_tall in (0, 1))
    values = {"title": "Knots", "span": 2, "hosts": "Ben"}
    assert "rowspan" not in fill(plain, values)
    assert '<td rowspan="2">' in fill(tall, values)
    assert '<span class="hosts">Ben</span>' in fill(tall, values)
    assert stencil("schedule/_grid_cell.html", CellKind(True, *others)) is tall
    # Indentation is left out, and never the one space that parts two words.
    assert "  " not in "".join(tall)
    assert '</a>\n<span class="hosts">' in fill(tall, values)


def test_some_gaps_are_filled_for_all_and_the_others_for_each():
    gaps = Gaps()
    whole = gaps.split(f"<a href='{gaps['address']}' title='{gaps['title']}'>{gaps['for']}{gaps['title']}</a>")
    for_all = fill_some(whole, {"address": ("/pitches/", "pk", "/"), "for": HOSTILE})

    assert for_all[1::2] == ("pk", "title", "title")
    told = "&lt;script&gt;alert(&#x27;&amp;&quot;&#x27;)&lt;/script&gt;"
    assert fill(for_all, {"pk": 7, "title": "Ben's"}) == (
        f"<a href='/pitches/7/' title='Ben&#x27;s'>{told}Ben&#x27;s</a>"
    )
    assert fill_some(whole, {}) == whole


# -- the memory of a process in front of a shared cache -------------------------------------------------------


@pytest.fixture
def two_levels(monkeypatch):
    """What the shared cache is asked for, in order; the memory of the process stands in front of it."""
    asked: list[str] = []

    class Shared:
        def __getattr__(self, name):
            asked.append(name)
            return getattr(caches["default"], name)

    monkeypatch.setattr("events.caching.store", Shared())
    monkeypatch.setattr("events.caching._is_shared", lambda: True)
    return asked


def test_what_a_process_asked_for_once_it_asks_for_no_more(two_levels):
    assert [kept("grid", 7, make=lambda: "table") for _ in range(3)] == ["table"] * 3
    assert two_levels == ["get", "get", "set"]
    two_levels.clear()
    memory.forget()
    # Another process made it: it is asked for once, and not made again.
    assert [kept("grid", 7, make=lambda: "other") for _ in range(3)] == ["table"] * 3
    assert two_levels == ["get"]


def test_where_nothing_is_shared_the_memory_of_the_process_is_all(two_levels, monkeypatch):
    monkeypatch.setattr("events.caching._is_shared", lambda: False)
    table = ["table"]
    # The thing itself, and no copy for each who looks.
    assert all(kept("grid", 7, make=lambda: table) is table for _ in range(2))
    kept_each([7], "cards", make=lambda ids: {7: "card"})
    assert two_levels == []


def test_a_process_keeps_what_was_looked_at_last(two_levels, monkeypatch):
    memory.forget()
    monkeypatch.setattr(memory, "MOST", 2)
    for name in ("one", "two", "one", "three"):
        kept(name, make=lambda: "made")
    two_levels.clear()
    for name in ("one", "three"):
        kept(name, make=lambda: "made again")
    assert two_levels == []
    assert kept("two", make=lambda: "made again") == "made"
    assert two_levels == ["get"]


def test_of_a_state_that_is_over_no_copy_is_shown(two_levels):
    assert kept_newest("draft", state=1, make=lambda: "one") == "one"
    assert kept_newest("draft", state=2, make=lambda: "two") == "two"
    assert kept_newest("draft", state=2, make=lambda: "three") == "two"


def test_what_is_kept_for_a_while_is_asked_for_each_time(two_levels):
    for _ in range(2):
        kept("looked", make=lambda: True, seconds=30)
    assert two_levels.count("get") == 3
    assert memory.get(_key(("looked",))) is None


def test_of_each_thing_only_what_is_new_to_the_process_is_asked_for(two_levels):
    def make(ids):
        return {pk: f"card {pk}" for pk in ids}

    kept_each([1, 2], "cards", make=make)
    two_levels.clear()
    assert kept_each([1, 2], "cards", make=make) == {1: "card 1", 2: "card 2"}
    assert two_levels == []
    assert kept_each([1, 2, 3], "cards", make=make)[3] == "card 3"
    assert two_levels == ["get_many", "set_many"]
    two_levels.clear()
    # Another process.
    pieces.forget()
    assert kept_each([1, 3], "cards", make=lambda ids: {}) == {1: "card 1", 3: "card 3"}
    assert kept_each([3], "cards", make=lambda ids: {}) == {3: "card 3"}
    assert two_levels == ["get_many"]


@pytest.mark.parametrize(("name", "most"), [("STATES", 2), ("MOST", 2)])
def test_a_process_holds_the_things_of_a_few_states(two_levels, monkeypatch, name, most):
    pieces.forget()
    monkeypatch.setattr(pieces, name, most)
    for state in (1, 2, 1, 3):
        kept_each([7], "cards", state, make=lambda ids: {7: "card"})
    two_levels.clear()
    for state in (1, 3):
        kept_each([7], "cards", state, make=lambda ids: {})
    assert two_levels == []
    kept_each([7], "cards", 2, make=lambda ids: {})
    assert two_levels == ["get_many"]


def test_a_test_finds_no_piece_that_another_made(empty_cache):
    assert kept_each([1], "cards", make=lambda ids: {1: "card of before"}) == {1: "card of before"}
    empty_cache()
    assert kept_each([1], "cards", make=lambda ids: {1: "card"}) == {1: "card"}
