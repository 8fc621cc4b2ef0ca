"""What a device is told to keep, and the marks by which it drops what it may not show any more."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from django.urls import reverse

from accounts.models import User
from events import stamps
from events.erasing import erase_attendee
from events.icon import png
from events.keeping import HEADER
from events.roles import remove_attendee
from events.views.installed import short_name
from notes.models import Link, WriteUp
from notes.services import remove_link, remove_writeup, set_notes_rule
from pitches.models import Interest
from pitches.services import withdraw_pitch
from tests.addresses import FullCamp, camp_addresses
from tests.factories import AttendeeFactory

KEPT = {
    "events:camp_detail", "camp_waiting", "session_detail", "pitches:pitch_list", "pitches:pitch_detail", "pitches:pitch_create",
    "schedule:grid_detail", "schedule:my_interests", "notes:note_edit", "notes:record_list", "notes:writeup_detail",
}  # fmt: skip


@pytest.fixture
def inside(client, full_camp: FullCamp):
    client.force_login(full_camp.attendee.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def listed(client, full_camp: FullCamp) -> dict:
    return client.get(f"/{full_camp.camp.slug}/kept.json").json()


# -- whose page it is --------------------------------------------------------------------------------------------------


def test_pages_that_may_be_kept_say_whose_they_are_and_no_other_does(inside, full_camp):
    attendee, found = full_camp.attendee, set()
    for address in camp_addresses():
        response = inside.get(full_camp.url(address))
        said = response.headers.get(HEADER, "").split(" ")
        if response.get("Content-Type", "").startswith("text/html") and response.status_code == 200:
            assert said[0] == attendee.user.mark, address.name
        if len(said) == 3:
            assert said[1] == attendee.mark
            found.add(address.name)
    assert found == KEPT


def test_a_page_that_tells_what_was_done_is_not_kept(inside, full_camp):
    camp = full_camp.camp
    inside.post(f"/{camp.slug}/pitches/new/", full_camp.forms()["pitches:pitch_create"].data)
    first, second = inside.get(f"/{camp.slug}/pitches/"), inside.get(f"/{camp.slug}/pitches/")
    assert "is on the board" in first.content.decode()
    assert [len(page[HEADER].split()) for page in (first, second)] == [1, 3]


def test_a_piece_of_a_page_and_what_was_refused_are_not_kept(inside, full_camp):
    slug = full_camp.camp.slug
    piece = inside.get(f"/{slug}/grid/", headers={"HX-Request": "true"})
    refused = inside.post(f"/{slug}/pitches/new/", {"title": ""})
    assert refused.status_code == 422
    assert [len(page[HEADER].split()) for page in (piece, refused)] == [1, 1]


def test_told_that_it_is_unchanged_a_device_hears_whose_it_is(inside, full_camp):
    first = inside.get(f"/{full_camp.camp.slug}/grid/")
    second = inside.get(f"/{full_camp.camp.slug}/grid/", headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 304
    assert second[HEADER] == first[HEADER]


def test_nobody_is_nobody(client, full_camp):
    assert client.get("/")[HEADER] == "-"
    assert client.get(f"/{full_camp.camp.slug}/grid/")[HEADER].startswith("- - ")
    assert client.get("/nothing/here/")[HEADER] == "-"


# -- the list ----------------------------------------------------------------------------------------------------------


def test_strangers_are_named_what_anybody_sees(client, full_camp):
    said, slug = listed(client, full_camp), full_camp.camp.slug
    assert (said["person"], said["attendee"]) == ("-", "-")
    assert said["pages"] == [f"/{slug}/grid/", f"/{slug}/", f"/{slug}/pitches/"]


def test_whoever_is_in_is_named_their_day_first_and_the_forms_for_its_notes(inside, full_camp):
    camp, session = full_camp.camp, full_camp.session
    Interest.objects.create(pitch=session.pitch, attendee=full_camp.attendee)
    said = listed(inside, full_camp)
    assert said["person"] == full_camp.attendee.user.mark
    assert said["pages"][:2] == [f"/{camp.slug}/my/", f"/{camp.slug}/grid/"]
    assert said["pages"][-2:] == [f"/{camp.slug}/sessions/{session.pk}/", f"/{camp.slug}/sessions/{session.pk}/notes/"]
    assert all(inside.get(page).headers[HEADER].count(" ") == 2 for page in said["pages"])


def test_a_session_of_somebody_else_is_in_nobodys_list(inside, full_camp):
    assert not [page for page in listed(inside, full_camp)["pages"] if "/sessions/" in page]


def mark_of(client, full_camp, page: str) -> list[int]:
    """As the worker makes it: of all parts that the page is below."""
    taken = listed(client, full_camp)["taken"]
    return [number for start, number in sorted(taken.items()) if page.startswith(start)]


def test_what_is_taken_from_readers_changes_the_mark_of_its_pages(inside, full_camp):
    camp, session = full_camp.camp, full_camp.session
    pages = {
        "session": f"/{camp.slug}/sessions/{session.pk}/",
        "grid": f"/{camp.slug}/grid/",
        "record": f"/{camp.slug}/record/",
    }
    pages["notes"] = pages["session"] + "notes/"
    of_session, of_all = {"session", "notes", "record"}, {"session", "notes", "record", "grid"}

    def changed() -> set[str]:
        now = {name: mark_of(inside, full_camp, page) for name, page in pages.items()}
        found = {name for name in pages if now[name] != before[name]}
        before.update(now)
        return found

    before = {name: mark_of(inside, full_camp, page) for name, page in pages.items()}
    assert changed() == set()
    set_notes_rule(session=session, rule="attendees")
    assert changed() == of_session
    # Looser: nothing is taken.
    set_notes_rule(session=session, rule="public")
    assert changed() == set()
    remove_link(link=Link.objects.get(session=session))
    assert changed() == of_session
    remove_writeup(writeup=WriteUp.objects.create(camp=camp, session=session, by=full_camp.host, title="w", text="t"))
    assert changed() == of_session
    withdraw_pitch(pitch=full_camp.idea, by=None)
    assert changed() == of_all
    erase_attendee(attendee=AttendeeFactory(camp=camp), with_texts=True)
    assert changed() == of_all


def test_a_session_of_another_number_that_begins_alike_keeps_its_mark(inside, full_camp):
    stamps.bump(full_camp.camp, stamps.taken_from(1))
    page = f"/{full_camp.camp.slug}/sessions/12/"
    assert len(mark_of(inside, full_camp, page)) == 1


def test_whoever_was_removed_is_another_to_the_list(inside, full_camp):
    before = listed(inside, full_camp)
    remove_attendee(attendee=full_camp.attendee)
    after = listed(inside, full_camp)
    assert (before["attendee"], after["attendee"]) == (full_camp.attendee.mark, "-")
    assert after["person"] == before["person"]


# -- the worker, and the page for where nothing is kept ----------------------------------------------------------------


def test_the_worker_is_asked_for_anew_each_time_and_names_its_parts_by_what_is_in_them(client):
    response = client.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    parts = re.findall(r'"(/static/worker/[^"]+)"', response.content.decode())
    assert [re.sub(r"\..*", "", part.rpartition("/")[2]) for part in parts] == ["known", "pages", "visits", "push"]


def test_the_page_for_where_nothing_is_kept_is_about_nobody(inside, full_camp):
    page = inside.get(reverse("offline")).content.decode()
    assert full_camp.attendee.user.mark not in page
    assert "Sign" not in re.search(r"<main.*</main>", page, re.DOTALL)[0]
    assert 'name="csrfmiddlewaretoken"' not in page
    # What the worker puts in.
    assert "<li>{kept-pages}</li>" in page


def test_a_form_that_may_wait_brings_keys_of_its_own_person(inside, full_camp, rf):
    from accounts.form_keys import is_of_somebody_else

    page = inside.get(f"/{full_camp.camp.slug}/pitches/new/").content.decode()
    keys = re.search(r'data-waits="([^"]+)"', page)[1].split(" ")
    assert len({*keys}) == 12

    def is_refused(user: User, key: str) -> bool:
        request = rf.post("/", {"form_key": key})
        request.user, request.session = user, {}
        return is_of_somebody_else(request)

    assert not any(is_refused(full_camp.attendee.user, key) for key in keys)
    assert all(is_refused(full_camp.host.user, key) for key in keys)


# -- on the home screen ------------------------------------------------------------------------------------------------


def test_each_camp_is_an_app_of_its_own(inside, client, full_camp):
    slug = full_camp.camp.slug
    page = inside.get(f"/{slug}/").content.decode()
    assert f'rel="manifest" href="/{slug}/manifest.webmanifest" crossorigin="use-credentials"' in page
    assert page.count('<meta name="theme-color"') == 1
    manifest = inside.get(f"/{slug}/manifest.webmanifest").json()
    assert (manifest["id"], manifest["scope"], manifest["start_url"]) == (f"/{slug}/", f"/{slug}/", f"/{slug}/my/")
    assert (manifest["name"], manifest["display"]) == (full_camp.camp.name, "standalone")
    assert {(icon["sizes"], icon.get("purpose", "")) for icon in manifest["icons"]} >= {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    client.logout()
    assert client.get(f"/{slug}/manifest.webmanifest").json()["start_url"] == f"/{slug}/grid/"


@pytest.mark.parametrize(("name", "size"), [("180", 180), ("192", 192), ("512", 512), ("mask", 512)])
def test_an_icon_is_a_picture_of_its_size_in_the_colour_of_the_camp(client, full_camp, name, size):
    response = client.get(f"/{full_camp.camp.slug}/icons/{name}.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", response.content[16:24]) == (size, size)
    assert client.get(f"/{full_camp.camp.slug}/icons/7.png").status_code == 404


def test_only_a_maskable_icon_fills_its_corners():
    def corner(is_maskable: bool) -> int:
        image = png(64, "#1d6f5c", is_maskable=is_maskable)
        start = image.index(b"IDAT")
        pixels = zlib.decompress(image[start + 4 :])
        return pixels[4]

    assert (corner(True), corner(False)) == (255, 0)


@pytest.mark.parametrize(
    ("name", "short"), [("BlueLightCamp", "BlueLightCamp"), ("Lakeside Camp 2030", "Lakeside"), ("A B C", "A B C")]
)
def test_below_an_icon_stand_whole_words(name, short):
    assert short_name(name) == short
