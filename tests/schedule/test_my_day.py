"""My day: what is mine in it, which of several at once, what could fill a gap; and that nobody else learns of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.editing import switch_camp
from events.erasing import erase_attendee
from events.merging import merge_attendees
from events.models import Camp
from exchange.json_export import Secrets, export_camp
from notes.along import what_i_was_in
from pitches.services import set_interest, withdraw_pitch
from pitches.standing import NOT_FOR_ME
from schedule.draft.moves import place_session, unplace_session
from schedule.models import Choice, GridVersion
from schedule.wall.choices import go_to, stay_away
from schedule.wall.feeds import my_placements
from schedule.wall.publish import publish_grid
from tests.factories import DAY, AttendeeFactory, PitchFactory, RoomFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def day(camp, rooms, slots):
    """Knots and Ducks at ten, Owls at eleven, four more at one."""
    more = [*rooms, *RoomFactory.create_batch(3, camp=camp)]
    places = [("Knots", 0, 0), ("Ducks", 1, 0), ("Owls", 0, 1)] + [
        (title, n, 2) for n, title in enumerate(["Bells", "Maps", "Tents", "Kites", "Rope"])
    ]
    made = {}
    for title, room, slot in places:
        pitch = PitchFactory(camp=camp, title=title, topic="Craft" if title in ("Knots", "Rope") else "")
        made[title] = place_session(pitch=pitch, room=more[room], slot=slots[slot])
    publish_grid(camp=camp, by=None)
    return made


@pytest.fixture
def at_nine(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=9))


@pytest.fixture
def mine(day, at_nine, camp, cleo, sign_in):
    """The page of whoever is interested in Knots and Ducks."""
    for title in ("Knots", "Ducks"):
        set_interest(pitch=day[title].pitch, attendee=cleo, level=1)
    return sign_in(cleo)


def rows(html: str) -> dict[str, str]:
    """By time, the words of the row."""
    found = re.findall(r'<div class="my-row.*?(?=<div class="my-row|</details>|<p class="onward|$)', html, re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]
    return {row.split()[0]: row for row in plain}


def page(client, camp) -> dict[str, str]:
    return rows(client.get(f"/{camp.slug}/my/").content.decode())


def choose(client, camp, headers=None, **which):
    return client.post(f"/{camp.slug}/my/sessions/", {name: s.pk for name, s in which.items()}, headers=headers or {})


def titles(attendee) -> list[str]:
    return [placed.title for placed in my_placements(GridVersion.latest(attendee.camp), attendee)]


# -- clashes -------------------------------------------------------------------------------------------------


def test_of_three_at_once_the_row_says_no_two(mine, day, camp, cleo):
    for title in ("Bells", "Maps", "Tents"):
        set_interest(pitch=day[title].pitch, attendee=cleo, level=1)
    found = page(mine, camp)
    [three] = [row for row in found.values() if "Bells" in row]
    assert "Several at once: which one?" in three
    assert "Two at once: which one?" in found["10:00"]


def test_a_clash_asks_and_i_go_to_this_one_decides_it(mine, day, camp, cleo):
    assert "Two at once: which one?" in page(mine, camp)["10:00"]
    response = choose(mine, camp, goes=day["Ducks"])
    assert response["Location"] == f"/{camp.slug}/my/#row-{day['Ducks'].place.slot_id}"
    row = page(mine, camp)["10:00"]
    assert "Two at once" not in row
    assert row.index("Ducks") < row.index("Also then:") < row.index("Knots")
    assert "Go there instead : Knots" in row
    choose(mine, camp, goes=day["Knots"])
    row = page(mine, camp)["10:00"]
    assert row.index("Knots") < row.index("Also then:") < row.index("Ducks")


def test_the_calendar_follows(mine, day, camp, cleo):
    assert titles(cleo) == ["Knots", "Ducks"]
    go_to(session=day["Ducks"], attendee=cleo)
    assert titles(cleo) == ["Ducks"]
    go_to(session=day["Owls"], attendee=cleo)
    stay_away(session=day["Ducks"], attendee=cleo)
    assert titles(cleo) == ["Knots", "Owls"]
    ics = mine.get(f"/{camp.slug}/my/{cleo.calendar_key}.ics")
    assert b"SUMMARY:Owls" in ics.content
    etag = ics["ETag"]
    stay_away(session=day["Owls"], attendee=cleo)
    again = mine.get(f"/{camp.slug}/my/{cleo.calendar_key}.ics", headers={"If-None-Match": etag})
    assert b"SUMMARY:Owls" not in again.content
    assert again.status_code == 200


def test_the_grid_marks_the_other_as_what_i_could_do_instead(mine, day, camp, cleo):
    go_to(session=day["Ducks"], attendee=cleo)
    html = mine.get(f"/{camp.slug}/grid/").content.decode()
    assert html.count("You go to another") == 1
    assert "Clash" not in html


def test_htmx_gets_the_piece(mine, day, camp):
    response = choose(mine, camp, HTMX, goes=day["Ducks"])
    assert response.status_code == 302
    piece = mine.get(response["Location"], headers=HTMX).content.decode()
    assert piece.lstrip().startswith('<div id="my-sessions"')


# -- gaps ----------------------------------------------------------------------------------------------------


def test_a_gap_has_three_suggestions_first_what_is_about_a_topic_of_mine(mine, day, camp, cleo):
    row = page(mine, camp)["13:00"]
    assert "You are free. Add one?" in row
    suggested = re.findall(r"(\w+) (?:Room \d+|Barn|Loft)(?: · Craft)? Add to my day", row)
    assert len(suggested) == 3
    assert suggested[0] == "Rope"
    assert "2 more then" in row
    choose(mine, camp, goes=day["Maps"])
    row = page(mine, camp)["13:00"]
    assert "You are free" not in row
    assert "Maps" in row


def test_what_others_wish_changes_no_suggestion(mine, day, camp):
    before = page(mine, camp)
    for _ in range(8):
        who = AttendeeFactory(camp=camp)
        set_interest(pitch=day["Tents"].pitch, attendee=who, level=2)
        go_to(session=day["Tents"], attendee=who)
    assert page(mine, camp) == before


def test_what_i_took_off_is_not_suggested_again_and_comes_back_from_the_grid(mine, day, camp, cleo):
    choose(mine, camp, away=day["Knots"])
    choose(mine, camp, away=day["Ducks"])
    assert "10:00" not in page(mine, camp)
    assert not Choice.objects.filter(goes=True).exists()
    choose(mine, camp, goes=day["Knots"])
    assert "Knots" in page(mine, camp)["10:00"]


def test_nothing_is_suggested_that_is_over_closed_or_withdrawn(mine, day, camp, slots, monkeypatch):
    withdraw_pitch(pitch=day["Rope"].pitch, by=None)
    day["Bells"].place.room.closed_in.add(slots[2])
    publish_grid(camp=camp, by=None, accept_broken=True)
    row = page(mine, camp)["13:00"]
    assert "Rope" not in row
    assert "Bells" not in row
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=14.5))
    assert "You are free" not in mine.get(f"/{camp.slug}/my/").content.decode()


# -- past first folded ---------------------------------------------------------------------------------------


def test_now_comes_first_and_what_is_over_is_folded(mine, day, camp, cleo, monkeypatch, sign_in):
    set_interest(pitch=day["Owls"].pitch, attendee=cleo, level=1)
    go_to(session=day["Knots"], attendee=cleo)
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=11.5))
    html = mine.get(f"/{camp.slug}/my/").content.decode()
    earlier = re.search(r'<details class="earlier-today".*?</details>', html, re.DOTALL)[0]
    assert "Earlier: 1 session" in re.sub(r"\s+", " ", earlier)
    assert "Knots" in earlier
    rest = html.replace(earlier, "")
    assert [*rows(rest)] == ["11:00", "12:00", "13:00"]
    assert 'class="now-flag"' in rest
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=20))
    # Over: it is a record, and folds nothing.
    assert "10:00" in page(mine, camp)
    assert "Earlier" not in mine.get(f"/{camp.slug}/my/").content.decode()


# -- after interest is closed --------------------------------------------------------------------------------


def test_after_interest_is_closed_my_day_changes_and_no_wish_does(mine, day, camp, cleo):
    switch_camp(camp=camp, is_interest_open=False)
    before = sorted(cleo.interests.values_list("pitch_id", "level"))
    choose(mine, camp, goes=day["Owls"])
    choose(mine, camp, away=day["Knots"])
    assert sorted(cleo.interests.values_list("pitch_id", "level")) == before
    found = page(mine, camp)
    assert "Owls" in found["11:00"]
    assert "Knots" not in found["10:00"]


def test_the_grid_and_the_sessions_page_offer_interest_while_it_is_open_and_then_my_day(mine, day, camp, cleo):
    owls = f"/{camp.slug}/sessions/{day['Owls'].pk}/"
    grid = f"/{camp.slug}/grid/"
    tap = f'formaction="/{camp.slug}/pitches/{day["Owls"].pitch_id}/interest/"'
    assert tap in mine.get(grid).content.decode()
    assert "data-tap=" in mine.get(owls).content.decode()
    set_interest(pitch=day["Owls"].pitch, attendee=cleo, level=NOT_FOR_ME)
    assert f'id="not-{day["Owls"].pitch_id}" aria-pressed="true"' in mine.get(owls).content.decode()
    landed = mine.post(f"/{camp.slug}/pitches/{day['Owls'].pitch_id}/interest/", {"level": "1", "next": grid})[
        "Location"
    ]
    assert landed == f"{grid}#interest-control-{day['Owls'].pitch_id}"
    html = mine.get(grid).content.decode()
    assert f'id="{landed.partition("#")[2]}"' in html
    assert f'id="interested-{day["Owls"].pk}" class="on-card" aria-pressed="true"' in html
    # What was taken off the day is put back first: that it is wished says nothing there.
    mine.post(f"/{camp.slug}/my/sessions/", {"away": day["Owls"].pk})
    html = mine.get(grid).content.decode()
    assert f'name="goes" value="{day["Owls"].pk}"' in html
    assert tap not in html
    mine.post(f"/{camp.slug}/my/sessions/", {"goes": day["Owls"].pk})
    assert tap in mine.get(grid).content.decode()
    stay_away(session=day["Owls"], attendee=cleo)
    switch_camp(camp=camp, is_interest_open=False)
    assert 'name="goes"' in mine.get(grid).content.decode()
    assert "Add to my day" in mine.get(owls).content.decode()
    assert tap not in mine.get(grid).content.decode()
    sent = mine.post(f"/{camp.slug}/my/sessions/", {"goes": day["Owls"].pk, "next": owls})
    assert sent["Location"] == owls
    assert "Take off my day" in mine.get(owls).content.decode()


def test_a_must_is_not_dropped_by_a_card_and_what_i_host_has_no_button(mine, day, camp, cleo):
    set_interest(pitch=day["Owls"].pitch, attendee=cleo, level=2)
    day["Maps"].pitch.hosts.add(cleo)
    html = mine.get(f"/{camp.slug}/grid/").content.decode()
    assert f'data-tap="{day["Owls"].pitch_id}"' not in html
    assert f'data-tap="{day["Maps"].pitch_id}"' not in html
    assert f'data-tap="{day["Tents"].pitch_id}"' in html


def test_strangers_see_no_button(day, camp, client, at_nine):
    assert "<button" not in re.search(r"<main.*</main>", client.get(f"/{camp.slug}/grid/").content.decode(), re.S)[0]
    assert 'name="goes"' not in client.get(f"/{camp.slug}/sessions/{day['Owls'].pk}/").content.decode()


def test_what_i_was_in_follows_my_day(mine, day, camp, cleo, monkeypatch):
    go_to(session=day["Ducks"], attendee=cleo)
    go_to(session=day["Owls"], attendee=cleo)
    monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(hours=20))
    found = {one.title: one.was_there for one in what_i_was_in(cleo).sessions}
    assert found == {"Knots": False, "Ducks": True, "Owls": True}
    stay_away(session=day["Knots"], attendee=cleo)
    assert "Knots" not in {one.title for one in what_i_was_in(cleo).sessions}


# -- what is refused -----------------------------------------------------------------------------------------


def test_what_i_host_stays_in_my_day(day, cleo):
    day["Knots"].pitch.hosts.add(cleo)
    with pytest.raises(ValidationError, match="You host it"):
        stay_away(session=day["Knots"], attendee=cleo)


def test_nobody_goes_to_what_is_off_the_grid(day, camp, cleo, mine):
    unplace_session(session=day["Owls"])
    publish_grid(camp=camp, by=None)
    with pytest.raises(ValidationError, match="not on the grid any more"):
        go_to(session=day["Owls"], attendee=cleo)
    refused = mine.post(f"/{camp.slug}/my/sessions/", {"goes": day["Owls"].pk}, follow=True)
    assert "not on the grid any more" in refused.content.decode()


@pytest.mark.parametrize("sent", [{}, {"goes": "x"}, {"away": "99999999999999999999"}, {"goes": ""}])
def test_a_session_that_is_none_is_not_found(mine, camp, sent):
    assert mine.post(f"/{camp.slug}/my/sessions/", sent).status_code == 404


def test_a_session_of_another_camp_is_not_found(mine, camp, day):
    other = Camp.objects.create(slug="other", name="Other", starts_on=camp.starts_on, ends_on=camp.ends_on)
    RoomFactory(camp=other)
    day["Owls"].camp = other
    day["Owls"].save()
    assert choose(mine, camp, goes=day["Owls"]).status_code == 404


def test_the_database_holds_one_choice_of_each(day, cleo):
    go_to(session=day["Knots"], attendee=cleo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Choice.objects.create(attendee=cleo, session=day["Knots"], goes=False)


# -- whose it is ---------------------------------------------------------------------------------------------


def test_nobody_else_can_tell(mine, day, camp, cleo, olga, ben, client):
    """No page of others, no ETag of theirs, no export, no stamp changes by a choice."""
    pages = ["grid/", "my/", "pitches/", "record/", f"sessions/{day['Owls'].pk}/", "calendar.ics"]

    def seen(who) -> list[tuple]:
        client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
        answers = [client.get(f"/{camp.slug}/{page}") for page in pages]
        return [(answer.status_code, answer.get("ETag")) for answer in answers]

    first = [seen(who) for who in (olga, ben)]
    before = json.dumps(export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE), sort_keys=True)
    assert first == [seen(who) for who in (olga, ben)]
    go_to(session=day["Owls"], attendee=cleo)
    stay_away(session=day["Knots"], attendee=cleo)
    assert first == [seen(who) for who in (olga, ben)]
    assert before == json.dumps(export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE), sort_keys=True)


def test_two_places_of_one_person_keep_what_either_chose(day, camp, cleo, ben):
    go_to(session=day["Owls"], attendee=cleo)
    go_to(session=day["Knots"], attendee=cleo)
    stay_away(session=day["Owls"], attendee=ben)
    set_interest(pitch=day["Maps"].pitch, attendee=ben, level=1)
    stay_away(session=day["Maps"], attendee=ben)
    merge_attendees(source=ben, into=cleo)
    kept = {choice.session.title: choice.goes for choice in cleo.choices.all()}
    assert kept == {"Owls": True, "Knots": True, "Maps": False}


def test_whoever_is_erased_takes_it_along(day, cleo):
    go_to(session=day["Owls"], attendee=cleo)
    erase_attendee(attendee=cleo, with_texts=True)
    assert not Choice.objects.exists()


def test_in_an_archived_camp_nothing_can_be_chosen(mine, day, camp, cleo):
    Camp.objects.filter(pk=camp.pk).update(archived_at=timezone.now())
    assert choose(mine, camp, goes=day["Knots"]).status_code == 403
    assert "Take off" not in mine.get(f"/{camp.slug}/my/").content.decode()
    assert 'name="goes"' not in mine.get(f"/{camp.slug}/grid/").content.decode()
