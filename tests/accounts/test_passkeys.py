"""What is sent as the answer of a device is one, or it is refused in words."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.urls import reverse

from tests.factories import UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"
SHAPES: list[object] = [
    0,
    -0.0,
    False,
    None,
    "",
    [],
    {},
    1,
    "x",
    [1],
    {"a": 1},
    {"id": 5, "rawId": [], "response": {}, "type": 7},
]


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def answers_of(kind: str, **bytes_of: bytes) -> dict[str, object]:
    """Of the right shape; what a device signs is what is given."""
    said = json.dumps({"type": kind, "challenge": "AAAA", "origin": "http://testserver"}).encode()
    parts = {name: base64url(data) for name, data in {"clientDataJSON": said, **bytes_of}.items()}
    return {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": parts, "clientExtensionResults": {}}


SHAPES += [answers_of("webauthn.create", attestationObject=data) for data in (b"", b"\x82", b"\x1a", b"\xff" * 9)]
SHAPES += [
    answers_of("webauthn.get", authenticatorData=bytes(32) + bytes([flags]) + bytes(4), signature=b"", userHandle=b"1")
    for flags in (0x01, 0x41, 0x81, 0xC1)
]
TEXTS = [json.dumps(shape) for shape in SHAPES] + ["9" * 5_000, "[" * 5_000, "{", "NaN", "\x00", ""]


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
@pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_login_webauthn"])
def test_what_is_no_answer_of_a_device_makes_no_passkey_and_no_fault(client, name, text):
    if name == "mfa_add_webauthn":
        client.force_login(UserFactory(), backend=BACKEND)
    client.get(reverse(name))
    answer = client.post(reverse(name), {"name": "My phone", "credential": text})
    assert answer.status_code in (200, 302)
    assert not Authenticator.objects.exists()
    if name == "mfa_add_webauthn":
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert client.get(reverse("mfa_list_webauthn")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_what_is_no_answer_of_a_device_shows_nobody_once_more(client, text, monkeypatch):
    user = UserFactory()
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
    client.force_login(user, backend=BACKEND)
    answer = client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": text})
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_reauthenticate_webauthn")
    assert not client.session.get("account_authentication_methods")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("mfa_login_webauthn", "account_request_login_code"),
        ("mfa_reauthenticate_webauthn", "mfa_reauthenticate_webauthn"),
    ],
)
def test_whoever_is_not_let_in_still_gets_to_where_they_were_going(client, name, back):
    if name == "mfa_reauthenticate_webauthn":
        user = UserFactory()
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "My phone", "credential": {}})
        client.force_login(user, backend=BACKEND)
    answer = client.post(reverse(name), {"credential": "{}", "next": "/lakeside/pitches/"})
    assert answer.url == reverse(back) + "?next=%2Flakeside%2Fpitches%2F"
    assert "could not be read" in str(next(iter(get_messages(answer.wsgi_request))))
    answer = client.post(reverse(name), {"credential": "{}", "next": "https://x.example/"})
    assert answer.url == reverse(back)
