"""Nothing typed is ever lost."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.merge import Marks, Steps, merge

texts = st.lists(st.sampled_from(["a", "b", "c", "d", "", "x y"]), max_size=7).map("\n".join)


def test_two_who_added_at_the_end_both_stay():
    result = merge("one", "one\nmine", "one\ntheirs")
    assert (result.text, result.is_clean) == ("one\ntheirs\nmine", True)


def test_changes_in_different_places_both_stay():
    assert merge("1\n2\n3", "1!\n2\n3", "1\n2\n3!").text == "1!\n2\n3!"


def test_one_changed_a_line_the_other_added_below_it():
    assert merge("1\n2", "1!\n2", "1\nnew\n2").text in ("1!\nnew\n2",)


def test_two_who_wrote_the_first_words_both_stay():
    assert merge("", "mine", "theirs").text == "theirs\nmine"


def test_a_contradiction_is_shown_with_both():
    result = merge("1\n2\n3", "1\nmine\n3", "1\ntheirs\n3")
    assert result.conflict_count == 1
    assert result.text.split("\n") == ["1", "<<< saved meanwhile", "theirs", "=== yours", "mine", ">>>", "3"]


def test_the_same_change_by_both_is_one():
    assert merge("1\n2", "1\n2!", "1\n2!").text == "1\n2!"


@pytest.mark.parametrize(
    ("base", "saved", "more"),
    [
        ("", "first", "first\nmore"),
        ("1\n2", "1\n2!", "1\n2!\nmore"),
        ("1\n2", "1\n2\nfirst", "1\n2\nbetween\nfirst\nmore"),
        ("1\n2", "first\n\nsecond", "more\nfirst\n\nsecond\nand more"),
    ],
)
def test_one_who_did_what_was_saved_already_and_more_has_it_all_once(base, saved, more):
    for mine, theirs in ((more, saved), (saved, more)):
        result = merge(base, mine, theirs)
        assert (result.text, result.is_clean) == (more, True)


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [("1", "", "new"), ("1", "\n", "\nnew"), ("1\n2", "1\n2!", "2!"), ("1\n2", "2!\n1", "2!\n3")],
)
def test_what_one_took_away_does_not_come_back_without_a_word(base, mine, theirs):
    assert merge(base, mine, theirs).text not in (mine, theirs) or merge(base, mine, theirs).conflict_count


def test_a_line_that_one_took_away_and_the_other_changed_is_a_conflict():
    for mine, theirs in (("1!", "1!\n2!"), ("1!\n2!", "1!")):
        result = merge("1\n2", mine, theirs)
        assert result.text.split("\n") == Marks().around(theirs.split("\n"), mine.split("\n"))
        assert result.conflict_count == 1


@given(texts, texts)
def test_who_is_alone_gets_what_they_typed(base, mine):
    assert merge(base, mine, base).text == mine
    assert merge(base, base, mine).text == mine


@given(texts, texts, texts)
def test_every_line_somebody_added_survives(base, mine, theirs):
    # Lines that are in no other text cannot have been deleted by anybody.
    mine, theirs = f"{mine}\nMINE".lstrip("\n"), f"THEIRS\n{theirs}"
    lines = merge(base, mine, theirs).text.split("\n")
    assert "MINE" in lines
    assert "THEIRS" in lines


@given(texts, texts, texts)
def test_every_line_typed_by_either_is_in_the_text_or_in_the_conflict_shown(base, mine, theirs):
    was, merged = Counter(base.split("\n")), Counter(merge(base, mine, theirs).text.split("\n"))
    for typed in (mine, theirs):
        # As often as it was typed; an empty line is none.
        missing = Counter(typed.split("\n")) - was - merged
        assert not {line for line in missing if line}


@given(texts, texts, texts)
def test_a_line_nobody_touched_stays(base, mine, theirs):
    marked = [f"KEEP\n{text}" for text in (base, mine, theirs)]
    assert "KEEP" in merge(*marked).text.split("\n")


SAME = ["same"] * 12_000


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ([*SAME, "MINE"], ["THEIRS", *SAME]),
        ([*SAME[:6_000], "MINE", *SAME[6_000:]], [*SAME[:3_000], "THEIRS", *SAME[3_000:]]),
        ([*SAME[:11_000], "MINE"], ["THEIRS", *SAME]),
        ([f"x{n}" if n % 10 == 0 else "same" for n in range(11_999)] + ["MINE"], ["THEIRS", *SAME]),
    ],
)
def test_twelve_thousand_equal_lines_are_merged_in_a_few_steps(mine, theirs):
    """One look at each line, and little more; it took 10,000 times as many."""
    result = merge("\n".join(SAME), "\n".join(mine), "\n".join(theirs), steps=Steps(100_000))
    assert result.is_clean
    assert {"MINE", "THEIRS"} <= set(result.text.split("\n"))


@pytest.mark.parametrize(
    ("base", "mine"),
    [
        ("a\nb\n" * 6_000, "b\na\na\n" * 4_000),
        ("a\nb\nc\n" * 4_000, "c\nb\na\n" * 4_000),
    ],
)
def test_a_merge_that_would_take_too_long_is_given_up_with_both_texts_whole(base, mine):
    theirs = f"THEIRS\n{base}"
    steps, marks = Steps(), Marks()
    result = merge(base, mine, theirs, marks, steps)
    assert result.is_given_up
    assert not result.is_clean
    assert result.text == "\n".join([marks.theirs, theirs, marks.mine, mine, marks.end])
    # It stopped soon after there were none left.
    assert -60_000 < steps.left < 0


def test_the_same_texts_always_merge_the_same_way_whatever_the_machine():
    base, mine, theirs = "1\n2\n3", "0\n1\n2\n3", "1\n2\n3\n4"
    needed = next(most for most in range(100) if not merge(base, mine, theirs, steps=Steps(most)).is_given_up)
    assert needed > 3
    assert merge(base, mine, theirs, steps=Steps(needed)).text == "0\n1\n2\n3\n4"
    assert merge(base, mine, theirs, steps=Steps(needed - 1)).is_given_up
