"""`python -m bench.fuzz [--requests 20000] [--seed 1]`: looks for an answer of 500.

Every address is asked as strangers, attendees and organisers would, with one thing about the request made of what
nobody thought of: a part of the address, a question, a form, a cookie, a header, a body that is none, a file; and
documents (JSON exports) with one value replaced are imported. Django's test client in this process, on a database made
for the run. The table is Markdown; each 500 is printed with what was sent. `tests/bench/test_fuzz.py` runs a short one.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import logging
import os
import random
import re
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .databases import manage, own_database, set_up_django

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from events.models import Attendee, Camp

#: values that no form expects
NASTY = [
    "", " ", "0", "-1", "1", "2", "99999999999999999999", "1e400", "NaN", "on", "true", "null", "[]", "{}", "\x00",
    "a\x00b",
    "é" * 200, "x" * 20_001, "<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "2030-02-30", "2030-01-12",
    "9999-12-31", "0001-01-01", "25:61", "00:00", "23:59", "Europe/Nowhere", "javascript:alert(1)", "http://[::1",
    "https://x.example/" + "a" * 600, "\u202e\ud7ff\uffff", "🦆" * 100, "%s%n", "{{ 7 }}", "1-1",
    "1-99999999999999999999",
    "ﬁ", "admin", "organiser", "public", "sessions", "٣", "²", "/", "//evil.example", "/\\evil.example", "a/b", "..",
    "\r\nSet-Cookie: a=b", "\v\f", "\u2028", "-0", "0x10", "1_000", "+1", "١٢", "9" * 400, "9" * 5000, "1.5", "1,5",
    "½",
    "--", ";", "=1+1", "＝1", "​", "../", "%00", "%ff", "%ed%a0%80", "𐀀", "é", "\ufeff", "undefined",
    "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 99 Jan 99999 99:99:99 GMT", 'W/"', '"' * 50, "*", "bytes=0-", "gzip;q=x",
    "2030-01-12T25:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "-9999-01-01", "[[[[",
    "😀" * 3000,
]  # fmt: skip
#: where the numbers of databases end (PostgreSQL's `integer` and `bigint`, SQLite's INTEGER)
NUMBERS = [
    "0",
    "2147483647",
    "2147483648",
    "999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 20,
]
NASTY += NUMBERS
#: values of a JSON document
NASTY_JSON: list[Any] = [
    None, True, False, 0, -1, 1, 10**30, -(10**400), 1e308, "", [], {}, [[]], [{}], {"a": 1}, [None], ["x"], [1] * 1000,
    [[1]] * 50, {"id": {"id": {"id": []}}}, *NASTY,
]  # fmt: skip
HEADERS = [
    "If-None-Match", "If-Modified-Since", "Accept-Language", "Accept", "Range", "Referer", "Origin", "X-Forwarded-For",
    "HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Boosted", "HX-History-Restore-Request",
    "X-CSRFToken",
    "Content-Type", "Authorization", "Host", "User-Agent", "Accept-Encoding", "Cookie", "X-Requested-With",
    "Content-Length",
    "Content-Encoding", "X-Forwarded-Proto", "HX-Prompt", "HX-Current-URL-URI-AutoEncoded", "Transfer-Encoding",
]  # fmt: skip
COOKIES = [
    "sessionid",
    "csrftoken",
    "messages",
    "done",
    "left",
    "browser",
    "campgrid-browser",
    "django_language",
    "\x00",
    "é",
]
QUESTIONS = [
    "q", "topic", "kind", "show", "page", "revision", "seen", "next", "code", "past", "at", "sort", "touched",
    "version",
    "from", "lang", "host", "email", "undo", "mine", "day",
]  # fmt: skip
CONTENT_TYPES = [
    "application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300, "application/x-www-form-urlencoded; charset=nonsense",
    "application/x-www-form-urlencoded; charset=utf-16", "text/plain", "", "\x00", "x", "application/xml",
]  # fmt: skip
#: requests after which everybody signs in anew
SIGNED_IN_FOR = 40
#: what takes away what the others need
DESTROYS = re.compile(r"/(delete|leave|erase|remove|archive)/$|logout")


@dataclass
class Found:
    """What was asked and how it was answered, by kind."""

    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: kind, what was sent
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def rows(self) -> Iterator[str]:
        """A Markdown table."""
        yield "| kind | requests | 2xx | 3xx | 4xx | 5xx |"
        yield "|---|--:|--:|--:|--:|--:|"
        for kind, count in self.asked.items():
            classes = [
                sum(n for (k, s), n in self.answered.items() if k == kind and s // 100 == c) for c in (2, 3, 4, 5)
            ]
            yield f"| {kind} | {count:,} | " + " | ".join(f"{n:,}" for n in classes) + " |"


class Fuzz:
    """Asks addresses in ways nobody thought of."""

    def __init__(self, paths: Sequence[str], people: Sequence[Attendee | None], camp: Camp, seed: int) -> None:
        """`paths` lead somewhere, most of them in that camp. None among the people is a stranger."""
        self.paths = [path for path in paths if not DESTROYS.search(path)]
        self.people, self.camp = people, camp
        self.clients: list[Client] = []
        # Not for secrets: the same seed asks the same again.
        self.rng = random.Random(seed)
        self.found = Found()
        self.kinds: dict[str, Callable[[], None]] = {
            "address": self.address, "question": self.question, "form": self.form, "cookie": self.cookie,
            "header": self.header, "body": self.body, "file": self.file, "document": self.document,
        }  # fmt: skip
        self._fields: dict[str, list[str]] = {}
        self._exported: dict[str, Any] = {}

    def run(self, requests: int) -> Found:
        """So many, in turn of every kind."""
        kinds = list(self.kinds.items())
        for number in range(requests):
            if number % SIGNED_IN_FOR == 0:
                self.sign_in()
            kind, ask = kinds[number % len(kinds)]
            self.kind = kind
            self.found.asked[kind] += 1
            ask()
        return self.found

    def sign_in(self) -> None:
        """Everybody is in again, as what they were: some requests sign people out, or change what they may."""
        from django.test import Client

        self.clients = []
        for person in self.people:
            client = Client(raise_request_exception=False)
            if person is not None and person.user is not None:
                type(person).objects.filter(pk=person.pk).update(
                    user=person.user, role=person.role, removed_at=None, is_waiting=False
                )
                client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
            self.clients.append(client)
        type(self.camp).objects.filter(pk=self.camp.pk).update(slug=self.camp.slug, archived_at=None)

    # -- one of each kind ----------------------------------------------------------------------------

    def address(self) -> None:
        parts = self.rng.choice(self.paths).strip("/").split("/")
        at = self.rng.randrange(len(parts))
        is_number = parts[at].isdigit() and self.rng.random() < 0.5
        parts[at] = self.rng.choice(NUMBERS) if is_number else quote(self.value(3000), safe="%")
        self.send("get", "/" + "/".join(parts) + self.rng.choice(["/", ""]))

    def question(self) -> None:
        asked = {name: self.value(3000) for name in self.rng.sample(QUESTIONS, 4)}
        headers = {"HX-Request": "true"} if self.rng.random() < 0.3 else {}
        self.send("get", self.rng.choice(self.paths), asked, headers=headers)

    def form(self) -> None:
        path = self.rng.choice(self.paths)
        names = self.fields_of(path)
        data = {name: self.value() for name in names if self.rng.random() < 0.85}
        for name in [name for name in data if self.rng.random() < 0.1]:
            data[name] = [self.value(), self.value()]
        self.send("post", path, data)

    def cookie(self) -> None:
        client, path = self.client(), self.rng.choice(self.paths)
        name, value = self.rng.choice(COOKIES), self.value(3000)
        # As it goes over the line: `Client.cookies` would quote it.
        kept = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items() if key != name)
        self.send(
            self.rng.choice(["get", "get", "post"]), path, headers={"Cookie": f"{kept}; {name}={value}"}, by=client
        )

    def header(self) -> None:
        chosen = self.rng.sample(HEADERS, 2)
        path = self.rng.choice(self.paths)
        # Half as the page's own script asks: then more headers are read.
        sent = {"HX-Request": "true"} if self.rng.random() < 0.5 else {}
        sent |= {header: self.value(3000) for header in chosen}
        self.send(self.rng.choice(["get", "head", "post", "options"]), path, headers=sent)

    def body(self) -> None:
        sent = self.rng.choice([
            self.value().encode("utf-8", "surrogatepass"), bytes(self.rng.randrange(256) for _ in range(200)), b"",
            b"&".join(b"a=b" for _ in range(1500)), b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
            b"--x\r\n\r\n\x00--x--", b"a=%ff%00&b=%", b"[" * 5000, b"{" * 2000, b"level=" + b"9" * 5000,
        ])  # fmt: skip
        kind = self.rng.choice(CONTENT_TYPES)
        way = self.rng.choice(["post", "put", "patch", "delete", "post", "post"])
        # As it is: the client would put it into letters of that name first.
        self.send("generic", way.upper(), self.rng.choice(self.paths), sent, kind)

    def file(self) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        paths = [path for path in self.paths if path.endswith(("/import/", "/addresses/"))] or self.paths
        content = self.table_file() if self.rng.random() < 0.7 else self.odd_file()
        name = self.rng.choice(["x.csv", "x.xlsx", "x.zip", "x", "\x00.csv", "../x.csv", "é.csv", ".csv", "x.json"])
        field_name = self.rng.choice(["rooms", "slots", "attendees", "pitches", "interests", "sheet", "file"])
        self.send("post", self.rng.choice(paths), {field_name: SimpleUploadedFile(name or "x", content)})

    def document(self) -> None:
        from django.core.exceptions import ValidationError
        from django.db import transaction

        from exchange.json_import import import_document

        document = copy.deepcopy(self.exported())
        told = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 4])):
            told.append(self.break_one(document))
        try:
            with transaction.atomic():
                import_document(document=document, slug="fuzzed")
                self.found.answered[self.kind, 200] += 1
                transaction.set_rollback(True)
        except ValidationError:
            self.found.answered[self.kind, 422] += 1
        except Exception as error:
            self.wrong(f"{told}: {error!r}")

    # -- what they are made of -----------------------------------------------------------------------

    def value(self, most: int = 100_000) -> str:
        return self.rng.choice(NASTY)[:most]

    def client(self) -> Client:
        return self.rng.choice(self.clients)

    def fields_of(self, path: str) -> list[str]:
        """Names of what the page's forms hold; of what its scripts send, too."""
        if path not in self._fields:
            html = self.clients[-1].get(path).content.decode(errors="replace")
            names = set(re.findall(r'\sname="([^"]+)"', html)) - {"viewport", "color-scheme", "htmx-config"}
            more = {
                "level",
                "cell",
                "seen",
                "other",
                "role",
                "on",
                "moved",
                "number",
                "next",
                "mark",
                "form_key",
                "shown",
            }
            self._fields[path] = sorted(names | more)
        return self._fields[path]

    def table_file(self) -> bytes:
        """Rows under headings that are known, or nearly."""
        from exchange.table import COLUMNS

        header = list(self.rng.choice(list(COLUMNS.values())))
        if self.rng.random() < 0.3:
            header[self.rng.randrange(len(header))] = self.value(50)
        rows = [header] + [[self.value(300) for _ in header] for _ in range(self.rng.randrange(4))]
        mark = self.rng.choice([",", ",", ";", "\t"])
        ends = self.rng.choice(["\n", "\r\n", "\r"])
        text = ends.join(mark.join(cell.replace(mark, " ") for cell in row) for row in rows)
        encoding = self.rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-be"])
        return text.encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")

    def odd_file(self) -> bytes:
        kind = self.rng.randrange(5)
        if kind == 0:
            return bytes(self.rng.randrange(256) for _ in range(500))
        if kind == 1:
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr(self.rng.choice(["xl/workbook.xml", "content.xml", "../x", "a"]), self.value())
            data = out.getvalue()
            return data if self.rng.random() < 0.5 else data[: self.rng.randrange(len(data))]
        if kind == 2:
            return b'"' * 3000
        if kind == 3:
            return b"a," * 3000 + b"\n" * 3000
        return self.value().encode("utf-8", "surrogatepass") * 30

    def exported(self) -> Any:
        if not self._exported:
            from exchange.json_export import export_camp

            self._exported = json.loads(json.dumps(export_camp(self.camp, with_interest=True)))
        return self._exported

    def break_one(self, document: Any) -> str:
        """Another value somewhere in it, or one that is missing; says where."""
        here, way = document, []
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                return "/".join(map(str, way)) + " is empty"
            key = self.rng.choice(keys)
            way.append(key)
            inner = here[key]
            if isinstance(inner, dict | list) and inner and self.rng.random() < 0.85:
                here = inner
                continue
            if isinstance(here, dict) and self.rng.random() < 0.15:
                del here[key]
                return "/".join(map(str, way)) + " is missing"
            here[key] = copy.deepcopy(self.rng.choice(NASTY_JSON))
            return "/".join(map(str, way)) + f" = {here[key]!r:.80}"

    def send(self, way: str, *what: Any, by: Client | None = None, headers: dict[str, str] | None = None) -> None:
        client = by or self.client()
        # Their ends are lines: no server hands on what has one in it.
        sent = {name: re.sub(r"[\r\n]", "", value) for name, value in (headers or {}).items()}
        kept = copy.deepcopy(client.cookies)
        try:
            answer: HttpResponse = getattr(client, way)(*what, headers=sent)
        except UnicodeError:
            # The test client itself cannot say it; nor can a browser.
            self.found.answered[self.kind, 400] += 1
            return
        finally:
            # Whoever answers a strange cookie by signing out does so to this request alone.
            client.cookies = kept
        self.found.answered[self.kind, answer.status_code] += 1
        if answer.status_code >= 500:
            self.wrong(f"{way} {what!r:.400} {sent!r:.300}: {_fault_of(answer)}")

    def wrong(self, told: str) -> None:
        self.found.wrong.append((self.kind, told))
        if self.kind == "document":
            self.found.answered[self.kind, 500] += 1


def _fault_of(answer: HttpResponse) -> str:
    """What was raised, and where: the test client puts it beside the answer."""
    raised = getattr(answer, "exc_info", None)
    if not raised:
        return "answered so"
    _kind, error, trace = raised
    place = traceback.extract_tb(trace)[-1]
    return f"{error!r:.200} in {Path(place.filename).name}:{place.lineno}"


def demo_paths(camp: Camp) -> list[str]:
    """Every address of the demo camp, with things of it, and those outside of camps."""
    from django.urls import URLPattern, URLResolver, get_resolver

    session = camp.sessions.first()
    pitch = session.pitch if session else camp.pitches.first()
    things: dict[str, Any] = {
        "camp": camp.slug, "pitch_id": getattr(pitch, "pk", 1), "session_id": getattr(session, "pk", 1),
        "room_id": getattr(camp.rooms.first(), "pk", 1), "slot_id": getattr(camp.slots.first(), "pk", 1),
        "attendee_id": getattr(camp.attendees.last(), "pk", 1), "number": 1, "build_id": 1, "revision_id": 1,
        "link_id": 1, "writeup_id": 1, "upload_id": 1, "switch": "is_pitching_open", "kind": "json", "key": "x" * 32,
        "code": camp.code,
    }  # fmt: skip

    def walk(patterns: Any, before: str = "") -> Iterator[str]:
        for pattern in patterns:
            path = before + str(pattern.pattern).lstrip("^").rstrip("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif isinstance(pattern, URLPattern) and "(" not in path:
                yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(things.get(found[1], "x")), path)

    return sorted(set(walk(get_resolver().url_patterns)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with own_database() as folder:
        os.environ["BENCH_FOLDER"] = str(folder)
        set_up_django("bench.settings")
        manage("collectstatic", "--noinput", "-v0")
        manage("migrate", "-v0")
        manage("seed_demo", "--camp", "bluelightcamp")
        from django.conf import settings

        from events.models import Camp, Role

        settings.ALLOWED_HOSTS = ["*"]
        # Told below, with what was sent.
        for name in ("django.request", "django.security", "accounts", "campgrid"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        camp = Camp.objects.get(slug="bluelightcamp")
        there = camp.attendees.present().exclude(user=None).select_related("user")
        # Most of what can be asked is an organiser's to ask.
        roles = (Role.ATTENDEE, Role.HELPER, Role.ORGANISER, Role.ORGANISER)
        people = [None, *(there.filter(role=role).first() for role in roles)]
        found = Fuzz(demo_paths(camp), people, camp, options.seed).run(options.requests)
        print("\n".join(found.rows()))
        for kind, told in found.wrong[:50]:
            print(f"500: {kind}: {told}")


if __name__ == "__main__":
    main()
