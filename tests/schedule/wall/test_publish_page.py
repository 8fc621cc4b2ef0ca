"""The page that publishes: how many move, come and go, and which; a line of why; a second press publishes nothing."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.form_keys import FIELD
from accounts.once import BACKEND
from events.frame import save_room
from events.models import Attendee
from exchange.json_export import export_camp
from pitches.services import set_interest
from pitches.wishes import renew_wishes
from schedule.draft.moves import place_session, unplace_session
from schedule.draft.plan import apply_plan
from schedule.models import Draft, GridBuild, GridVersion
from schedule.wall.publish import AllOut, publish_grid
from schedule.wall.taking_back import take_back_version
from schedule.wall.unseen import unseen_of
from schedule.wall.whys import whys_of
from tests.factories import AttendeeFactory, PitchFactory, make_organiser

WHY = "The kitchen flooded"


def reader(attendee: Attendee) -> Client:
    client = Client()
    client.force_login(attendee.user, backend=BACKEND)
    return client


def words(tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def url(camp) -> str:
    return f"/{camp.slug}/draft/publish/"


def page(client, camp) -> BeautifulSoup:
    return BeautifulSoup(client.get(url(camp)).content, "html.parser")


def as_it_is(client, camp, **more) -> dict[str, str]:
    """What the form of the page would send, with what somebody types."""
    form = page(client, camp).select_one("main form[method=post]")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden], input[type=text]")}
    sent |= {field["name"]: "on" for field in form.select("input[type=checkbox][checked]")}
    return sent | more


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def sessions(camp, ben, rooms, slots):
    """Four that are published."""
    at = {"Knots": (0, 0), "Ducks": (1, 0), "Tides": (0, 1), "Bells": (1, 1)}
    found = {
        title: place_session(pitch=PitchFactory(camp=camp, title=title, hosts=[ben]), room=rooms[r], slot=slots[s])
        for title, (r, s) in at.items()
    }
    for session in found.values():
        session.pitch.hosts.clear()
    found["Knots"].pitch.hosts.add(ben)
    publish_grid(camp=camp, by=None)
    return found


@pytest.fixture
def changed(camp, sessions, rooms, slots):
    """One moves in time and room, one in time, one comes, one goes, one stays."""
    place_session(pitch=sessions["Knots"].pitch, room=rooms[1], slot=slots[2])
    place_session(pitch=sessions["Tides"].pitch, room=rooms[0], slot=slots[0])
    unplace_session(session=sessions["Bells"])
    place_session(pitch=PitchFactory(camp=camp, title="Kites"), room=rooms[0], slot=slots[1])
    return sessions


class TestPreview:
    def test_how_many_of_each_and_which(self, camp, olga, changed):
        found = page(reader(olga), camp)
        assert words(found.find("h1")) == "Publish the grid"
        assert [words(li) for li in found.select(".counts li")] == [
            "2 other time", "0 other room", "1 new", "1 cancelled", "1 stays",
        ]  # fmt: skip
        told = {
            words(section.h2): [words(li) for li in section.select("li")]
            for section in found.select(".changes section")
        }
        assert told == {
            "2 move to another time": [
                "Tides before: Barn, Sat 11:00 → , now: Barn, Sat 10:00",
                "Knots before: Barn, Sat 10:00 → , now: Loft, Sat 13:00",
            ],
            "1 is new": ["Kites Barn, Sat 11:00"],
            "1 is cancelled": ["Bells before: Loft, Sat 11:00"],
        }
        assert words(found.select_one("main form button")) == "Publish version 2"

    def test_a_room_alone_is_another_room_and_what_counts_leads_to_it(self, camp, olga, sessions, rooms, slots):
        place_session(pitch=sessions["Bells"].pitch, room=rooms[0], slot=slots[2])
        publish_grid(camp=camp, by=None)
        place_session(pitch=sessions["Bells"].pitch, room=rooms[1], slot=slots[2])
        found = page(reader(olga), camp)
        assert [words(li) for li in found.select(".counts li")][1] == "1 other room"
        [link] = found.select(".counts a")
        assert found.select_one(link["href"]).get_text() == "1 moves to another room"

    def test_what_is_no_session_is_told_in_words(self, camp, olga, sessions, rooms):
        rooms[0].name = "Hall"
        save_room(room=rooms[0])
        found = page(reader(olga), camp)
        assert "“Barn” is called “Hall” now." in words(found.select_one(".changes"))
        assert [words(li) for li in found.select(".counts li")][-1] == "4 stay"

    @pytest.mark.parametrize(("count", "told"), [(3, "a few"), (12, "about 10")])
    def test_people_are_counted_in_steps_and_never_named(self, camp, olga, changed, count, told):
        people = AttendeeFactory.create_batch(count, camp=camp, display_name="Zelda")
        # Five more who changed something, so that the snapshot is taken.
        others = AttendeeFactory.create_batch(6, camp=camp)
        for person in people:
            set_interest(pitch=changed["Knots"].pitch, attendee=person, level=1)
            set_interest(pitch=changed["Bells"].pitch, attendee=person, level=2)
        for person in others:
            set_interest(pitch=changed["Ducks"].pitch, attendee=person, level=1)
        renew_wishes(camp=camp)
        found = words(page(reader(olga), camp).select_one(".changes"))
        assert f"{told} want to be at something that moves or is cancelled" in found
        assert "Zelda" not in found
        assert f" {count} want" not in found


class TestWhy:
    def test_it_is_stored_with_the_version_and_read_wherever_people_learn_of_it(self, camp, olga, ben, cleo, changed):
        set_interest(pitch=changed["Tides"].pitch, attendee=cleo, level=1)
        # They know the grid as it was: what follows is news to them.
        mail.outbox.clear()
        client = reader(olga)
        response = client.post(url(camp), as_it_is(client, camp, why=f"  {WHY} "))
        assert said(response) == ["Version 2 is published."]
        version = GridVersion.latest(camp)
        assert (version.number, version.why) == (2, WHY)

        def read(who, path):
            return words(BeautifulSoup(reader(who).get(f"/{camp.slug}/{path}").content, "html.parser"))

        [host] = [letter for letter in mail.outbox if letter.to == [ben.user.email]]
        assert f"moved from Barn, Sat 10:00 to Loft, Sat 13:00. Why: {WHY}" in host.body
        assert f"Why: {WHY}" in read(ben, "")
        assert WHY in read(olga, "grid/")
        banner = BeautifulSoup(reader(cleo).get(f"/{camp.slug}/").content, "html.parser").select_one(".moves")
        assert f"Why: {WHY}" in words(banner)
        assert f"Why: {WHY}" in read(cleo, "my/")
        assert f"Why: {WHY}" in read(cleo, "grid/versions/")
        assert f"Why: {WHY}" in read(cleo, "grid/versions/2/")
        # Without the banner, which every page has.
        assert WHY not in Client().get(f"/{camp.slug}/grid/versions/1/").content.decode()

    def test_of_several_moves_it_is_said_once(self, camp, cleo, changed):
        for title in ("Tides", "Knots"):
            set_interest(pitch=changed[title].pitch, attendee=cleo, level=1)
        publish_grid(camp=camp, by=None, why=WHY)
        banner = BeautifulSoup(reader(cleo).get(f"/{camp.slug}/").content, "html.parser").select_one(".moves")
        assert len(banner.select("li")) == 2
        assert words(banner).count(WHY) == 1

    def test_above_the_grid_stand_those_of_the_day_but_for_what_was_taken_back(self, camp, sessions, rooms, slots):
        def publish(slot, why):
            place_session(pitch=sessions["Bells"].pitch, room=rooms[1], slot=slots[slot])
            return [found.line for found in whys_of(publish_grid(camp=camp, by=None, why=why))]

        assert publish(2, "One") == ["One"]
        assert publish(1, "Two") == ["Two", "One"]
        take_back_version(camp=camp, by=None, why="Not so")
        assert [found.line for found in whys_of(GridVersion.latest(camp))] == ["Not so", "One"]
        # Taken back in turn, it is so after all.
        take_back_version(camp=camp, by=None)
        assert [found.line for found in whys_of(GridVersion.latest(camp))] == ["Two", "One"]

    def test_it_goes_along_in_a_document(self, camp, changed):
        publish_grid(camp=camp, by=None, why=WHY)
        assert [version["why"] for version in export_camp(camp, with_interest=False)["versions"]] == ["", WHY]

    def test_too_long_it_stands_there_still_with_a_sentence(self, camp, olga, changed):
        client, long = reader(olga), "x" * 141
        response = client.post(url(camp), as_it_is(client, camp, why=long))
        assert response.status_code == 422
        found = BeautifulSoup(response.content, "html.parser")
        assert found.select_one("#id_why")["value"] == long
        assert "140" in words(found.select_one(".summary"))
        assert GridVersion.latest(camp).number == 1


class TestSecondPress:
    def test_the_same_form_sent_twice_makes_one_version(self, camp, olga, changed):
        client = reader(olga)
        sent = as_it_is(client, camp)
        assert sent[FIELD]
        first, second = client.post(url(camp), sent), client.post(url(camp), sent)
        assert said(first) == ["Version 2 is published."]
        assert (first.url, GridVersion.latest(camp).number) == (second.url, 2)

    def test_pressed_again_on_a_page_that_was_open_says_that_all_is_out(self, camp, olga, changed):
        """A colleague's page, too: it shows what was out before."""
        oscar = make_organiser(camp, "Oscar")
        one, other = reader(olga), reader(oscar)
        mine, theirs = as_it_is(one, camp), as_it_is(other, camp)
        one.post(url(camp), mine)
        mail.outbox.clear()
        sequences = list(camp.sessions.order_by("pk").values_list("sequence", flat=True))
        answer = other.post(url(camp), theirs)
        version = GridVersion.latest(camp)
        [text] = said(answer)
        assert re.fullmatch(
            r"All of it is out already: version 2, published \w{3} \d\d:\d\d\.|All of it is out already: version 2, published \d\d:\d\d\.",
            text,
        )
        assert version.number == 2
        assert mail.outbox == []
        assert list(camp.sessions.order_by("pk").values_list("sequence", flat=True)) == sequences

    def test_the_service_makes_no_version_of_nothing_new(self, camp, sessions):
        with pytest.raises(AllOut, match="All of it is out already: version 1"):
            publish_grid(camp=camp, by=None)
        assert GridVersion.latest(camp).number == 1

    @pytest.mark.parametrize("field", ["name", "capacity", "directions", "building"])
    def test_what_a_room_is_counts_as_something_new(self, camp, sessions, rooms, field):
        setattr(rooms[0], field, 77 if field == "capacity" else "Other")
        save_room(room=rooms[0])
        assert publish_grid(camp=camp, by=None).number == 2

    def test_the_page_says_so_before_one_presses(self, camp, olga, sessions):
        found = page(reader(olga), camp)
        assert "All of it is out already: version 1" in words(found.find("main"))
        # What leads on this page leads somewhere.
        leads = [link["href"][1:] for link in found.select("main a[href^='#']")]
        assert all(found.find(id=there) for there in leads), leads

    def test_a_line_typed_for_nothing_stays_typed(self, camp, olga, sessions):
        client = reader(olga)
        response = client.post(url(camp), as_it_is(client, camp, why=WHY))
        assert response.status_code == 422
        found = BeautifulSoup(response.content, "html.parser")
        assert "All of it is out already" in words(found.select_one(".summary"))
        assert found.select_one("#id_why")["value"] == WHY

    def test_what_was_published_meanwhile_is_told_and_nothing_goes_over_it(self, camp, olga, changed):
        """The draft is the one that was seen, what is up is not: what would change was shown wrong."""
        publish_grid(camp=camp, by=None)
        place_session(pitch=changed["Ducks"].pitch, room=changed["Ducks"].place.room, slot=camp.slots.for_sessions()[1])
        client = reader(olga)
        sent = as_it_is(client, camp)
        take_back_version(camp=camp, by=None)
        response = client.post(url(camp), sent)
        assert response.status_code == 422
        text = words(BeautifulSoup(response.content, "html.parser").select_one(".summary"))
        assert "Somebody took version 2 back meanwhile: version 3 is up" in text
        assert GridVersion.latest(camp).number == 3

    def test_a_draft_that_was_changed_meanwhile_is_not_published(self, camp, olga, changed, rooms, slots):
        client = reader(olga)
        sent = as_it_is(client, camp)
        unplace_session(session=changed["Ducks"])
        response = client.post(url(camp), sent)
        assert "The draft was changed meanwhile" in response.content.decode()
        assert GridVersion.latest(camp).number == 1

    def test_new_times_of_a_camp_without_slots_make_no_version(self, camp, sessions):
        from schedule.wall.receivers import publish_new_times

        assert publish_new_times(type(camp), camp=camp, by=None, waits=False) is None


def test_the_first_grid_is_new(camp, olga, rooms, slots):
    place_session(pitch=PitchFactory(camp=camp, title="Knots"), room=rooms[0], slot=slots[0])
    client = reader(olga)
    found = page(client, camp)
    assert [words(li) for li in found.select(".counts li")][2] == "1 new"
    assert said(client.post(url(camp), as_it_is(client, camp))) == ["Version 1 is published."]


def test_nothing_on_the_grid_is_refused(camp, olga, slots):
    client = reader(olga)
    response = client.post(url(camp), as_it_is(client, camp))
    assert "There is nothing on the grid yet" in response.content.decode()
    with pytest.raises(ValidationError):
        publish_grid(camp=camp, by=None)
    assert Draft.of(camp).live == ""


class TestBuild:
    """A build that is asked about, or runs, while somebody publishes."""

    @pytest.fixture
    def asked(self, camp, olga, sessions, rooms, slots):
        """On the draft, and nobody took or left it."""
        step = apply_plan(camp=camp, rows=[[sessions["Knots"].pitch_id, slots[2].pk, rooms[0].pk]], by=olga).step
        given = {"state": GridBuild.State.DONE, "is_applied": True, "step": step}
        return camp.grid_builds.create(by=olga, draft_revision=Draft.revision_of(camp), **given)

    def test_publishing_it_takes_it_and_says_so_first(self, camp, olga, asked):
        client = reader(olga)
        assert "Who publishes the draft takes it." in words(page(client, camp).find("main"))
        assert "Leave it" in client.get(f"/{camp.slug}/draft/").content.decode()
        client.post(url(camp), as_it_is(client, camp))
        asked.refresh_from_db()
        assert (asked.is_settled, asked.is_on_draft, GridVersion.latest(camp).number) == (True, True, 2)
        assert "Leave it" not in client.get(f"/{camp.slug}/draft/").content.decode()

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"state": "running"}, "A grid is being built. What is published is the draft as it stands, without it."),
            ({"state": "done"}, "A build waits beside the draft to be taken or left. It is not published."),
            ({"state": "done", "is_settled": True}, None),
        ],
    )
    def test_one_that_is_not_on_the_draft_is_told_and_goes_on(self, camp, olga, changed, given, told):
        build = camp.grid_builds.create(**given)
        client = reader(olga)
        text = words(page(client, camp).find("main"))
        about = ("being built", "A build is on", "A build waits")
        assert any(words in text for words in about) == bool(told)
        assert (told or "") in text
        client.post(url(camp), as_it_is(client, camp))
        build.refresh_from_db()
        assert (build.state, build.is_settled) == (given["state"], given.get("is_settled", False))


class TestLine:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("\u202edehcton si\u202c Barn", "dehcton si Barn"),
            ("Kit\u200bchen \u2066flooded\u2069\ufeff", "Kitchen flooded"),
            ("Z" + "\u0316" * 40 + "algo", "Z" + "\u0316" * 3 + "algo"),
            # Families of emoji, and a Persian plural, need their joiners.
            ("\U0001f469\u200d\U0001f373 cooks", "\U0001f469\u200d\U0001f373 cooks"),
            ("\u06a9\u062a\u0627\u0628\u200c\u0647\u0627", "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627"),
            ("\u200b\u202e\u3164", ""),
            ("plain", "plain"),
        ],
    )
    def test_it_is_read_as_it_was_typed_whichever_way_it_came(self, camp, olga, changed, typed, read):
        client = reader(olga)
        client.post(url(camp), as_it_is(client, camp, why=typed))
        assert GridVersion.latest(camp).why == read
        back = take_back_version(camp=camp, by=None, why=typed)
        assert (back.why, [why["line"] for why in back.whys]) == (read, [read] if read else [])

    def test_of_several_with_several_reasons_each_is_written_out_once(self, camp, cleo, sessions, rooms, slots):
        for title in ("Knots", "Ducks", "Tides"):
            set_interest(pitch=sessions[title].pitch, attendee=cleo, level=1)
        place_session(pitch=sessions["Tides"].pitch, room=rooms[1], slot=slots[2])
        publish_grid(camp=camp, by=None)
        place_session(pitch=sessions["Knots"].pitch, room=rooms[0], slot=slots[2])
        unplace_session(session=sessions["Bells"])
        place_session(pitch=sessions["Ducks"].pitch, room=rooms[1], slot=slots[1])
        publish_grid(camp=camp, by=None, why=WHY, accept_broken=True)
        text = words(BeautifulSoup(reader(cleo).get(f"/{camp.slug}/grid/").content, "html.parser").select_one(".moves"))
        assert (text.count(f"Why: {WHY}"), text.count("Why: as above")) == (1, 1)


class TestWhoPublishes:
    """Knows what they publish: no box on every page of theirs says that their day changed."""

    def test_they_are_not_told_of_it_and_everybody_else_is(self, camp, olga, cleo, changed):
        for person in (olga, cleo):
            set_interest(pitch=changed["Knots"].pitch, attendee=person, level=1)
        publish_grid(camp=camp, by=olga)
        told = [unseen_of(Attendee.objects.get(pk=person.pk)).moves for person in (olga, cleo)]
        assert [len(moves) for moves in told] == [0, 1]

    def test_what_a_colleague_did_before_is_still_told(self, camp, olga, changed, rooms, slots):
        for title in ("Knots", "Ducks"):
            set_interest(pitch=changed[title].pitch, attendee=olga, level=1)
        publish_grid(camp=camp, by=None)
        unplace_session(session=changed["Ducks"])
        publish_grid(camp=camp, by=olga)
        assert {move.title for move in unseen_of(Attendee.objects.get(pk=olga.pk)).moves} == {"Knots", "Ducks"}


class TestAllOut:
    def test_there_is_no_line_to_type_for_nothing(self, camp, olga, sessions):
        main = page(reader(olga), camp).find("main")
        assert main.select("#id_why") == []
        assert main.select("#id_is_live")


def test_what_a_tick_means_stands_below_it(camp, olga, changed):
    field = page(reader(olga), camp).select_one("#id_is_live").find_parent(class_="field")
    text = words(field)
    assert text.index("Live from now on") < text.index("Each later change on the draft")
