"""Live mode: each change of the draft goes out at once; what breaks a rule waits, and so does a build."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.once import BACKEND
from events import news
from events.editing import archive_camp
from events.frame import close_rooms
from events.models import Attendee
from events.news import mail_waiting_news, sentence
from pitches.services import return_pitch, set_interest, withdraw_pitch
from schedule.build.run import take_build, take_repair
from schedule.draft.moves import add_repeat, pin_session, place_session, swap_sessions, unplace_session
from schedule.draft.undo import redo_step, undo_moves, undo_step
from schedule.models import Draft, GridBuild, GridVersion
from schedule.wall import gathering
from schedule.wall.live import switch_live
from schedule.wall.mailing import mail_what_changed, start_mails
from schedule.wall.publish import publish_grid
from schedule.wall.telling import choose_telling, tell_what_waits
from schedule.wall.unseen import unseen_of
from tests.factories import PitchFactory


def reader(attendee: Attendee) -> Client:
    client = Client()
    client.force_login(attendee.user, backend=BACKEND)
    return client


def words(tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def number(camp) -> int:
    return GridVersion.latest(camp).number


def live_of(camp) -> str:
    return Draft.of(camp).live


@pytest.fixture
def knots(camp, ben, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Knots", hosts=[ben]), room=rooms[0], slot=slots[0])


@pytest.fixture
def ducks(camp, rooms, slots):
    return place_session(pitch=PitchFactory(camp=camp, title="Ducks"), room=rooms[1], slot=slots[1])


@pytest.fixture
def live(camp, knots, ducks):
    """Version 1 is out, and from now on each change is."""
    publish_grid(camp=camp, by=None, goes_live=True)
    assert live_of(camp) == "on"
    mail.outbox.clear()
    return camp


def stands(camp) -> dict[str, tuple[str, int]]:
    """By title, on the wall."""
    rows = GridVersion.latest(camp).placements.filter(is_cancelled=False).select_related("session__pitch")
    return {row.session.pitch.title: (row.room_name, row.starts_at.hour) for row in rows}


class TestEachChangeGoesOutAtOnce:
    def test_a_move_a_swap_a_place_a_cancelled_one_and_a_repeat(self, live, knots, ducks, rooms, slots, olga):
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2], by=olga)
        assert (number(live), stands(live)["Knots"]) == (2, ("Barn", 13))
        swap_sessions(one=knots, other=ducks, by=olga)
        assert (number(live), stands(live)) == (3, {"Knots": ("Loft", 11), "Ducks": ("Barn", 13)})
        place_session(pitch=PitchFactory(camp=live, title="Kites"), room=rooms[0], slot=slots[0], by=olga)
        assert (number(live), stands(live)["Kites"]) == (4, ("Barn", 10))
        unplace_session(session=ducks, by=olga)
        assert (number(live), set(stands(live))) == (5, {"Knots", "Kites"})
        add_repeat(pitch=knots.pitch, room=rooms[1], slot=slots[0], by=olga)
        assert (number(live), len(GridVersion.latest(live).placements.filter(is_cancelled=False))) == (6, 3)

    def test_undo_and_redo(self, live, knots, rooms, slots, olga):
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2], by=olga)
        undo_step(camp=live, by=olga)
        assert (number(live), stands(live)["Knots"]) == (3, ("Barn", 10))
        redo_step(camp=live, by=olga)
        assert (number(live), stands(live)["Knots"]) == (4, ("Barn", 13))
        knots.refresh_from_db()
        undo_moves(camp=live, seen={knots.pk: knots.revision}, by=olga)
        assert (number(live), stands(live)["Knots"]) == (5, ("Barn", 10))

    def test_a_repair(self, live, knots, ducks, rooms, slots, olga):
        rows = [[knots.pitch_id, slots[2].pk, rooms[0].pk], [ducks.pitch_id, slots[1].pk, rooms[1].pk]]
        build = live.grid_builds.create(
            kind=GridBuild.Kind.REPAIR, state=GridBuild.State.DONE, alternatives=[{"rows": rows}],
            draft_revision=Draft.revision_of(live),
        )  # fmt: skip
        take_repair(build=build, number=0, by=olga)
        assert (number(live), stands(live)["Knots"]) == (2, ("Barn", 13))

    def test_what_is_withdrawn_goes_and_comes_back(self, live, knots):
        withdraw_pitch(pitch=knots.pitch, by=None)
        assert set(stands(live)) == {"Ducks"}
        knots.pitch.refresh_from_db()
        return_pitch(pitch=knots.pitch, by=None, seen=knots.pitch.withdrawal)
        assert set(stands(live)) == {"Ducks", "Knots"}

    def test_a_pin_publishes_nothing(self, live, knots, olga):
        pin_session(session=knots, is_pinned=True, by=olga)
        assert (number(live), live_of(live)) == (1, "on")

    def test_it_is_told_as_moved_on_the_page_in_calendars_and_by_mail(
        self, live, client, knots, ben, cleo, rooms, slots, olga, monkeypatch
    ):
        set_interest(pitch=knots.pitch, attendee=cleo, level=1)
        feed = f"/{live.slug}/calendar.ics"

        def entry():
            found = Calendar.from_ical(client.get(feed).content).walk("VEVENT")
            return next(event for event in found if event["summary"] == "Knots")

        before = entry()
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2], by=olga)
        after = entry()
        assert (after["uid"], after["sequence"]) == (before["uid"], before["sequence"] + 1)
        assert after["dtstart"].dt == slots[2].starts_at
        [move] = unseen_of(cleo).moves
        assert (move.title, move.place.starts_at) == ("Knots", slots[2].starts_at)
        assert "“Knots” is at" in words(BeautifulSoup(reader(cleo).get(f"/{live.slug}/").content, "html.parser"))
        assert "Moved from" in reader(cleo).get(f"/{live.slug}/grid/").content.decode()
        ben.refresh_from_db()
        assert [sentence(item) for item in ben.news] == [
            "“Knots”, which you host, moved from Barn, Sat 10:00 to Barn, Sat 13:00."
        ]
        pass_minutes(monkeypatch, 3)
        mail_waiting_news()
        assert [letter.to for letter in mail.outbox] == [[ben.user.email]]

    def test_whoever_moves_reads_that_it_is_out(self, live, knots, rooms, slots, olga):
        address = f"/{live.slug}/draft/pitches/{knots.pitch_id}/place/"
        response = reader(olga).post(address, {"cell": f"{slots[2].pk}-{rooms[0].pk}"})
        [told] = [str(message) for message in get_messages(response.wsgi_request)]
        assert told.endswith("It is out: version 2.")

    def test_a_camp_that_is_not_live_sends_nothing(self, camp, knots, ducks, rooms, slots, olga):
        publish_grid(camp=camp, by=None)
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2], by=olga)
        assert number(camp) == 1


class TestWhatWaits:
    @pytest.fixture
    def clash(self, live, ben, rooms, slots):
        """Another of Ben's that stands at eleven."""
        return place_session(pitch=PitchFactory(camp=live, title="Bells", hosts=[ben]), room=rooms[0], slot=slots[1])

    def test_what_breaks_a_rule_waits_says_so_and_goes_when_it_is_mended(self, live, clash, knots, rooms, slots, olga):
        assert number(live) == 2
        address = f"/{live.slug}/draft/pitches/{knots.pitch_id}/place/"
        # Ben would be in two rooms at once.
        unplace_session(session=live.sessions.get(pitch__title="Ducks"), by=olga)
        client = reader(olga)
        response = client.post(address, {"cell": f"{slots[1].pk}-{rooms[1].pk}"})
        told = [str(message) for message in get_messages(response.wsgi_request)]
        assert (number(live), live_of(live), stands(live)["Knots"]) == (3, "rules", ("Barn", 10))
        assert any(text.startswith("It is not out: a rule is broken.") for text in told)
        mark = BeautifulSoup(client.get(f"/{live.slug}/draft/").content, "html.parser").find(id="live-mark")
        assert "Waits: a rule is broken" in words(mark)
        assert "Ben would lead" in client.get(mark.a["href"]).content.decode()
        # What follows waits with it.
        place_session(pitch=PitchFactory(camp=live, title="Kites"), room=rooms[0], slot=slots[0], by=olga)
        assert number(live) == 3
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[2], by=olga)
        assert (number(live), live_of(live)) == (4, "on")
        assert stands(live) == {"Knots": ("Loft", 13), "Bells": ("Barn", 11), "Kites": ("Barn", 10)}

    def test_published_by_hand_it_goes_on(self, live, clash, knots, rooms, slots, olga):
        unplace_session(session=live.sessions.get(pitch__title="Ducks"), by=olga)
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[1], by=olga)
        assert live_of(live) == "rules"
        publish_grid(camp=live, by=olga, accept_broken=True)
        assert live_of(live) == "on"
        # What everybody sees broken keeps nothing else back.
        place_session(pitch=PitchFactory(camp=live, title="Kites"), room=rooms[0], slot=slots[2], by=olga)
        assert (number(live), live_of(live)) == (5, "on")

    def test_a_room_that_is_lost_keeps_no_other_change_back(self, live, knots, ducks, rooms, slots, olga):
        close_rooms(rooms=[rooms[0]], slots=[slots[0]], is_closed=True)
        place_session(pitch=ducks.pitch, session=ducks, room=rooms[1], slot=slots[2], by=olga)
        assert (number(live), live_of(live)) == (2, "on")

    def test_a_build_is_sent_whole_or_not_at_all(self, live, knots, ducks, rooms, slots, olga):
        plan = [[knots.pitch_id, slots[2].pk, rooms[1].pk], [ducks.pitch_id, slots[0].pk, rooms[0].pk]]
        build = live.grid_builds.create(state=GridBuild.State.DONE, plan=plan)
        take_build(build=build, by=olga)
        assert (number(live), live_of(live)) == (1, "build")
        mark = BeautifulSoup(reader(olga).get(f"/{live.slug}/draft/").content, "html.parser").find(id="live-mark")
        assert "Waits: publish the grid" in words(mark)
        # Nor does a move send it.
        place_session(pitch=PitchFactory(camp=live, title="Kites"), room=rooms[0], slot=slots[1], by=olga)
        assert (number(live), live_of(live)) == (1, "build")
        assert publish_grid(camp=live, by=olga).number == 2
        assert live_of(live) == "on"
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[1], by=olga)
        assert number(live) == 3

    def test_a_build_that_is_undone_waits_for_nothing(self, live, knots, ducks, rooms, slots, olga):
        plan = [[knots.pitch_id, slots[2].pk, rooms[1].pk], [ducks.pitch_id, slots[0].pk, rooms[0].pk]]
        take_build(build=live.grid_builds.create(state=GridBuild.State.DONE, plan=plan), by=olga)
        undo_step(camp=live, by=olga)
        assert (number(live), live_of(live)) == (1, "on")
        redo_step(camp=live, by=olga)
        assert (number(live), live_of(live)) == (1, "build")

    def test_in_an_archived_camp_nothing_goes_out_by_itself(self, live, knots, olga):
        archive_camp(camp=live, is_archived=True)
        live.refresh_from_db()
        unplace_session(session=knots, archived=True)
        assert (number(live), knots.cells.exists()) == (1, False)


class TestSwitch:
    def test_on_with_a_publish_which_says_what_it_means_and_off_by_one_press(self, camp, olga, knots, ducks):
        client, publish = reader(olga), f"/{camp.slug}/draft/publish/"
        found = BeautifulSoup(client.get(publish).content, "html.parser")
        field = found.find(id="id_is_live").find_parent(class_="field")
        assert "Each later change on the draft goes out at once" in words(field)
        client.post(publish, {"seen": Draft.revision_of(camp), "version": 0, "is_live": "on"})
        assert (number(camp), live_of(camp)) == (1, "on")
        mark = BeautifulSoup(client.get(f"/{camp.slug}/draft/").content, "html.parser").find(id="live-mark")
        assert words(mark) == "Live Each change goes out at once. Stop live"
        response = client.post(mark.form["action"], {"on": "0"}, follow=True)
        assert "Not live any more" in response.content.decode()
        assert live_of(camp) == ""
        mark = BeautifulSoup(response.content, "html.parser").find(id="live-mark")
        assert mark.a["href"] == f"{publish}#id_is_live"

    def test_on_where_all_is_out_makes_no_version(self, camp, olga, knots, ducks):
        publish_grid(camp=camp, by=None)
        client, publish = reader(olga), f"/{camp.slug}/draft/publish/"
        response = client.post(publish, {"seen": Draft.revision_of(camp), "version": 1, "is_live": "on"})
        assert (number(camp), live_of(camp)) == (1, "on")
        [told] = [str(message) for message in get_messages(response.wsgi_request)]
        assert told.endswith("Live: each change goes out at once.")

    def test_with_something_that_waits_it_is_refused(self, camp, olga, knots, ducks, rooms, slots):
        publish_grid(camp=camp, by=None)
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2])
        with pytest.raises(ValidationError, match="Something on the draft is not out yet"):
            switch_live(camp=camp, is_on=True)
        response = reader(olga).post(f"/{camp.slug}/draft/live/", {"on": "1"}, follow=True)
        assert "Something on the draft is not out yet" in response.content.decode()
        assert live_of(camp) == ""

    def test_a_form_made_before_a_colleague_switched_it_on_does_not_switch_it_off(
        self, live, olga, knots, rooms, slots
    ):
        client = reader(olga)
        seen = {"seen": Draft.revision_of(live), "version": 1, "was_live": ""}
        client.post(f"/{live.slug}/draft/publish/", seen)
        assert live_of(live) == "on"
        client.post(f"/{live.slug}/draft/publish/", seen | {"was_live": "1"})
        assert live_of(live) == ""

    def test_an_open_page_of_the_draft_is_told(self, live, olga):
        client, address = reader(olga), f"/{live.slug}/draft/"
        stamp = client.get(address).context["stamp"]
        ask = {"stamp": stamp}
        assert client.get(address, ask, headers={"HX-Request": "true"}).status_code == 204
        switch_live(camp=live, is_on=False)
        answer = client.get(address, ask, headers={"HX-Request": "true"}).content.decode()
        assert "Go live" in answer
        assert "Stop live" not in answer


def pass_minutes(monkeypatch, minutes: float) -> None:
    """From here on it is so much later."""
    later, now, ns = timedelta(minutes=minutes), timezone.now, news.time.time_ns
    monkeypatch.setattr(timezone, "now", lambda: now() + later)
    monkeypatch.setattr(news.time, "time_ns", lambda: ns() + int(later.total_seconds() * 1e9))


class TestMailsWaitForAPause:
    def test_five_quick_moves_are_one_mail_to_the_host_with_where_it_was_and_where_it_is(
        self, live, knots, ben, rooms, slots, olga, monkeypatch
    ):
        for slot, room in ((2, 0), (2, 1), (0, 1), (1, 0), (2, 0)):
            place_session(pitch=knots.pitch, session=knots, room=rooms[room], slot=slots[slot], by=olga)
            mail_waiting_news()
        assert number(live) == 6
        assert mail.outbox == []
        pass_minutes(monkeypatch, 1)
        mail_waiting_news()
        assert mail.outbox == []
        pass_minutes(monkeypatch, 1.1)
        mail_waiting_news()
        [letter] = mail.outbox
        assert letter.to == [ben.user.email]
        assert "“Knots”, which you host, moved from Barn, Sat 10:00 to Barn, Sat 13:00." in letter.body
        assert letter.body.count("which you host") == 1
        mail_waiting_news()
        assert len(mail.outbox) == 1

    def test_there_and_back_is_no_mail_and_the_page_says_where_it_is(
        self, live, knots, ben, rooms, slots, olga, monkeypatch
    ):
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[2], by=olga)
        undo_step(camp=live, by=olga)
        pass_minutes(monkeypatch, 3)
        mail_waiting_news()
        assert mail.outbox == []
        ben.refresh_from_db()
        assert [sentence(item) for item in ben.news] == [
            "“Knots”, which you host, moved from Loft, Sat 13:00 to Barn, Sat 10:00."
        ]
        # What comes after is mailed against what the last mail said.
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[0], by=olga)
        pass_minutes(monkeypatch, 3)
        mail_waiting_news()
        assert "moved from Barn, Sat 10:00 to Loft, Sat 10:00" in mail.outbox[0].body

    def test_moved_and_cancelled_is_cancelled_where_the_host_knew_it(
        self, live, knots, ben, rooms, slots, olga, monkeypatch
    ):
        place_session(pitch=knots.pitch, session=knots, room=rooms[1], slot=slots[2], by=olga)
        unplace_session(session=knots, by=olga)
        pass_minutes(monkeypatch, 3)
        mail_waiting_news()
        assert "is off the grid. It was to be here: Barn, Sat 10:00." in mail.outbox[0].body

    def test_nobody_waits_longer_than_ten_minutes(self, live, knots, ben, rooms, slots, olga, monkeypatch):
        for turn in range(8):
            place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2 if turn % 2 else 1], by=olga)
            mail_waiting_news()
            pass_minutes(monkeypatch, 1.5)
        mail_waiting_news()
        assert len(mail.outbox) == 1

    def test_what_others_asked_to_be_mailed_waits_too(self, live, knots, cleo, rooms, slots, olga, monkeypatch):
        set_interest(pitch=knots.pitch, attendee=cleo, level=1)
        start_mails(attendee=cleo)
        choose_telling(attendee=cleo, is_before=False, is_by_mail=True)
        mail.outbox.clear()
        for slot in (1, 2, 1, 2):
            place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[slot], by=olga)
            mail_what_changed()
            tell_what_waits()
        assert [letter.subject for letter in mail.outbox if letter.to == [cleo.user.email]] == []
        pass_minutes(monkeypatch, 2.1)
        mail_what_changed()
        tell_what_waits()
        told = [letter for letter in mail.outbox if letter.to == [cleo.user.email]]
        assert sorted(bool(letter.alternatives) for letter in told) == [False, True]

    def test_of_a_camp_that_is_not_live_mails_go_at_once(self, camp, knots, ducks, ben, rooms, slots):
        publish_grid(camp=camp, by=None)
        mail.outbox.clear()
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2])
        publish_grid(camp=camp, by=None)
        assert [letter.to for letter in mail.outbox] == [[ben.user.email]]

    def test_a_row_of_changes_begins_anew_after_a_pause(self, live, knots, rooms, slots, olga, monkeypatch):
        assert gathering.mails_wait(live)
        pass_minutes(monkeypatch, 2.1)
        assert not gathering.mails_wait(live)
        place_session(pitch=knots.pitch, session=knots, room=rooms[0], slot=slots[2], by=olga)
        assert gathering.mails_wait(live)
