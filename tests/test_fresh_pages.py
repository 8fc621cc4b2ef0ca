"""A page that says it is unchanged is unchanged; what is kept is never stale; and one change does not wake all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.claims import finish_claim, start_claim
from accounts.models import Claim, User
from events import caching, stamps
from events.access import Access
from events.caching import fill, stencil
from events.editing import edit_camp, switch_camp
from events.frame import save_room, save_slot
from events.invitations import invite
from events.joining import join_camp, rename_attendee, write_down
from events.listed import list_addresses
from events.models import Stamp
from events.news import WITHDRAWN, hear, tell
from events.roles import change_role, remove_attendee
from notes.models import Link, WriteUp
from notes.services import remove_writeup, save_link, save_note, save_writeup, set_notes_rule
from pitches.services import host_idea, merge_pitches, save_pitch, set_interest, withdraw_pitch
from pitches.topics import hues_of
from schedule.draft.concerns import set_concerns
from schedule.draft.moves import place_session
from schedule.models import Draft, GridVersion
from schedule.wall import grid, my_day, shared, stamp
from schedule.wall.buttons import TapKind
from schedule.wall.choices import go_to, stay_away
from schedule.wall.publish import publish_grid
from schedule.wall.table import table

from .addresses import FullCamp, camp_addresses
from .factories import AttendeeFactory, PitchFactory, RoomFactory, UserFactory
from .test_archived import send, undone, written_to

#: what is another each time: the token is masked anew, a form has a key for one use
TOKEN = re.compile(
    r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"\w{64}"|name="form_key" value="\w{36}"|data-waits="[\w ]+"'
)
#: the stamp of the page itself, by which it asks for news
SEEN = re.compile(r"seen=\w+")
#: since when one looks through the board, which its next pages say
VISIT = re.compile(r"visit=\d+")


def reader(attendee=None) -> Client:
    client = Client()
    if attendee:
        client.force_login(attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    return VISIT.sub("", SEEN.sub("", TOKEN.sub("", response.content.decode(errors="replace"))))


def fresh_pages(full_camp: FullCamp) -> list[str]:
    return [full_camp.url(address) for address in camp_addresses() if hasattr(address.view, "is_fresh")]


def test_no_post_leaves_a_page_at_304_that_it_changed_and_nothing_kept_is_stale(sign_in, olga, full_camp, empty_cache):
    """Every form of the camp is sent; for each page and reader, what is told unchanged is rendered anew and compared."""
    # The host is an attendee with wishes of their own, too.
    readers = {"stranger": reader(), "host": reader(full_camp.host)}
    readers["organiser"] = reader(full_camp.camp.attendees.get(display_name="Oscar"))
    pages, poster, wrong, woken = fresh_pages(full_camp), sign_in(olga), [], 0
    assert len(pages) >= 18

    def look(etags: dict | None = None) -> dict:
        return {
            (name, page): client.get(page, headers={"If-None-Match": (etags or {}).get((name, page), '"none"')})
            for name, client in readers.items()
            for page in pages
        }

    look()
    before = look()
    etags = {key: response.get("ETag", '"none"') for key, response in before.items()}
    for address in written_to(full_camp):
        with undone():
            send(poster, full_camp, address)
            after = look(etags)
            empty_cache()
            for key, rendered in look().items():
                seen = before[key] if after[key].status_code == 304 else after[key]
                if text_of(rendered) != text_of(seen):
                    wrong.append((address.name, *key))
        # What was kept belongs to stamps that were rolled back.
        empty_cache()
        woken += sum(response.status_code != 304 for response in after.values())
    assert wrong == []
    assert woken > 225


#: what a camp shows to anybody and has no ETag, and why
NOT_FRESH = {
    "events:camp_accent": "kept for five minutes without asking",
    "camp_kept": "asked by a script: what tells its states apart is all that it says",
    "events:camp_join": "a form",
    "events:camp_leave": "a form",
    "events:camp_erase": "a form",
    "events:invitation_accept": "a form",
    "events:worry_create": "a form",
    "schedule:grid_print": "it says when it was printed",
    "schedule:scan_hold": "sent from the page of a scan",
    "schedule:scan_place": "the same",
    "schedule:mails_stop": "a form",
}


def test_every_page_that_anybody_reads_is_told_unchanged(full_camp):
    asked = [a for a in camp_addresses() if a.view.camp_access == Access.ANYONE]
    assert {a.name for a in asked if not hasattr(a.view, "is_fresh")} == NOT_FRESH.keys()
    more = {a.name for a in camp_addresses() if hasattr(a.view, "is_fresh")} - {a.name for a in asked}
    assert more == {
        "events:news_detail",
        "schedule:my_interests",
        "events:people_list",
        "notes:note_history",
        "pitches:pitch_one",
        "camp_waiting",
    }


def changed_by(client: Client, pages: list[str], change: Callable[[], object]) -> set[str]:
    """Which of these pages are another one after the change."""
    for page in pages:
        client.get(page)
    etags = {page: client.get(page)["ETag"] for page in pages}
    change()
    asked = {page: client.get(page, headers={"If-None-Match": etag}).status_code for page, etag in etags.items()}
    return {page for page, status in asked.items() if status != 304}


def test_who_comes_and_goes_wakes_the_pages_that_count_people(full_camp, olga, hal, ben):
    camp = full_camp.camp
    about, people, record, board = (f"/{camp.slug}/{path}" for path in ("", "people/", "record/", "pitches/"))
    pages, client = [about, people, record, board], reader(olga)
    user = UserFactory()
    assert changed_by(client, pages, lambda: join_camp(camp=camp, user=user, display_name="Fern")) == {about, people}
    assert "Fern" in client.get(people).content.decode()
    assert changed_by(client, pages, lambda: change_role(attendee=ben, role="helper", by=None)) == {about, people}
    assert changed_by(client, pages, lambda: invite(camp=camp, by=hal.user, role="helper")) == {about, people}
    assert changed_by(client, pages, lambda: list_addresses(camp=camp, emails=["x@example.org"])) == {about, people}
    assert changed_by(client, pages, lambda: rename_attendee(attendee=hal, display_name="Harry")) == {*pages} - {about}
    assert changed_by(client, pages, lambda: write_down(camp=camp, display_name="Pa")) == {about, people}
    assert changed_by(client, pages, lambda: write_down(camp=camp, display_name="Pa")) == set()


def test_a_crowd_that_arrives_changes_the_page_about_the_camp_once_for_all(full_camp, cleo, empty_cache):
    camp, client, about = full_camp.camp, reader(cleo), f"/{full_camp.camp.slug}/"
    before = camp.attendees.present().count()

    def arrive():
        for number in range(3):
            join_camp(camp=camp, user=UserFactory(), display_name=f"Fern {number}")

    assert f"{before} people are in." in client.get(about).content.decode()
    assert changed_by(client, [about], arrive) == set()
    etag = client.get(about)["ETag"]
    # Half a minute later.
    empty_cache()
    told = client.get(about, headers={"If-None-Match": etag})
    assert (told.status_code, f"{before + 3} people are in." in told.content.decode()) == (200, True)


def test_a_link_to_pass_on_is_off_the_page_of_people_when_it_is_too_old(full_camp, olga):
    people = f"/{full_camp.camp.slug}/people/"
    invitation = full_camp.camp.invitations.get(email="")
    long_ago = invitation.created_at - invitation.LIFETIME

    def age():
        full_camp.camp.invitations.update(created_at=long_ago)

    assert changed_by(reader(olga), [people], age) == {people}
    assert full_camp.keys["events:invitation_accept"] not in reader(olga).get(people).content.decode()


def test_what_is_written_wakes_the_record_and_its_feed(full_camp, ben):
    camp, session, writeup = full_camp.camp, full_camp.session, WriteUp.objects.get()
    record, feed, read = (
        f"/{camp.slug}/{path}" for path in ("record/", "record/feed.atom", f"write-ups/{writeup.pk}/")
    )
    about, history = f"/{camp.slug}/", f"/{camp.slug}/sessions/{session.pk}/notes/history/"
    other, client = f"/{camp.slug}/sessions/{full_camp.other.pk}/notes/history/", reader(ben)
    save_note(session=full_camp.other, text="Geese.", by=ben, base_revision=0)
    pages = [record, feed, read, about, history, other]

    def save(text: str, base: int) -> Callable[[], object]:
        return lambda: save_note(session=session, text=text, by=ben, base_revision=base)

    assert changed_by(client, pages, save("Swans.", 2)) == {record, feed, history}
    # A contradiction is kept aside, and the history shows it.
    assert changed_by(client, pages, save("Cranes.", 2)) == {record, feed, history}
    writeup.title = "Later"
    assert changed_by(client, pages, lambda: save_writeup(writeup=writeup)) == {record, feed, read}
    assert changed_by(client, pages[:2], lambda: remove_writeup(writeup=writeup)) == {record, feed}
    hidden = lambda: set_notes_rule(session=session, rule="attendees")  # noqa: E731
    assert changed_by(client, pages[:2], hidden) == {record, feed}


def test_the_feed_says_when_it_changed_last(full_camp, ben, monkeypatch):
    feed, client = f"/{full_camp.camp.slug}/record/feed.atom", Client()
    Stamp.objects.update(changed_at=datetime(2030, 1, 12, 9, 0, 0, 500, tzinfo=UTC))
    monkeypatch.setattr(caching.timezone, "now", lambda: datetime(2030, 1, 12, 10, 30, 20, 300, tzinfo=UTC))
    first = client.get(feed)
    assert first["Last-Modified"] == "Sat, 12 Jan 2030 09:00:00 GMT"
    assert "<updated>2030-01-12T09:00:00" in first.content.decode()
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert client.get(feed, headers=since).status_code == 304
    assert client.get(feed, headers={"If-None-Match": first["ETag"]}).status_code == 304
    # What is gone is a change, too; and within this second there may be another.
    remove_writeup(writeup=WriteUp.objects.get())
    second = client.get(feed, headers=since)
    assert second.status_code == 200
    assert second["Last-Modified"] == "Sat, 12 Jan 2030 10:30:19 GMT"
    assert "<title>w</title>" not in second.content.decode()


BOARD, PITCH, GRID, SESSION, OTHER, MINE, CALENDAR = "board pitch grid session other mine calendar".split()
EVERYWHERE = {BOARD, PITCH, GRID, SESSION, OTHER, MINE, CALENDAR}


class Camping:
    """Cleo looks at pages of a full camp, and what others do may change them."""

    def __init__(self, full_camp: FullCamp, me) -> None:
        self.full, self.me, self.camp = full_camp, me, full_camp.camp
        self.client = reader(me)
        slug, pitch = self.camp.slug, full_camp.idea.pk
        self.pages = {
            BOARD: f"/{slug}/pitches/",
            PITCH: f"/{slug}/pitches/{pitch}/",
            GRID: f"/{slug}/grid/",
            SESSION: f"/{slug}/sessions/{full_camp.session.pk}/",
            OTHER: f"/{slug}/sessions/{full_camp.other.pk}/",
            MINE: f"/{slug}/my/",
            CALENDAR: f"/{slug}/calendar.ics",
        }

    def changed_by(self, change: Callable[[], object]) -> set[str]:
        for page in self.pages.values():
            self.client.get(page)
        etags = {name: self.client.get(page)["ETag"] for name, page in self.pages.items()}
        change()
        return {
            name
            for name, page in self.pages.items()
            if self.client.get(page, headers={"If-None-Match": etags[name]}).status_code != 304
        }


@pytest.fixture
def camping(full_camp, cleo) -> Camping:
    return Camping(full_camp, cleo)


def test_ill_host_it_changes_every_page_that_names_hosts(camping, ben):
    assert camping.changed_by(lambda: host_idea(pitch=camping.full.idea, attendee=ben)) == EVERYWHERE


def claim_of(guest: User, email: str) -> Claim:
    start_claim(guest=guest, email=email)
    return Claim.objects.get(guest=guest)


def test_a_guest_who_takes_an_account_sees_another_frame(camping, cleo):
    def claim():
        User.objects.filter(pk=cleo.user.pk).update(email=None)

    assert camping.changed_by(claim) == EVERYWHERE - {CALENDAR}

    def keep():
        claimed = claim_of(cleo.user, "cleo@example.org")
        finish_claim(claim=claimed)

    assert camping.changed_by(keep) == EVERYWHERE - {CALENDAR}


def test_two_places_that_become_one_change_who_hosts(camping, full_camp):
    account = UserFactory(email="ben@example.org")
    join_camp(camp=full_camp.camp, user=account, display_name="Benjamin")
    User.objects.filter(pk=full_camp.host.user.pk).update(email=None)

    def claim():
        claimed = claim_of(User.objects.get(pk=full_camp.host.user.pk), "ben@example.org")
        finish_claim(claim=claimed)

    assert camping.changed_by(claim) == EVERYWHERE
    assert "Benjamin" in camping.client.get(camping.pages[SESSION]).content.decode()


def test_another_name_is_seen_everywhere(camping, ben):
    assert camping.changed_by(lambda: rename_attendee(attendee=ben, display_name="Benny")) == EVERYWHERE


def test_somebody_who_comes_in_wakes_nobody(camping):
    user = UserFactory()
    assert camping.changed_by(lambda: join_camp(camp=camping.camp, user=user, display_name="Fern")) == set()


def test_notes_wake_their_readers_and_no_one_else(camping, ben):
    session = camping.full.session
    assert camping.changed_by(lambda: save_note(session=session, text="Swans.", by=ben, base_revision=2)) == {SESSION}
    assert camping.changed_by(lambda: set_notes_rule(session=session, rule="attendees")) == {SESSION}
    link = Link(session=session, url="https://z.example", title="z", by=ben)
    assert camping.changed_by(lambda: save_link(link=link)) == {SESSION}
    writeup = WriteUp(camp=camping.camp, session=session, title="After", text="Good.", by=ben)
    assert camping.changed_by(lambda: save_writeup(writeup=writeup)) == {SESSION}


def asked_by(html: str, piece: str) -> str:
    """Where the piece of the page asks for itself."""
    return unescape(re.search(rf'id="{piece}"[^>]*?hx-get="([^"]+)"', html)[1])


HTMX = {"HX-Request": "true"}


def test_a_page_of_notes_that_polls_hears_of_its_own_notes_alone(camping, ben):
    asks = asked_by(camping.client.get(camping.pages[SESSION]).content.decode(), "session-page")
    assert camping.client.get(asks, headers=HTMX).status_code == 204
    save_note(session=camping.full.other, text="Geese.", by=ben, base_revision=0)
    assert camping.client.get(asks, headers=HTMX).status_code == 204
    save_note(session=camping.full.session, text="Swans.", by=ben, base_revision=2)
    partial = camping.client.get(asks, headers=HTMX).content.decode()
    assert partial.lstrip().startswith('<div id="session-page"')
    assert "Swans" in partial
    assert camping.client.get(asked_by(partial, "session-page"), headers=HTMX).status_code == 204


#: what says where a session is, or what became of its place; and by which piece an open page asks for that
SAYS_WHERE = {
    "notes/_session.html": "session-page",
    "schedule/_pitch_places.html": "pitch-page",
    "schedule/_changed_places.html": "camp-page",
    "schedule/my_interests.html": "my-sessions",
    "schedule/_grid_cell.html": "published-grid",
}


def test_no_other_page_says_where_a_session_is():
    includes = re.compile(r"""include "schedule/(_whereabouts|_place_state)\.html|data-changed""")
    folder = settings.BASE_DIR / "templates"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.html") if includes.search(path.read_text())}
    # They are what is included, or parts of My day; and what fell off stands above the grid.
    parts = {f"schedule/_{name}.html" for name in ("whereabouts", "place_state", "grid_gone", "my_row", "my_session")}
    assert found - parts == SAYS_WHERE.keys()


@pytest.mark.parametrize("piece", SAYS_WHERE.values())
def test_every_page_that_says_where_a_session_is_asks_for_itself(camping, piece):
    """Open since before a publish, it tells the new place as the grid does; until then it is told unchanged."""
    full, camp = camping.full, camping.camp
    publish_grid(camp=camp, by=None)
    session = f"sessions/{full.session.pk}/"
    pages = {"published-grid": "grid/", "my-sessions": "my/", "camp-page": "", "session-page": session}
    path = (pages | {"pitch-page": f"pitches/{full.pitch.pk}/"})[piece]
    set_interest(pitch=full.pitch, attendee=camping.me, level=1)
    asks = asked_by(camping.client.get(f"/{camp.slug}/{path}").content.decode(), piece)
    assert camping.client.get(asks, headers=HTMX).status_code == 204
    place_session(pitch=full.pitch, room=RoomFactory(camp=camp, name="Boathouse"), slot=full.slots[0])
    publish_grid(camp=camp, by=None)
    partial = camping.client.get(asks, headers=HTMX).content.decode()
    assert partial.lstrip().startswith(f'<div id="{piece}"')
    assert "Boathouse" in partial
    assert "Moved from" in partial
    assert camping.client.get(asked_by(partial, piece), headers=HTMX).status_code == 204


@pytest.mark.parametrize("page", ["", "grid/", "my/", "sessions/{session}/", "pitches/{pitch}/"])
def test_an_open_page_hears_news_of_oneself_and_that_they_were_read(camping, page):
    """Beside the piece that asked, for a place of their own; "Got it" leads back to the page, not to the piece."""
    full, camp = camping.full, camping.camp
    path = f"/{camp.slug}/" + page.format(session=full.session.pk, pitch=full.pitch.pk)
    first = camping.client.get(f"{path}?x=1").content.decode()
    assert '<div id="news">' in first
    (piece,) = re.findall(r'<div id="([^"]+)" hx-get=', first)
    there = {**HTMX, "HX-Current-URL": f"http://testserver{path}?x=1"}
    tell(people=[camping.me], kind=WITHDRAWN, by=None, title="Knots")
    told = camping.client.get(asked_by(first, piece), headers=there).content.decode()
    assert told.lstrip().startswith(f'<div id="{piece}"')
    news = told[told.index('<div id="news" hx-swap-oob="morph">') :]
    assert "“Knots”, which you host, was withdrawn." in news
    assert f'name="next" value="{path}?x=1"' in news
    assert camping.client.get(asked_by(told, piece), headers=there).status_code == 204
    hear(attendee=camping.me, seen=int(re.search(r'name="seen" value="(\d+)"', news)[1]))
    read = camping.client.get(asked_by(told, piece), headers=there).content.decode()
    assert '<div id="news" hx-swap-oob="morph">' in read
    assert "Knots”, which" not in read


def test_a_page_opened_before_one_was_in_hears_news_and_loses_them_with_the_place(camping):
    page, person = camping.pages[SESSION], UserFactory()
    looks = Client()
    looks.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    first = looks.get(page).content.decode()
    assert '<div id="news">' in first
    me = AttendeeFactory(camp=camping.camp, user=person)
    tell(people=[me], kind=WITHDRAWN, by=None, title="Knots")
    told = looks.get(asked_by(first, "session-page"), headers=HTMX).content.decode()
    assert "“Knots”, which you host" in told[told.index('<div id="news" hx-swap-oob="morph">') :]
    remove_attendee(attendee=me)
    after = looks.get(asked_by(told, "session-page"), headers=HTMX).content.decode()
    assert re.search(r'<div id="news" hx-swap-oob="morph">\s*</div>', after)


def test_news_have_their_place_on_camp_pages_alone_and_strangers_find_it_empty(camping):
    """A guest opens a page as nobody, and joins in another window: what the open page is brought then has a place."""
    page, client = camping.pages[SESSION], Client()
    for asked, headers in ((page, {}), (f"{page}?seen=x", HTMX)):
        answer = client.get(asked, headers=headers)
        assert re.search(r'<div id="news"[^>]*>\s*</div>', answer.content.decode())
        assert not answer.cookies
    for elsewhere in ("/", "/me/", "/new/"):
        assert 'id="news"' not in camping.client.get(elsewhere).content.decode()


def test_an_open_page_of_a_pitch_that_was_merged_goes_on_to_the_other_one(camping):
    full, page = camping.full, camping.pages[PITCH]
    asks = asked_by(camping.client.get(page).content.decode(), "pitch-page")
    merge_pitches(source=full.idea, target=full.pitch, by=None)
    other = f"/{camping.camp.slug}/pitches/{full.pitch.pk}/"
    answer = camping.client.get(asks, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (200, other, b"")
    assert camping.client.get(page)["Location"] == other


def test_an_open_page_of_a_pitch_says_that_it_was_withdrawn_and_asks_no_more(camping):
    asks = asked_by(camping.client.get(camping.pages[PITCH]).content.decode(), "pitch-page")
    withdraw_pitch(pitch=camping.full.idea, by=None)
    partial = camping.client.get(asks, headers=HTMX).content.decode()
    assert partial.lstrip().startswith('<div id="pitch-page">')
    assert "This pitch was withdrawn." in partial
    assert "data-every" not in partial


def test_an_edited_pitch_is_seen_everywhere(camping, ben):
    pitch = camping.full.pitch
    pitch.title = "Ropes"
    assert camping.changed_by(lambda: save_pitch(pitch=pitch, hosts=[ben], not_in=[], by=None)) == EVERYWHERE


def test_a_tap_of_mine_changes_what_shows_it_and_nothing_of_others(camping, ben):
    pitch = camping.full.pitch
    mine = {BOARD, PITCH, GRID, SESSION, MINE}
    assert camping.changed_by(lambda: set_interest(pitch=pitch, attendee=camping.me, level=1)) == mine
    assert camping.changed_by(lambda: set_interest(pitch=pitch, attendee=camping.me, level=2)) == mine
    assert camping.changed_by(lambda: set_interest(pitch=pitch, attendee=camping.me, level=2)) == set()
    assert camping.changed_by(lambda: set_interest(pitch=pitch, attendee=ben, level=0)) == set()


def test_a_choice_of_mine_changes_what_shows_it_and_nothing_of_others(camping, ben):
    session = camping.full.session
    assert camping.changed_by(lambda: go_to(session=session, attendee=camping.me)) == {GRID, SESSION, MINE}
    assert camping.changed_by(lambda: go_to(session=session, attendee=camping.me)) == set()
    assert camping.changed_by(lambda: stay_away(session=session, attendee=camping.me)) == {GRID, SESSION, MINE}
    assert camping.changed_by(lambda: go_to(session=session, attendee=ben)) == set()


def test_the_frame_is_part_of_every_page(camping, rooms, slots):
    rooms[0].name = "Hall"
    slots[2].title = "Last"
    camping.camp.accent = "#123456"
    assert camping.changed_by(lambda: save_room(room=rooms[0])) == EVERYWHERE
    assert camping.changed_by(lambda: save_slot(slot=slots[2])) == EVERYWHERE
    assert camping.changed_by(lambda: edit_camp(camp=camping.camp, fields=["accent"], by=None)) == EVERYWHERE
    assert camping.changed_by(lambda: switch_camp(camp=camping.camp, is_interest_open=False)) == EVERYWHERE


def test_a_move_on_the_draft_changes_nothing_and_a_publish_the_grid(camping, rooms, slots):
    def move():
        place_session(pitch=camping.full.pitch, room=rooms[0], slot=slots[2])

    assert camping.changed_by(move) == set()
    assert camping.changed_by(lambda: publish_grid(camp=camping.camp, by=None)) == {
        PITCH,
        GRID,
        SESSION,
        OTHER,
        MINE,
        CALENDAR,
    }


def test_somebody_who_is_taken_off_changes_pages_that_name_people(camping, ben):
    assert camping.changed_by(lambda: remove_attendee(attendee=ben)) == EVERYWHERE


def test_in_another_language_it_is_another_page(camping, monkeypatch):
    """There is one today: the day there are two, nobody is told that a page they have not seen is unchanged."""
    assert camping.changed_by(lambda: monkeypatch.setattr(caching, "get_language", lambda: "de")) == EVERYWHERE


def test_the_clock_changes_what_says_now(camping, monkeypatch):
    start = GridVersion.latest(camping.camp).placements.first().starts_at
    assert camping.changed_by(lambda: None) == set()

    def pass_the_edge():
        for module in (stamp, grid, my_day):
            monkeypatch.setattr(module, "timezone", SimpleNamespace(now=lambda: start + timedelta(minutes=1)))

    assert camping.changed_by(pass_the_edge) == {GRID, MINE}
    assert 'class="now-flag"' in camping.client.get(camping.pages[GRID]).content.decode()


def test_what_is_told_once_is_neither_missed_nor_told_twice(camping):
    grid = camping.pages[GRID]
    camping.client.get(grid)
    etag = camping.client.get(grid)["ETag"]
    # It refuses, and says why on the next page.
    camping.client.post(f"/{camping.camp.slug}/pitches/{camping.full.pitch.pk}/host/", follow=False)
    told = camping.client.get(grid, headers={"If-None-Match": etag})
    assert told.status_code == 200
    assert "hosts it already" in told.content.decode()
    assert camping.client.get(grid, headers={"If-None-Match": told.headers.get("ETag", '"none"')}).status_code == 200
    assert camping.client.get(grid, headers={"If-None-Match": etag}).status_code == 304


def test_a_page_kept_from_before_a_sign_in_is_not_kept_with_its_token(camping, cleo):
    grid, client = camping.pages[BOARD], camping.client
    client.get(grid)
    etag = client.get(grid)["ETag"]
    assert client.get(grid, headers={"If-None-Match": etag}).status_code == 304
    client.force_login(cleo.user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies.pop("csrftoken")
    assert client.get(grid, headers={"If-None-Match": etag}).status_code == 200


def test_what_an_operator_changes_in_the_admin_is_seen_everywhere(camping, rooms):
    operator = User.objects.create_superuser("operator@example.org")
    client = Client()
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")

    def send_form(page: str, **changes: object) -> Callable[[], None]:
        form = client.get(page).context["adminform"].form
        values = {name: form[name].value() for name in form.fields} | changes

        def change() -> None:
            answer = client.post(page, {name: value for name, value in values.items() if value not in (None, [])})
            assert answer.status_code == 302, answer.context["adminform"].errors

        return change

    pitch = f"/admin/pitches/pitch/{camping.full.idea.pk}/change/"
    # A moment is two fields there.
    other = {
        "title": "Geese",
        "created_at_0": "2027-01-01",
        "created_at_1": "10:00",
    }
    assert camping.changed_by(send_form(f"/admin/events/room/{rooms[0].pk}/change/", name="Hall")) == EVERYWHERE
    assert camping.changed_by(send_form(pitch, **other)) == EVERYWHERE

    def remove_two() -> None:
        action = {"action": "delete_selected", "_selected_action": [camping.full.empty_room.pk], "post": "yes"}
        assert client.post("/admin/events/room/", action).url

    assert camping.changed_by(remove_two) == EVERYWHERE
    extra = camping.camp.rooms.create(name="Hut")
    removed = f"/admin/events/room/{extra.pk}/delete/"
    assert camping.changed_by(lambda: client.post(removed, {"post": "yes"})) == EVERYWHERE


def test_other_weights_are_another_draft(camp):
    before = stamps.read(camp, stamps.DRAFT)
    set_concerns(camp=camp, concerns=dict.fromkeys(Draft.CONCERNS, 3))
    assert stamps.read(camp, stamps.DRAFT) != before


def test_my_marks_in_the_gaps_are_the_table_rendered_whole(camping, rooms):
    """Cleo wants to be at "Knots", hosts what runs at the same time, and has nothing to do with the third."""
    camp, me, full = camping.camp, camping.me, camping.full
    mine_too = place_session(pitch=PitchFactory(camp=camp, hosts=[me]), room=rooms[1], slot=full.slots[0])
    set_interest(pitch=full.pitch, attendee=me, level=2)
    version = publish_grid(camp=camp, by=None)
    marks = {
        full.session.pk: shared.Mark(level=2, is_hosted=False, has_clash=False, is_instead=True),
        mine_too.pk: shared.Mark(level=0, is_hosted=True, has_clash=False),
    }
    with timezone.override(camp.tz):
        whole = grid.published_grid(version, camp)
        for entry in whole.entries:
            mark = marks.get(entry.id)
            entry.mark = " mine" if mark else ""
            # Of what is mine neither a must nor what I host has a button.
            button = stencil("schedule/_tap_button.html", TapKind(is_interested=False, has_id=True))
            address = reverse("pitches:interest_set", args=[camp.slug, entry.pitch_id])
            values = {"session": entry.id, "title": entry.title, "pitch": entry.pitch_id, "address": address}
            unsaid = fill(button, values)
            entry.tags = render_to_string("schedule/_entry_tags.html", {"mark": mark}) if mark else unsaid
        html = table(whole, hues=hues_of(camp), paper=shared.paper_line(shared.Published.of(version), camp))
    assert html.count(" mine") >= len(marks)
    assert html in camping.client.get(camping.pages[GRID]).content.decode()


@pytest.mark.parametrize("page", [SESSION, MINE])
def test_queries_do_not_depend_on_how_many_sessions_there_are(camping, page, empty_cache):
    def queries() -> int:
        empty_cache()
        with CaptureQueriesContext(connection) as captured:
            assert camping.client.get(camping.pages[page]).status_code == 200
        return len(captured)

    camp, slots = camping.camp, camping.full.slots
    set_interest(pitch=camping.full.pitch, attendee=camping.me, level=1)
    publish_grid(camp=camp, by=None)
    counts = [queries()]
    for more in (2, 27):
        for room in RoomFactory.create_batch(more, camp=camp):
            pitch = PitchFactory(camp=camp, hosts=[AttendeeFactory(camp=camp)])
            place_session(pitch=pitch, room=room, slot=slots[0])
            set_interest(pitch=pitch, attendee=camping.me, level=1)
        publish_grid(camp=camp, by=None)
        counts.append(queries())
    assert len(set(counts)) == 1


@pytest.mark.parametrize("rule", ["public", "attendees"])
def test_when_something_is_written_behind_closed_doors_strangers_learn_from_no_page(full_camp, ben, rule):
    """The ETag of the session's page said so, and the time at which the feed changed last."""
    session, text = full_camp.session, "Reef."
    set_notes_rule(session=session, rule=rule)
    # Of another second than now, in which everything counts as older than it is.
    Stamp.objects.update(changed_at=datetime(2026, 1, 12, 9, tzinfo=UTC))
    link = Link(session=session, url="https://x.example/reef", title="Reef", by=ben)
    writeup = WriteUp(camp=full_camp.camp, session=session, by=ben, title="Reef", text=text)
    deeds = [
        lambda: save_note(session=session, text=text, by=ben, base_revision=2),
        lambda: save_link(link=link),
        lambda: save_writeup(writeup=writeup),
        lambda: remove_writeup(writeup=writeup),
    ]
    page = session.get_absolute_url()
    for deed in deeds:
        stranger, host = (
            {address: reader(who).get(address) for address in fresh_pages(full_camp)} for who in (None, ben)
        )
        before = {address: (answer.get("ETag"), answer.get("Last-Modified")) for address, answer in stranger.items()}
        deed()
        after = {address: reader().get(address) for address in before}
        changed = {a for a, seen in before.items() if seen != (after[a].get("ETag"), after[a].get("Last-Modified"))}
        assert (page in changed) == (rule == "public")
        assert bool(changed) == (rule == "public")
        assert text_of(reader(ben).get(page)) != text_of(host[page])
