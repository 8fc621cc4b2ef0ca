"""A deleted camp leaves a sentence, to those alone who may know that it was there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config.cleaning import clean_up
from events.editing import delete_camp
from events.joining import join_as_guest
from events.models import DeletedCamp, Joining

from ..factories import CampFactory, UserFactory, make_organiser

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: inside and out of the camp, a page, a file, a feed, a style
PATHS = ["", "pitches/", "pitches/1/", "grid/", "record/", "record/feed.atom", "people/", "settings/", "join/", "a/b/"]


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    now = timezone.now().replace(year=2030, month=3, day=5, hour=12)
    monkeypatch.setattr(timezone, "now", lambda: now)


def look(user, path: str = "") -> tuple[int, str]:
    browser = Client()
    if user:
        browser.force_login(user, backend=BACKEND)
    response = browser.get(f"/lakeside-2030/{path}")
    return response.status_code, response.content.decode()


SENTENCE = "This camp was deleted by its organisers on 5 March 2030."
#: who may know that a camp was there: was it on the front page, for whom was it
KINDS = {
    "public": {},
    "with a code": {"joining": Joining.CODE},
    "unlisted": {"is_public": False},
    "for listed people": {"joining": Joining.LISTED},
    "unlisted, for listed people": {"is_public": False, "joining": Joining.LISTED},
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_learns_that_a_deleted_camp_was_there(camp, olga, ben, stranger, kind):
    removed, guest = make_organiser(camp, "Removed"), join_as_guest(camp=camp, display_name="Gus").user
    for name, value in KINDS[kind].items():
        setattr(camp, name, value)
    camp.save()
    removed.removed_at = timezone.now()
    removed.save()
    people = [olga.user, ben.user, guest]
    delete_camp(camp=camp, typed_name=camp.name)
    for user in people:
        status, page = look(user)
        assert (status, SENTENCE in page) == (410, True), user
    is_known = kind in ("public", "with a code")
    for user in (None, stranger, removed.user, make_organiser(CampFactory()).user):
        status, page = look(user)
        assert (status, SENTENCE in page) == ((410, True) if is_known else (404, False)), (kind, user)
        assert "Lakeside 2030" not in page


@pytest.mark.parametrize("path", PATHS)
def test_strangers_cannot_tell_a_private_camp_that_was_from_one_that_never_was(camp, olga, path):
    camp.joining = Joining.LISTED
    camp.save()
    delete_camp(camp=camp, typed_name=camp.name)
    browser = Client()
    was = browser.get(f"/lakeside-2030/{path}")
    never = browser.get(f"/elsewhere-2030/{path}")
    assert (was.status_code, was.content, was.headers) == (never.status_code, never.content, never.headers)
    assert was.status_code == 404


@pytest.mark.parametrize("path", [path for path in PATHS if path != "a/b/"])
def test_every_old_link_into_a_public_camp_says_it(camp, olga, path):
    delete_camp(camp=camp, typed_name=camp.name)
    status, page = look(None, path)
    assert (status, SENTENCE in page) == (410, True)


def test_what_was_typed_into_a_camp_that_went_is_still_there(sign_in, camp, olga, ben):
    client = sign_in(ben)
    delete_camp(camp=camp, typed_name=camp.name)
    typed = {"title": "Knots and bends", "kind": "talk", "length": 1}
    response = client.post(f"/{camp.slug}/pitches/new/", typed, headers={"Sec-Fetch-Site": "same-origin"})
    page = response.content.decode()
    assert response.status_code == 410
    assert SENTENCE in page
    assert "Knots and bends" in page


def test_a_new_camp_at_the_address_is_found_and_the_last_one_counts(camp, olga, ben, stranger):
    delete_camp(camp=camp, typed_name=camp.name)
    again = CampFactory(slug="lakeside-2030", name="Another", is_public=False)
    assert look(stranger)[0] == 200
    make_organiser(again)
    delete_camp(camp=again, typed_name="Another")
    # The last one was nobody's business.
    assert [look(user)[0] for user in (None, stranger, ben.user)] == [404, 404, 404]


def test_what_is_kept_names_nobody_and_goes_by_itself(camp, olga, ben):
    camp.joining = Joining.LISTED
    camp.save()
    mine = UserFactory()
    delete_camp(camp=camp, typed_name=camp.name)
    [kept] = DeletedCamp.objects.all()
    assert (kept.deleted_on, kept.was_listed) == (date(2030, 3, 5), False)
    assert len(kept.people) == 2
    assert all(len(digest) == 64 for digest in kept.people)
    assert not kept.had(mine)
    DeletedCamp.objects.update(deleted_on=date(2030, 3, 5) - DeletedCamp.KEPT_FOR - timedelta(days=1))
    clean_up()
    assert not DeletedCamp.objects.exists()


def test_the_page_that_deletes_says_what_is_left(sign_in, camp, olga):
    client = sign_in(olga)
    assert (
        "Whoever follows a link to it reads that it was deleted" in client.get(f"/{camp.slug}/delete/").content.decode()
    )
    camp.is_public = False
    camp.save()
    assert "Nobody else learns that there was one." in client.get(f"/{camp.slug}/delete/").content.decode()
