"""The one table of the grid: published page, versions and draft."""

import re

import pytest
from icalendar import Calendar

from schedule.draft import moves
from schedule.models import Cell, Session
from schedule.wall.publish import publish_grid
from tests.factories import PitchFactory


@pytest.fixture
def double(camp, rooms, slots):
    pitch = PitchFactory(camp=camp, title="Knots", length=2)
    return moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])


def spans(html: str) -> list[str]:
    return re.findall(r'rowspan="(\d+)"', html)


def test_a_double_session_is_one_tall_cell_on_every_page(sign_in, camp, olga, double):
    publish_grid(camp=camp, by=None)
    client = sign_in(olga)
    for page in ("grid/", "grid/versions/1/", "draft/"):
        html = client.get(f"/{camp.slug}/{page}").content.decode()
        # The draft has a map, too.
        assert spans(html) == ["2"] * (1 + (page == "draft/")), page
        # Only where sessions are moved one is found by its id: on the wall the ids of a thousand are 3 KB of 30.
        assert html.count(f'id="entry-{double.pk}"') == (page == "draft/"), page
        assert html.count(">Knots</a>") == 1, page
        assert "until" in html, page


def test_a_version_keeps_its_table_when_the_pitch_becomes_shorter(client, camp, double):
    publish_grid(camp=camp, by=None)
    double.pitch.length = 1
    double.pitch.save(update_fields=["length"])
    assert spans(client.get(f"/{camp.slug}/grid/versions/1/").content.decode()) == ["2"]


def test_a_session_that_something_interrupts_is_drawn_twice(sign_in, camp, olga, rooms, slots):
    """Eleven and thirteen with lunch between them: no cell can cover the lunch, and an id is there once."""
    session = Session.objects.create(camp=camp, pitch=PitchFactory(camp=camp, title="Knots", length=2))
    for slot in slots[1:]:
        Cell.objects.create(session=session, room=rooms[0], slot=slot)
    html = sign_in(olga).get(f"/{camp.slug}/draft/").content.decode()
    assert spans(html) == []
    assert html.count(">Knots</a>") == 2
    assert html.count(f'id="entry-{session.pk}"') == 1


def test_names_of_hosts_are_escaped(client, camp, ben, cleo):
    ben.display_name = "<b>Ben</b>"
    ben.save()
    pitch = PitchFactory(camp=camp, hosts=[ben, cleo])
    html = client.get(f"/{camp.slug}/pitches/{pitch.pk}/").content.decode()
    assert "Hosted by &lt;b&gt;Ben&lt;/b&gt;, Cleo" in " ".join(html.split())


HOSTILE = """<script>"&'</script>"""
ESCAPED = "&lt;script&gt;&quot;&amp;&#x27;&lt;/script&gt;"


@pytest.mark.parametrize("page", ["grid/", "grid/versions/1/", "draft/"])
def test_whatever_people_type_is_text_on_the_grid(sign_in, camp, olga, ben, rooms, slots, page):
    """Title, topic, host, room and what a slot is for: the table is put together without a template for each."""
    rooms[0].name, ben.display_name, slots[-1].title, slots[-1].kind = HOSTILE, HOSTILE, HOSTILE, "everyone"
    for row in (rooms[0], ben, slots[-1]):
        row.save()
    pitch = PitchFactory(camp=camp, title=HOSTILE, topic=HOSTILE, hosts=[ben])
    moves.place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    html = sign_in(olga).get(f"/{camp.slug}/{page}").content.decode()
    assert "<script>" not in html
    # The head of the room, and the session's title, room, host and topic (the draft shows none); the slot for all.
    assert html.count(ESCAPED) >= (5 if page == "draft/" else 6)


def test_sessions_are_told_from_others_by_their_row_and_column(client, camp, double):
    """What a screen reader says of a cell comes from these heads (WCAG 1.3.1)."""
    publish_grid(camp=camp, by=None)
    html = client.get(f"/{camp.slug}/grid/").content.decode()
    table = html[html.index("<table") : html.index("</table>")]
    assert table.count('<th scope="col">') == 1 + camp.rooms.count()
    rows = re.findall(r"<tr id=.*?</tr>", table, re.DOTALL)
    assert rows
    assert all(re.search(r'<th scope="row">\s*<h3>\d\d:\d\d–\d\d:\d\d</h3>', row) for row in rows)


def test_whatever_people_type_is_text_on_the_board(sign_in, camp, cleo, ben):
    ben.display_name = HOSTILE
    ben.save()
    PitchFactory(camp=camp, title=HOSTILE, topic=HOSTILE, hosts=[ben])
    html = sign_in(cleo).get(f"/{camp.slug}/pitches/").content.decode()
    assert "<script>" not in html
    card = html[html.index("<article") : html.index("</article>")]
    # Title, host, topic; the title once more of the buttons, and for what is told of a tap.
    assert card.count(ESCAPED) == 5


def test_a_calendar_is_what_the_library_writes_of_it_as_a_whole(client, camp, ben, rooms, slots):
    """It is put together from pieces that were written one by one: time zones first, then the sessions."""
    for room, title in zip(rooms, ("Knots; ropes, and more", "Sög\nEND:VCALENDAR"), strict=False):
        pitch = PitchFactory(
            camp=camp, title=title, about="Long. " * 60, topic="A, b", hosts=[ben][: title.startswith("K")]
        )
        moves.place_session(pitch=pitch, room=room, slot=slots[0])
    publish_grid(camp=camp, by=None)
    body = client.get(f"/{camp.slug}/calendar.ics").content
    assert [c.name for c in Calendar.from_ical(body).subcomponents] == ["VTIMEZONE", "VEVENT", "VEVENT"]
    assert Calendar.from_ical(body).to_ical() == body
