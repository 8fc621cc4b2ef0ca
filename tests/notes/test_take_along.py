"""My camp, to take along: mine alone, by the rules of the rooms, and nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from events import stamps
from events.editing import archive_camp
from events.erasing import erase_attendee
from events.joining import join_camp
from events.merging import merge_attendees
from events.models import Stamp
from exchange.json_export import Secrets, export_camp
from notes.along import MAILED_TO_ONE_ADDRESS, what_i_was_in
from notes.models import Link, Takeaway, WriteUp, WriteUpDraft
from notes.services import save_link, save_note, set_notes_rule
from pitches.services import set_interest, withdraw_pitch
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid
from tests.factories import AttendeeFactory, PitchFactory, make_slot

PAGE, DRAFT, FILE = "/lakeside-2030/along/", "/lakeside-2030/along/draft/", "/lakeside-2030/along/my-camp.md"


@pytest.fixture
def at(monkeypatch):
    """Makes it that time of the camp's day, 12 January 2030."""

    def at(clock: str, day: int = 12) -> None:
        moment = datetime.fromisoformat(f"2030-01-{day}T{clock}+00:00")
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


@pytest.fixture
def day(camp, rooms, slots, ben, cleo):
    """Two at ten, one at eleven, one at one: Knots (Ben's), Owls, Tides, Kites."""
    titles = [("Knots", 0, 0, [ben]), ("Owls", 0, 1, []), ("Tides", 1, 0, []), ("Kites", 2, 0, [])]
    found = {}
    for title, slot, room, hosts in titles:
        pitch = PitchFactory(camp=camp, title=title, hosts=hosts)
        found[title] = place_session(pitch=pitch, room=rooms[room], slot=slots[slot])
    publish_grid(camp=camp, by=None)
    for title, level in (("Knots", 1), ("Owls", 2), ("Tides", 1), ("Kites", 1)):
        set_interest(pitch=found[title].pitch, attendee=cleo, level=level)
    return found


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def ticks(me, **also) -> dict[str, bool]:
    return {one.title: one.was_there for one in what_i_was_in(me, **also).sessions}


def test_it_is_what_i_wished_most_of_what_took_place(day, at, cleo):
    at("09:00")
    assert ticks(cleo) == {}
    at("11:05")
    assert ticks(cleo) == {"Knots": False, "Owls": True, "Tides": True}
    at("20:00")
    assert ticks(cleo) == {"Knots": False, "Owls": True, "Tides": True, "Kites": True}


def test_who_hosts_was_there_whatever_they_wished(day, at, ben):
    set_interest(pitch=day["Owls"].pitch, attendee=ben, level=2)
    at("20:00")
    assert ticks(ben) == {"Knots": True, "Owls": False}


def test_of_two_wished_alike_nobody_knows(day, at, cleo):
    set_interest(pitch=day["Knots"].pitch, attendee=cleo, level=2)
    at("20:00")
    assert ticks(cleo)["Knots"] is ticks(cleo)["Owls"] is False


def test_what_i_say_stands_and_the_page_of_a_session_leads_there(day, at, cleo, ben, sign_in):
    at("20:00")
    client = sign_in(cleo)
    link = f'href="{PAGE}?with={day["Knots"].pk}"'
    assert link in text(client.get(day["Knots"].get_absolute_url()))
    sent = {f"{day['Knots'].pk}-here": "on", f"{day['Knots'].pk}-text": "A bowline.", "next-text": "Ask Ann."}
    assert client.post(PAGE, sent).status_code == 302
    assert ticks(cleo) == {"Knots": True, "Owls": False, "Tides": False, "Kites": False}
    page = text(client.get(PAGE))
    assert "A bowline." in page
    assert "Ask Ann." in page
    # Of a session that is not mine, the link brings it in.
    assert "Tides" not in text(sign_in(ben).get(PAGE))
    assert ticks(ben, also=day["Tides"].pk)["Tides"] is True


def test_nobody_else_sees_or_counts_any_of_it(day, at, camp, cleo, olga, sign_in):
    at("20:00")
    numbers = list(Stamp.objects.filter(camp=camp).order_by("part").values_list("part", "number"))
    session = day["Owls"]
    sent = {f"{session.pk}-here": "on", f"{session.pk}-text": "My secret.", "next-text": "My plan."}
    sign_in(cleo).post(PAGE, sent | {"do": "draft"})
    assert list(Stamp.objects.filter(camp=camp).order_by("part").values_list("part", "number")) == numbers
    client = sign_in(olga)
    for page in (PAGE, "/lakeside-2030/record/", "/lakeside-2030/record/?q=secret", session.get_absolute_url()):
        assert "My secret." not in text(client.get(page)), page
    assert client.get(DRAFT).status_code == 404
    assert "secret" not in client.get("/lakeside-2030/record/feed.atom").content.decode()
    exported = str(export_camp(camp, with_interest=True, secrets=Secrets.OF_PEOPLE))
    assert "My secret." not in exported
    assert "My plan." not in exported


def test_no_cache_writes_it_down(day, at, cleo, sign_in):
    client = sign_in(cleo)
    client.post(PAGE, {"do": "draft"})
    for page in (PAGE, DRAFT, FILE):
        assert "no-store" in client.get(page)["Cache-Control"]


@pytest.mark.parametrize(("rule", "is_told"), [("public", True), ("attendees", False), ("none", False)])
def test_what_leaves_holds_what_anybody_may_read(day, at, ben, cleo, sign_in, rule, is_told):
    session = day["Owls"]
    save_note(session=session, text="Said by Ann.", by=ben, base_revision=0)
    save_link(link=Link(session=session, url="https://x.example/owls", title="Slides", by=ben))
    set_notes_rule(session=session, rule=rule)
    at("20:00")
    client = sign_in(cleo)
    client.post(PAGE, {f"{session.pk}-here": "on", f"{session.pk}-text": "Mine.", "do": "draft"})
    file = client.get(FILE).content.decode()
    assert ("Said by Ann." in file, "https://x.example/owls" in file) == (is_told, is_told)
    assert "Mine." in file
    assert settings.SITE_URL + session.get_absolute_url() in file
    draft = WriteUpDraft.objects.get(by=cleo)
    assert ("Mine." in draft.text) == is_told
    assert "Said by" not in draft.text
    assert ("Not in the draft" in text(client.get(PAGE))) != is_told
    # A room without notes has none that even attendees read.
    assert ("#session-notes" in text(client.get(PAGE))) == (rule != "none")


def test_no_name_of_anybody_leaves_but_in_ones_own_words(day, at, ben, cleo, sign_in):
    at("20:00")
    client = sign_in(cleo)
    client.post(PAGE, {f"{day['Knots'].pk}-here": "on", "next-text": "Ask Ann."})
    file = client.get(FILE).content.decode()
    assert "Knots" in file
    assert "Ben" not in file
    assert "Ask Ann." in file


def test_one_press_makes_a_draft_that_is_mine_until_it_is_published(day, at, camp, cleo, sign_in):
    at("20:00")
    client = sign_in(cleo)
    sent = {f"{day['Owls'].pk}-here": "on", f"{day['Owls'].pk}-text": "They turn.", "next-text": "Ask Ann."}
    answer = client.post(PAGE, sent | {"do": "draft"}, follow=True)
    assert "They turn." in text(answer)
    assert "Ask Ann." in text(answer)
    assert not WriteUp.objects.exists()
    client.post(DRAFT, {"title": "After", "text": "They turn their heads."})
    assert not WriteUp.objects.exists()
    assert client.post(PAGE, sent | {"do": "draft"}).url == DRAFT
    assert WriteUpDraft.objects.get().text == "They turn their heads."
    client.post(DRAFT, {"title": "After", "text": "They turn them far.", "do": "publish"})
    writeup = WriteUp.objects.get()
    assert (writeup.by, writeup.title, writeup.text) == (cleo, "After", "They turn them far.")
    assert not WriteUpDraft.objects.exists()
    assert "They turn them far." in text(client.get(writeup.get_absolute_url()))


def test_an_empty_draft_is_not_published_and_a_deleted_one_is_gone(day, cleo, sign_in):
    client = sign_in(cleo)
    client.post(PAGE, {"do": "draft"})
    refused = client.post(DRAFT, {"title": "After", "text": "", "do": "publish"})
    assert refused.status_code == 422
    assert "Write something before you publish it." in text(refused)
    assert WriteUpDraft.objects.exists()
    client.post(f"{DRAFT}delete/")
    assert not WriteUpDraft.objects.exists()


def test_it_is_mailed_to_a_proved_address_alone_and_not_for_ever(day, at, cleo, sign_in):
    at("20:00")
    client, sent = sign_in(cleo), {"next-text": "Ask Ann.", "do": "mail"}
    refused = client.post(PAGE, sent)
    assert refused.status_code == 422
    assert "We know no address of yours." in text(refused)
    assert "Ask Ann." in text(refused)
    assert "Mail it to me" not in text(client.get(PAGE))
    EmailAddress.objects.create(user=cleo.user, email=cleo.user.email, verified=True, primary=True)
    for _n in range(MAILED_TO_ONE_ADDRESS.most):
        assert client.post(PAGE, sent).status_code == 302
    assert client.post(PAGE, sent).status_code == 422
    assert {tuple(sent.to) for sent in mail.outbox} == {(cleo.user.email,)}
    assert len(mail.outbox) == MAILED_TO_ONE_ADDRESS.most
    assert "Ask Ann." in mail.outbox[0].body


def test_a_guest_is_told_how(day, camp, client):
    attendee = join_camp(camp=camp, user=User.objects.create_guest(), display_name="Fox", code=camp.code)
    client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    page = text(client.get(PAGE))
    assert "Keep my place" in page
    assert "Download as Markdown" in page
    assert client.post(PAGE, {"do": "mail"}).status_code == 422


def test_two_devices_that_save_at_once_write_over_nothing(day, at, cleo, sign_in):
    at("20:00")
    client, session = sign_in(cleo), day["Owls"].pk
    shown = re.search(r'name="shown" value="([^"]*)"', client.get(PAGE).content.decode())[1]
    # On the phone a line, and one thing to do; on the desk, opened before, another line and nothing to do.
    client.post(PAGE, {f"{session}-here": "on", f"{session}-text": "Phone.", "next-text": "Ask.", "shown": shown})
    refused = client.post(PAGE, {f"{session}-here": "on", f"{session}-text": "Desk.", "next-text": "", "shown": shown})
    assert refused.status_code == 422
    assert "Desk." in text(refused)
    assert "Phone." in text(refused)
    assert {row.text for row in Takeaway.objects.filter(attendee=cleo)} >= {"Phone.", "Ask."}


def test_what_i_wrote_of_a_session_stays_when_it_is_withdrawn(day, at, camp, cleo, sign_in):
    at("20:00")
    client = sign_in(cleo)
    client.post(PAGE, {f"{day['Owls'].pk}-here": "on", f"{day['Owls'].pk}-text": "They turn."})
    withdraw_pitch(pitch=day["Owls"].pitch, by=None)
    page = text(client.get(PAGE))
    assert "They turn." in page
    assert "Owls" not in page


def test_a_line_that_is_too_long_is_refused_and_still_there(day, at, cleo, sign_in):
    at("20:00")
    long = "x" * (Takeaway.LONGEST + 1)
    refused = sign_in(cleo).post(PAGE, {f"{day['Owls'].pk}-text": long, "next-text": "Ask."})
    assert refused.status_code == 422
    assert long in refused.content.decode()
    assert not Takeaway.objects.exists()


def test_in_an_archived_camp_it_is_read_and_written_on_and_not_published(day, at, camp, cleo, sign_in):
    at("20:00")
    client = sign_in(cleo)
    client.post(PAGE, {"next-text": "Ask.", "do": "draft"})
    archive_camp(camp=camp)
    assert client.post(PAGE, {"next-text": "Ask Ann."}).status_code == 302
    assert client.post(DRAFT, {"title": "After", "text": "More."}).status_code == 302
    assert Takeaway.objects.get(session=None).text == "Ask Ann."
    assert 'value="publish"' not in text(client.get(DRAFT))
    refused = client.post(DRAFT, {"title": "After", "text": "Most.", "do": "publish"})
    assert refused.status_code == 422
    assert "Most." in text(refused)
    assert not WriteUp.objects.exists()


@pytest.mark.parametrize("with_texts", [True, False])
def test_whoever_is_erased_takes_it_with_them(day, at, cleo, sign_in, with_texts):
    at("20:00")
    sign_in(cleo).post(PAGE, {"next-text": "Ask.", "do": "draft"})
    erase_attendee(attendee=cleo, with_texts=with_texts)
    assert not Takeaway.objects.exists()
    assert not WriteUpDraft.objects.exists()


def test_two_places_of_one_person_take_along_what_both_wrote(day, camp, cleo):
    other = AttendeeFactory(camp=camp)
    for person, words in ((cleo, "One."), (other, "Two.")):
        Takeaway.objects.create(attendee=person, session=day["Owls"], was_there=person == cleo, text=words)
        Takeaway.objects.create(attendee=person, text=words)
        WriteUpDraft.objects.create(by=person, title="T", text=words)
    Takeaway.objects.create(attendee=cleo, session=day["Knots"], text="Only here.")
    merge_attendees(source=cleo, into=other)
    assert dict(other.takeaways.values_list("session", "text")) == {
        day["Owls"].pk: "Two.\n\nOne.",
        None: "Two.\n\nOne.",
        day["Knots"].pk: "Only here.",
    }
    assert other.takeaways.get(session=day["Owls"]).was_there
    assert WriteUpDraft.objects.get().text == "Two.\n\nOne."


def test_queries_do_not_depend_on_how_many_sessions_there_are(day, at, camp, rooms, cleo, sign_in):
    at("23:30")
    client = sign_in(cleo)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    few = queries()
    for hour in range(14, 22):
        slot = make_slot(camp, hour)
        pitch = PitchFactory(camp=camp)
        place_session(pitch=pitch, room=rooms[0], slot=slot)
        set_interest(pitch=pitch, attendee=cleo, level=1)
    publish_grid(camp=camp, by=None)
    assert len(what_i_was_in(cleo).sessions) > 10
    assert queries() == few


def test_the_way_there_is_on_my_day_and_on_the_page_of_a_camp_that_is_over(day, at, camp, cleo, sign_in):
    at("12:00")
    client, link = sign_in(cleo), f'href="{PAGE}"'
    assert link in text(client.get("/lakeside-2030/my/"))
    assert link not in text(client.get("/lakeside-2030/"))
    at("12:00", day=14)
    stamps.bump(camp, stamps.FRAME)
    assert link in text(client.get("/lakeside-2030/"))
