"""What somebody typed is given back by the page that could not save it, without a script; and by nothing forged."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django import forms
from django.test import Client

from accounts.typed import LABELS
from pitches.models import Pitch

from .test_once import BACKEND
from .test_refusals import forms_of_ours

HERE = {"Origin": "http://testserver"}
LONG = "Three knots\nand a bend <script>alert(1)</script> & more."
DATA = {"title": "Knots", "about": LONG, "kind": "talk", "length": "1", "who": "me"}


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def carried(html: str) -> dict[str, str]:
    form = re.search(r'<form method="post"[^>]*data-carried>.*?</form>', html, re.DOTALL)
    assert form, html
    return {name: unescape(text) for name, text in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}


def new(camp) -> str:
    return f"/{camp.slug}/pitches/new/"


def test_the_403_page_of_a_stale_form_gives_the_text_back_and_one_press_sends_it(browser, camp, ben):
    """Signed in anew in another tab: the page open here holds the old token."""
    browser.force_login(ben.user, backend=BACKEND)
    browser.get(new(camp))
    page = browser.post(new(camp), DATA | {"csrfmiddlewaretoken": "x" * 64}, headers=HERE)
    html = page.content.decode()
    assert page.status_code == 403
    assert not Pitch.objects.exists()
    assert "Three knots" in html
    # The sentence and the button below it say the same.
    assert "press “Send it now” once more" in html
    assert "Go back" not in html
    assert "<script>alert" not in html
    assert f"It goes to {new(camp)}." in html
    sent = browser.post(new(camp), carried(html), headers=HERE)
    assert sent.status_code == 302
    assert Pitch.objects.get().about.replace("\r\n", "\n") == LONG


def test_with_all_cookies_gone_a_guest_finds_the_way_in_below_the_text(browser, camp):
    """A guest cannot sign in: they join."""
    html = browser.post(new(camp), DATA, headers=HERE).content.decode()
    assert carried(html)["about"] == LONG
    assert "<h1>Not sent</h1>" in html
    assert f'href="/{camp.slug}/join/" target="_blank"' in html
    assert "Go back" not in html
    # The way in itself is sent once more, and nobody who is in joins.
    html = browser.post(f"/{camp.slug}/join/", {"display_name": "Fern"}, headers=HERE).content.decode()
    assert "press “Send it now” once more" in html
    assert "Join in another window" not in html


def test_with_all_cookies_gone_an_organiser_is_not_sent_to_a_button_that_finds_nothing(browser, camp):
    html = browser.post(f"/{camp.slug}/rooms/", {"name": "Barn"}, headers=HERE).content.decode()
    assert "You are not signed in any more, or cookies are off. Nothing was saved." in html
    assert "once more" not in html
    assert "Join in another window" not in html


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}])
def test_a_form_forged_elsewhere_gets_no_button(browser, camp, ben, headers):
    browser.force_login(ben.user, backend=BACKEND)
    page = browser.post(new(camp), DATA, headers=headers)
    assert page.status_code == 403
    assert "data-carried" not in page.content.decode()
    assert "Three knots" not in page.content.decode()


def test_a_lost_sign_in_keeps_the_text_on_the_page_and_it_is_sent_afterwards(browser, camp, ben):
    browser.force_login(ben.user, backend=BACKEND)
    html = browser.get(new(camp)).content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', html)[1]
    del browser.cookies["sessionid"]
    page = browser.post(new(camp), DATA | {"csrfmiddlewaretoken": token}, headers=HERE)
    html = page.content.decode()
    assert page.status_code == 403
    assert "You are not signed in any more" in html
    assert f'href="/{camp.slug}/join/" target="_blank"' in html
    kept = carried(html)
    # Signed in, in the other window; the token of this page is old then, and the next page gives the text back again.
    browser.force_login(ben.user, backend=BACKEND)
    browser.get(f"/{camp.slug}/")
    again = browser.post(new(camp), kept | {"csrfmiddlewaretoken": "y" * 64}, headers=HERE)
    browser.post(new(camp), carried(again.content.decode()), headers=HERE)
    assert Pitch.objects.get().about.replace("\r\n", "\n") == LONG


@pytest.mark.parametrize("state", ["removed", "waiting"])
def test_whoever_is_out_and_still_signed_in_is_told_what_is_so(client, camp, ben, state):
    client.force_login(ben.user, backend=BACKEND)
    changes = {"removed": {"removed_at": camp.created_at}, "waiting": {"is_waiting": True}}
    camp.attendees.filter(pk=ben.pk).update(**changes[state])
    html = client.post(new(camp), DATA, headers=HERE).content.decode()
    assert carried(html)["about"] == LONG
    assert "You are not signed in any more" not in html
    assert "Sign in in another window" not in html
    assert ("You are not in this camp any more" in html) == (state == "removed")
    assert (f'href="/{camp.slug}/join/" target="_blank"' in html) == (state == "removed")


def test_the_text_stands_under_the_words_of_its_form_and_what_nobody_can_read_is_not_shown(client, camp, hal):
    more = {"behalf": "Gran", "builds_also_on": "41", "not_in": ["7", "9"], "needs": "projector", "who": "other"}
    html = client.post(new(camp), DATA | more, headers=HERE).content.decode()
    shown = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", html, re.DOTALL)
    assert [name for name, _text in shown] == ["Title", "What it is about", "Their name"]
    assert "What you chose and ticked is kept, too, and not shown." in html
    assert carried(html)["builds_also_on"] == "41"
    by_title = client.post(new(camp), {"builds_also_on": "Knots for all"}, headers=HERE).content.decode()
    assert "<dt>It comes after</dt>" in by_title


def test_whatever_can_be_typed_into_a_form_of_ours_has_a_label():
    """A new field has its words in `accounts/typed.py`, or what was typed into it is carried and not shown."""
    written = (forms.TextInput, forms.Textarea, forms.NumberInput, forms.EmailInput, forms.URLInput)
    # The search of the board is a GET.
    others = {"q"}
    missing = {
        name
        for form in forms_of_ours()
        for name, field in form.base_fields.items()
        if isinstance(field.widget, written)
    } - LABELS.keys()
    assert missing == others


def test_opening_a_camp_without_a_sign_in_keeps_what_was_typed(client, db):
    page = client.post("/new/", {"name": "Lakeside", "description": LONG}, headers=HERE)
    assert page.status_code == 403
    assert carried(page.content.decode())["description"] == LONG


@pytest.mark.parametrize("who", ["ben", None])
def test_404_and_403_pages_keep_what_was_typed(client, camp, ben, who):
    """A role that was lost meanwhile; a sign-in that was lost, on a page of organisers."""
    if who:
        client.force_login(ben.user, backend=BACKEND)
    page = client.post(f"/{camp.slug}/rooms/", {"name": "Attic", "directions": LONG}, headers=HERE)
    assert page.status_code == (403 if who else 404)
    assert carried(page.content.decode())["directions"] == LONG


@pytest.mark.parametrize(("path", "status"), [("rooms/", 403), ("pitches/999999/", 404), ("nothing-here/", 404)])
def test_whoever_is_in_the_camp_is_led_back_into_it(client, camp, ben, path, status):
    client.force_login(ben.user, backend=BACKEND)
    page = client.get(f"/{camp.slug}/{path}")
    assert page.status_code == status
    # Of an address that no view has nobody looked whether they are in it.
    assert (f"Back to {camp.name}" in page.content.decode()) is (path != "nothing-here/")


def test_strangers_read_of_no_camp(client, camp):
    page = client.get(f"/{camp.slug}/pitches/999999/")
    assert page.status_code == 404
    assert camp.name not in page.content.decode()


def test_the_500_page_keeps_what_was_typed(camp, ben, monkeypatch):
    from pitches import views

    def broken(**kwargs):
        raise RuntimeError

    monkeypatch.setattr(views, "submit_pitch", broken)
    client = Client(raise_request_exception=False)
    client.force_login(ben.user, backend=BACKEND)
    page = client.post(new(camp), DATA, headers=HERE)
    assert page.status_code == 500
    assert carried(page.content.decode())["about"] == LONG


def test_a_file_cannot_be_carried_and_the_page_says_so(browser, camp, olga):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser.force_login(olga.user, backend=BACKEND)
    data = {"file": SimpleUploadedFile("ticket shop.csv", b"a@example.org")}
    page = browser.post(f"/{camp.slug}/people/addresses/", data, headers=HERE)
    assert "Go back, load the page again" in page.content.decode()
    assert "Choose them again: ticket shop.csv." in page.content.decode()


def test_whoever_signs_out_takes_the_drafts_along_and_a_lost_sign_in_does_not(client, camp, ben):
    client.force_login(ben.user, backend=BACKEND)
    assert client.post("/accounts/logout/").cookies["left"].value == "1"
    assert "left" not in client.get(f"/{camp.slug}/").cookies


def test_pages_say_whose_drafts_may_be_shown_and_not_who_it_is(camp, ben, cleo, stranger):
    def marks(user):
        client = Client()
        if user:
            client.force_login(user, backend=BACKEND)
        html = client.get(f"/{camp.slug}/").content.decode()
        return re.findall(r'<meta name="(person|out-of)" content="([^"]+)"', html)

    [(name, bens)] = marks(ben.user)
    assert name == "person"
    assert marks(ben.user) == [("person", bens)]
    assert marks(cleo.user) not in ([], [("person", bens)])
    assert marks(None) == []
    assert marks(stranger)[1] == ("out-of", camp.slug)
