"""What strangers may share, and what is somebody's own."""

import re

import pytest
from django.test import Client

from notes.models import Link, WriteUp
from notes.services import save_note
from schedule.draft.moves import place_session
from schedule.wall.publish import publish_grid

from .factories import PitchFactory


@pytest.fixture
def public_pages(camp, ben, rooms, slots) -> list[str]:
    """Every page that a stranger may read of a camp with something on each."""
    pitch = PitchFactory(camp=camp, hosts=[ben])
    session = place_session(pitch=pitch, room=rooms[0], slot=slots[0])
    publish_grid(camp=camp, by=None)
    save_note(session=session, text="Ducks.", by=ben, base_revision=0)
    Link.objects.create(session=session, url="https://x.example", title="x", by=ben)
    writeup = WriteUp.objects.create(camp=camp, by=ben, title="w", text="t")
    paths = [
        "", "pitches/", "pitches/?q=x", f"pitches/{pitch.pk}/", "grid/", "grid/?past=1", "grid/versions/",
        "grid/versions/1/", "grid/how/", "calendar/", f"sessions/{session.pk}/", "record/", "record/feed.atom",
        f"write-ups/{writeup.pk}/", "calendar.ics", f"rooms/{rooms[0].pk}.ics", f"sessions/{session.pk}.ics",
    ]  # fmt: skip
    return ["/", *(f"/{camp.slug}/{path}" for path in paths)]


def test_strangers_get_one_copy_of_every_public_page_and_no_cookie(public_pages):
    for page in public_pages:
        response = Client().get(page)
        assert response.status_code == 200, page
        assert response.cookies == {}, page
        assert response["Cache-Control"] == "public, s-maxage=1", page
        assert "Cookie" in response["Vary"], page
        assert "Accept-Language" not in response["Vary"], page
        assert Client().get(page).content == response.content, page


def test_what_somebody_signed_in_gets_is_theirs(public_pages, sign_in, ben):
    client = sign_in(ben)
    for page in public_pages:
        # The page of calendars shows the address of one's own.
        expected = "private, no-store" if page.endswith("/calendar/") else "private, no-cache"
        assert client.get(page)["Cache-Control"] == expected, page


def test_a_camp_off_the_front_page_is_not_kept_in_between(public_pages, camp):
    camp.save_flags(is_public=False)
    for page in public_pages[1:]:
        assert Client().get(page)["Cache-Control"] == "private, no-cache", page


@pytest.mark.parametrize("path", ["join/", "my/{key}.ics"])
def test_a_page_with_a_form_or_a_secret_in_its_address_is_never_shared(camp, ben, path):
    response = Client().get(f"/{camp.slug}/{path.format(key=ben.calendar_key)}")
    assert response.status_code == 200
    assert response["Cache-Control"] in ("private, no-cache", "private=True, no-cache", "no-cache, private")


def test_the_code_on_the_front_page_needs_no_cookie(client, camp):
    form = re.search(r'<form method="get" action="([^"]+)"', Client().get("/").content.decode())
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(form[1], {"code": camp.code}).url == f"/j/{camp.code}/"
    wrong = strict.get(form[1], {"code": ""})
    assert wrong.status_code == 422
    assert "csrfmiddlewaretoken" in wrong.content.decode()
