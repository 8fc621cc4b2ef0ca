"""A camp that is over offers strangers to read, not to join; the front page begins with one's own camps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.services import note_proof
from events.editing import archive_camp
from events.joining import join_camp
from events.models import Camp, Joining

from ..factories import DAY, CampFactory, UserFactory


@pytest.fixture
def on_day(monkeypatch):
    """Makes it so many days after the camp's day."""

    def on_day(number: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: DAY + timedelta(days=number, hours=12))

    return on_day


def main_of(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0]


def links(html: str) -> list[str]:
    return re.findall(r'<a\b[^>]*href="([^"#?]*)', html)


@pytest.mark.parametrize(("number", "is_over"), [(-30, False), (0, False), (1, True), (400, True)])
def test_a_stranger_is_offered_to_join_until_the_camp_is_over_then_to_read(client, camp, on_day, number, is_over):
    on_day(number)
    join, record = f"/{camp.slug}/join/", f"/{camp.slug}/record/"
    for page in ("", "pitches/", "grid/", "record/"):
        found = links(client.get(f"/{camp.slug}/{page}").content.decode())
        assert (join in found) != is_over, page
    about = main_of(client.get(f"/{camp.slug}/").content.decode())
    assert (record in links(about)) == is_over
    assert ("This camp is over. What was said and written stays here." in about) == is_over
    assert f"/{camp.slug}/pitches/new/" not in about


@pytest.mark.parametrize("way", ["/lakeside-2030/join/", "/j/{code}/"])
def test_the_address_on_the_poster_says_that_it_is_over_and_leads_to_what_stays(client, camp, on_day, way):
    on_day(1)
    response = client.get(way.format(code=camp.code), follow=True)
    page = main_of(response.content.decode())
    assert response.status_code == 200
    assert re.findall(r"<h1>\s*(.*?)\s*</h1>", page) == ["Lakeside 2030 is over"]
    assert "There is nothing left to join. What was said and written stays here to be read." in page
    assert {f"/{camp.slug}/record/", f"/{camp.slug}/grid/"} <= set(links(page))
    # Whoever was there may still add notes: one step away, not the first thing offered.
    assert page.index("<details>") < page.index('name="display_name"')


def test_who_was_there_and_left_no_name_can_still_write(client, camp, on_day):
    on_day(1)
    way = client.get(f"/{camp.slug}/write-ups/new/", follow=True)
    assert "<details open>" in main_of(way.content.decode())
    response = client.post(f"/{camp.slug}/join/", {"display_name": ""})
    assert "<details open>" in response.content.decode()
    assert client.post(f"/{camp.slug}/join/", {"display_name": "Fern"}).status_code == 302
    assert camp.attendees.get().display_name == "Fern"


def test_a_browser_that_has_the_page_is_not_left_with_the_way_in(client, camp, on_day):
    for page in ("", "pitches/", "grid/", "record/"):
        on_day(0)
        seen = client.get(f"/{camp.slug}/{page}").headers["ETag"]
        on_day(1)
        assert client.get(f"/{camp.slug}/{page}", headers={"If-None-Match": seen}).status_code == 200, page


def test_whom_a_past_camp_is_listed_for_is_let_in_to_read(client, camp, on_day):
    camp.joining = Joining.LISTED
    camp.save()
    camp.listed_addresses.create(email="ann@example.org")
    user = UserFactory(email="ann@example.org")
    note_proof(user=user, email=user.email)
    on_day(1)
    client.force_login(user)
    page = main_of(client.get(f"/{camp.slug}/join/").content.decode())
    assert "Whoever is in can still read what was said and written." in page
    assert "<details" not in page
    assert 'name="display_name"' in page


def test_an_archived_camp_is_not_joined_either(client, camp, on_day):
    on_day(0)
    archive_camp(camp=camp)
    assert f"/{camp.slug}/join/" not in links(client.get(f"/{camp.slug}/").content.decode())


# -- the front page ----------------------------------------------------------------------------------------


def sections(html: str) -> dict[str, list[str]]:
    """The heading of each part of the front page, and the camps in it."""
    found = re.findall(r"<section[^>]*>(.*?)</section>", html, re.DOTALL)
    return {re.findall(r"<h2[^>]*>(.*?)</h2>", part)[0]: re.findall(r"<h3><a[^>]*>(.*?)</a>", part) for part in found}


@pytest.fixture
def front(client, on_day, db):
    on_day(0)
    return lambda: sections(client.get(reverse("events:home")).content.decode())


def test_a_stranger_sees_public_camps(front, camp):
    CampFactory(name="Hidden", is_public=False)
    assert front() == {"Got a code?": [], "Now and coming": ["Lakeside 2030"]}


def test_who_is_signed_in_sees_their_own_camps_first_and_none_twice(front, client, camp, ben):
    others, hidden = CampFactory(name="Others"), CampFactory(name="Hidden", is_public=False)
    past = CampFactory(name="Past", starts_on=DAY.date() - timedelta(90), ends_on=DAY.date() - timedelta(90))
    for mine in (hidden, past):
        join_camp(camp=mine, user=ben.user, display_name="Ben")
    client.force_login(ben.user)
    found = front()
    assert found == {
        "My camps": ["Hidden", "Lakeside 2030", "Past"],
        "Got a code?": [],
        "Other camps, now and coming": [others.name],
    }


@pytest.mark.parametrize("signed_in", [False, True])
def test_however_many_camps_ended_last_night_the_page_asks_no_more(
    front, client, camp, ben, signed_in, django_assert_max_num_queries
):
    yesterday = DAY.date() - timedelta(days=1)
    for number in range(5):
        CampFactory(name=f"Night {number}", starts_on=yesterday, ends_on=yesterday)
    if signed_in:
        client.force_login(ben.user)
    with django_assert_max_num_queries(8 if signed_in else 4):
        assert len(front()["Past camps, with their notes"]) == 5


def test_what_somebody_left_is_theirs_no_more(front, client, camp, ben):
    ben.removed_at = timezone.now()
    ben.save()
    client.force_login(ben.user)
    assert front() == {"Got a code?": [], "Now and coming": ["Lakeside 2030"]}


@pytest.mark.parametrize(
    ("first", "names"),
    [(-4, ["Day 4", "Day 5", "Day 6"]), (-7, ["Day 7", "Day 8", "Day 6"]), (-9, ["Day 8", "Day 7", "Day 6"])],
)
def test_of_many_camps_those_to_come_stand_in_front_then_the_last_ones(front, client, first, names):
    user = UserFactory()
    for number in range(9):
        day = DAY.date() + timedelta(days=number + first)
        join_camp(camp=CampFactory(name=f"Day {number}", starts_on=day, ends_on=day), user=user, display_name="Ann")
    client.force_login(user)
    assert front()["My camps"] == names
    assert Camp.objects.of(user).count() == 9


def test_who_is_in_all_public_camps_is_not_told_that_none_is_planned(front, client, camp, ben):
    client.force_login(ben.user)
    assert front() == {"My camps": ["Lakeside 2030"], "Got a code?": []}
