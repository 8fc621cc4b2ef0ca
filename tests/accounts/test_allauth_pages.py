"""Of the library's pages those are open that have a template of ours; all others are not found."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.account import urls as account_urls
from allauth.account.adapter import get_adapter
from allauth.mfa import urls as passkey_urls
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.adapters import PasskeyAdapter
from accounts.allauth_pages import LEADS_ON, OPEN
from accounts.codes import minutes
from accounts.models import User
from accounts.once import BACKEND
from accounts.shown import CODE_AT, LATELY
from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parents[2]


def names_in(patterns: list[URLPattern | URLResolver]) -> list[str]:
    found = []
    for each in patterns:
        found += names_in(each.url_patterns) if isinstance(each, URLResolver) else [str(each.name)]
    return found


ALL = sorted({*names_in(account_urls.urlpatterns), *names_in(passkey_urls.urlpatterns)})
#: where an address needs more than its name
ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "a-b"},
    "account_confirm_email": {"key": "a"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
}
#: ours, under the library's name
OURS = {"account_request_login_code", "account_confirm_login_code"}


def address_of(name: str) -> str:
    return reverse(name, kwargs=ARGUMENTS.get(name))


@pytest.fixture(params=["stranger", "guest", "member", "operator"])
def browser(request, db) -> Client:
    client = Client()
    users = {
        "guest": User.objects.create_guest,
        "member": UserFactory,
        "operator": lambda: User.objects.create_superuser("op@example.org", "a long password"),
    }
    if request.param in users:
        client.force_login(users[request.param](), backend=BACKEND)
    return client


def test_the_library_has_pages_at_all():
    assert len(ALL) > 20
    assert {*OPEN, *LEADS_ON} <= {*ALL}


@pytest.mark.parametrize("name", [name for name in ALL if name not in OPEN | OURS | LEADS_ON.keys()])
def test_what_is_not_ours_is_not_found(browser, name):
    address = address_of(name)
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"email": "x@example.org", "password": "x"}).status_code == 404


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_is_open_is_plain_and_in_our_frame(name, client, db, monkeypatch):
    # The key below opens nothing: the library would not read it.
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.begin_authentication", lambda user: {})
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    user = UserFactory()
    client.force_login(user, backend=BACKEND)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
    kwargs = {"pk": key.pk} if name in ("mfa_remove_webauthn", "mfa_edit_webauthn") else None
    # As after a sign-in just now: else one is asked to sign in once more.
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    response = client.get(reverse(name, kwargs=kwargs))
    if name == "mfa_login_webauthn":
        # Only a script asks it.
        assert response.status_code == 302
        return
    assert response.status_code == 200
    ours = [t for t in response.templates if t.origin and str(t.origin.name).startswith(str(ROOT / "templates"))]
    assert response.templates[0] in ours
    # One's own address is what the passkey will be called on one's own device: the script hands it over.
    page = re.sub(r'<script id="js_data".*?</script>', "", response.content.decode(), flags=re.DOTALL)
    for word in ("Security Key", "security key", "assword:", "user 1", str(user.email)):
        assert word not in page


@pytest.mark.parametrize("name", sorted(LEADS_ON))
def test_who_is_led_on_by_the_library_arrives(name, client, db):
    response = client.get(f"{address_of(name)}?next=/x/")
    assert response.url == f"{reverse(LEADS_ON[name])}?next=/x/"


def test_passkeys_are_listed_by_name_with_rename_and_remove(client, db):
    user = UserFactory()
    client.force_login(user, backend=BACKEND)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
    page = client.get("/accounts/2fa/webauthn/").content.decode()
    assert "My phone" in page
    assert "Rename" in page


@pytest.mark.parametrize("name", ["", "Backup key"])
def test_passkeys_of_one_name_or_none_are_told_apart_by_when_they_were_added(client, db, name):
    user = UserFactory()
    client.force_login(user, backend=BACKEND)
    for hour in (9, 14):
        data, added = {"name": name, "credential": {}}, datetime(2026, 3, 5, hour, 30, tzinfo=UTC)
        key = Authenticator.objects.create(user=user, type="webauthn", data=data, created_at=added)
    page = " ".join(client.get("/accounts/2fa/webauthn/").content.decode().split())
    for hour in ("09", "14"):
        called = f'{name or "Passkey"} <span class="soft"> added Thu 5 Mar 2026, {hour}:30 UTC </span>'
        assert page.count(called) == 3, "beside it, and by Rename and Remove"
    session = client.session
    session[CODE_AT] = time.time()
    session.save()
    page = " ".join(client.get(reverse("mfa_remove_webauthn", args=[key.pk])).content.decode().split())
    assert "added Thu 5 Mar 2026, 14:30 UTC" in page


def test_a_passkey_that_nobody_named_is_called_as_no_other(db):
    user, adapter = UserFactory(), PasskeyAdapter()

    def add() -> str:
        name = adapter.generate_authenticator_name(user, "webauthn")
        Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "credential": {}})
        return name

    assert [add(), add(), add()] == ["Passkey", "Passkey 2", "Passkey 3"]
    Authenticator.objects.order_by("pk")[1].delete()
    assert add() == "Passkey 2"


@pytest.mark.parametrize("has_password", [False, True])
def test_a_first_passkey_can_be_added_whenever_one_is_signed_in(client, db, has_password):
    user = UserFactory()
    if has_password:
        user.set_password("a long password")
        user.save()
    client.force_login(user, backend=BACKEND)
    page = client.get("/accounts/2fa/webauthn/add/")
    assert page.status_code == 200
    assert 'id="mfa_webauthn_add"' in page.content.decode()


def test_who_has_a_passkey_shows_it_before_adding_another(client, db, monkeypatch):
    user = UserFactory()
    client.force_login(user, backend=BACKEND)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
    response = client.get("/accounts/2fa/webauthn/add/")
    response = client.get(response.url)
    assert response.url == "/accounts/2fa/webauthn/reauthenticate/?next=%2Faccounts%2F2fa%2Fwebauthn%2Fadd%2F"
    # The device is asked by the browser; the page says the other way, and how long it holds.
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.begin_authentication", lambda user=None: {})
    assert f"within {minutes(LATELY)} minutes" in client.get(response.url).content.decode()


def test_who_lost_the_device_with_the_only_passkey_shows_a_code_instead(client, db, mailoutbox, monkeypatch):
    user = UserFactory()
    passkey = Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
    client.post("/accounts/login/code/", {"email": user.email})
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mailoutbox[0].body)[0]
    client.post("/accounts/login/code/confirm/", {"code": code})
    remove = f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/"
    assert client.get(remove).status_code == 200
    later = time.time() + 16 * 60
    monkeypatch.setattr("accounts.shown.time.time", lambda: later)
    assert "reauthenticate" in client.get(remove).url
    assert Authenticator.objects.exists()
    monkeypatch.undo()
    client.post(remove)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("name", ["logged_in", "logged_out"])
def test_no_message_says_a_number_for_a_person(rf, db, client, name):
    user = UserFactory()
    request = client.get("/").wsgi_request
    get_adapter().add_message(request, 25, f"account/messages/{name}.txt", {"user": user, "name": user})
    [message] = get_messages(request)
    assert str(message) in ("You are signed in.", "You are signed out.")
    assert str(user) == "an account"
    assert str(User.objects.create_guest()) == "a guest"
    assert get_template(f"account/messages/{name}.txt")


def test_signing_out_asks_a_guest_to_keep_their_place_first(client, db):
    client.force_login(User.objects.create_guest(), backend=BACKEND)
    assert "Keep my place on other devices" in client.get("/accounts/logout/").content.decode()
    assert client.post("/accounts/logout/").status_code == 302


@pytest.mark.parametrize("target", ["http://[::1", "//[", "https://[x]/", "/\\evil.example", "https://evil.example/"])
@pytest.mark.parametrize("name", sorted(OPEN))
def test_a_next_that_is_no_address_or_leads_elsewhere_is_none(client, sign_in, ben, name, target):
    for browser in (client, sign_in(ben)):
        answer = browser.get(reverse(name, args=[1] if "remove" in name or "edit" in name else []), {"next": target})
        assert answer.status_code < 500
        assert not answer.headers.get("Location", "").startswith(target)
