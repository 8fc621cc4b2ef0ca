"""Nothing typed is ever lost."""

from hypothesis import given
from hypothesis import strategies as st

from notes.merge import merge

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
def test_a_line_nobody_touched_stays(base, mine, theirs):
    marked = [f"KEEP\n{text}" for text in (base, mine, theirs)]
    assert "KEEP" in merge(*marked).text.split("\n")
