"""What is typed as Markdown is shown safely, wholly, once, and never for long."""

from __future__ import annotations

import pytest
from django.utils.html import strip_tags

from events import markdown
from events.long_text import LONGEST, LongText, length_of
from events.markdown import is_markdown, to_html
from notes.models import WriteUp

SIZE = 60_000


def filled(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "[a](",
        "[*",
        "*a **b ",
        "_a",
        "`",
        "<",
        "&",
        "\\",
        "> a\n",
        "- a\n",
        "|a",
        "~~",
        "#",
        "\n",
        "[a]: b\n",
    ],
)
def test_a_text_of_nothing_but_marks_is_shown_as_it_was_typed(piece):
    text = filled(piece) + " the end"
    assert not is_markdown(text)
    assert "the end" in to_html(text)


def test_a_wide_table_is_not_filled_up_to_a_million_cells():
    text = "|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + "x\n" * 300
    assert not is_markdown(text)
    assert len(to_html(text)) < 10 * len(text)


@pytest.mark.parametrize("depth", [5, 12, 30, 90])
def test_nothing_that_is_nested_too_deeply_vanishes(depth):
    lists = "\n".join("  " * n + f"- word{n}" for n in range(depth))
    quotes = "> " * depth + "deepest"
    mixed = "> - " * depth + "deepest"
    assert f"word{depth - 1}" in strip_tags(to_html(lists))
    assert "deepest" in strip_tags(to_html(quotes))
    assert "deepest" in strip_tags(to_html(mixed))


def test_what_people_write_is_markdown_also_when_it_is_long():
    text = filled("## What we said\n\n* **Ducks** swim, see [the lake](https://lake.example).\n* `Geese` _do not_.\n\n")
    assert is_markdown(text)
    assert "<strong>Ducks</strong>" in to_html(text)
    table = "|a|b|c|\n|-|-|-|\n" + "|1|2|3|\n" * 500
    assert "<table>" in to_html(table)


def test_no_script_gets_through_a_text_shown_as_typed():
    assert "<script>" not in to_html(filled("<script>alert(1)</script>\n"))


@pytest.fixture
def parsed(monkeypatch):
    """The texts that the Markdown library was given."""
    texts: list[str] = []
    parse = markdown._parser.parse

    def count(text: str):
        texts.append(text)
        return parse(text)

    monkeypatch.setattr(markdown._parser, "parse", count)
    return texts


def test_a_long_text_is_rendered_once_for_each_revision(client, camp, ben, parsed):
    writeup = WriteUp.objects.create(camp=camp, by=ben, title="After", text=filled("Ducks and geese. "))
    for _ in range(3):
        assert "Ducks and geese." in client.get(writeup.get_absolute_url()).content.decode()
    assert len(parsed) == 1
    writeup.text = filled("Swans. ")
    writeup.save()
    for _ in range(3):
        assert "Swans." in client.get(writeup.get_absolute_url()).content.decode()
    assert len(parsed) == 2


def test_a_short_text_is_rendered_once(parsed):
    """Of notes and pitches a page shows a dozen at a time."""
    shown = [markdown.to_html(text) for text in ("*Moorhens* once", "*Moorhens* twice", "*Moorhens* once")]
    assert shown[0] == shown[2] == "<p><em>Moorhens</em> once</p>\n"
    assert parsed == ["*Moorhens* once", "*Moorhens* twice"]


def test_a_camps_texts_say_how_much_they_hold(sign_in, camp, olga):
    client, url = sign_in(olga), f"/{camp.slug}/settings/"
    page = client.get(url).content.decode()
    assert page.count("Up to 10,000 characters.") == 2
    form = {
        "name": "x",
        "starts_on": "2030-01-12",
        "ends_on": "2030-01-12",
        "time_zone": "Europe/London",
        "accent": "#123456",
    }
    form |= {"joining": "open", "musts_each": 3, "walking_minutes": 0, "room_minutes": 2}
    assert client.post(url, form | {"description": "d" * 10_001}).status_code == 422
    assert client.post(url, form | {"description": "d" * 10_000}).status_code == 302


def test_a_pitch_says_how_much_it_holds(sign_in, camp, ben):
    assert "Markdown works. Up to 10,000 characters." in sign_in(ben).get(f"/{camp.slug}/pitches/new/").content.decode()


def test_lengths_are_counted_as_a_browser_counts():
    assert [length_of(text) for text in ("ab", "a\r\nb", "a\nb", "🦆", "é", "\ud800")] == [2, 3, 3, 2, 1, 1]
    field = LongText(required=False)
    assert field.clean("x" * LONGEST) == "x" * LONGEST
    assert field.widget.attrs["maxlength"] == str(LONGEST)
