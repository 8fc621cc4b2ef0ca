"""Looks for an answer of 500: every form of every page is sent with nonsense, every list asked with nonsense."""

from __future__ import annotations

import random
import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Camp

from .addresses import camp_addresses

NASTY = [
    "", " ", "0", "-1", "1", "2", "99999999999999999999", "1e400", "NaN", "on", "true", "null", "[]", "{}", "\x00", "a\x00b",
    "é" * 200, "x" * 20_001, "<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "2030-02-30", "2030-01-12",
    "9999-12-31", "0001-01-01", "25:61", "00:00", "23:59", "Europe/Nowhere", "javascript:alert(1)", "http://[::1",
    "https://x.example/" + "a" * 600, "\u202e\ud7ff\uffff", "🦆" * 100, "%s%n", "{{ 7 }}", "1-1", "1-99999999999999999999",
    "ﬁ", "admin", "organiser", "public", "sessions", "٣", "²",
]  # fmt: skip


def field_names(html: str) -> list[str]:
    return sorted(
        set(re.findall(r'\sname="([^"]+)"', html)) - {"csrfmiddlewaretoken", "viewport", "color-scheme", "htmx-config"}
    )


@pytest.mark.parametrize("seed", range(2))
def test_no_form_answers_500_whatever_is_sent(full_camp, camp, olga, client, seed):
    rng = random.Random(seed)
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    paths = [full_camp.url(address) for address in camp_addresses()]
    paths = [p for p in paths if not re.search(r"/(delete|leave|remove|archive)/$", p)]
    common = [
        "/new/",
        "/new/import/",
        "/j/",
        "/accounts/keep/",
        "/accounts/login/code/",
        "/accounts/login/code/confirm/",
    ]
    for path in [*paths, *common]:
        page = client.get(path)
        names = field_names(page.content.decode(errors="replace")) or ["name", "level", "cell", "seen", "other", "role"]
        for _ in range(3):
            data = {name: rng.choice(NASTY) for name in names if rng.random() < 0.85}
            for name in ("rooms", "slots", "pitches", "sheet", "file", "interests", "attendees"):
                if name in data:
                    content = rng.choice(NASTY).encode("utf-8", "replace") * rng.choice([0, 1, 30])
                    data[name] = SimpleUploadedFile("x.csv", content)
            assert client.post(path, data).status_code < 500, (path, data)
        assert Camp.objects.filter(pk=camp.pk).exists()


@pytest.mark.parametrize("value", NASTY)
def test_no_question_answers_500(full_camp, camp, olga, client, value):
    client.force_login(olga.user, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("pitches/", "people/", "grid/", "draft/", "record/", "join/"):
        names = ("q", "topic", "kind", "show", "page", "revision", "seen", "next", "code", "past")
        for headers in ({}, {"HX-Request": "true"}):
            question = dict.fromkeys(names, value)
            assert client.get(f"/{camp.slug}/{path}", question, headers=headers).status_code < 500
    for path in ("/j/{}/", "/{}/", "/lakeside-2030/invitations/{}/", "/lakeside-2030/my/{}.ics"):
        segment = quote(value[:300], safe="") or "_"
        assert client.get(path.format(segment)).status_code < 500
