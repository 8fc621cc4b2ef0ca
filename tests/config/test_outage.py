"""A database that is away, busy, full or read-only: a sentence, what was typed given back, and nothing half-written."""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import User
from config import outage
from events.erasing import erase_user
from events.models import Slot
from pitches.models import Pitch, Sight
from tests.addresses import camp_addresses
from tests.factories import PitchFactory, make_slot
from tests.test_typed import DATA, HERE, carried, new

BACKEND = "django.contrib.auth.backends.ModelBackend"
only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own trouble")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def gone(*args: object) -> None:
    raise OperationalError("the connection is lost")


@contextmanager
def pragma(name: str, value: object, *, after: object) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA {name} = {after}")


def is_told(response, status: int, sentence: str) -> str:
    html = response.content.decode()
    assert response.status_code == status, html[:300]
    assert sentence in html
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "no-store"
    assert html.count("<h1") == 1
    return html


def test_no_page_is_a_500_while_the_database_is_gone(browser, full_camp, olga):
    """Each address; whatever the page about it asked of the database would fail, too."""
    browser.force_login(olga.user, backend=BACKEND)
    paths = ["/", "/me/", "/demo/", "/accounts/login/code/", "/accounts/keep/", "/admin/", "/health/", "/nothing/here/"]
    paths += [full_camp.url(address) for address in camp_addresses()]
    seen = set()
    for path in paths:
        for method in (browser.get, browser.post):
            with connection.execute_wrapper(gone):
                response = method(path)
            seen.add(response.status_code)
            assert response.status_code in (200, 302, 304, 404, 405, 503), (path, response.status_code)
            if response.status_code == 503:
                assert "the database does not answer" in response.content.decode()
        assert browser.get(path).status_code < 500
    assert 503 in seen


def test_what_was_typed_comes_back_and_one_press_sends_it(browser, camp, ben):
    browser.force_login(ben.user, backend=BACKEND)
    with connection.execute_wrapper(gone):
        page = browser.post(new(camp), DATA, headers=HERE)
    html = is_told(page, 503, "the database does not answer")
    assert "What you sent may not be saved." in html
    # Who one is would have to be asked of the database: nobody is told to sign in.
    assert ">Sign in</a>" not in html
    assert "another window" not in html
    assert browser.post(new(camp), carried(html), headers=HERE).status_code == 302
    assert Pitch.objects.get().title == DATA["title"]


def test_a_session_that_cannot_be_saved_is_no_bad_request(browser, camp, ben, settings):
    """Django tells it as one: "The request's session was deleted before the request completed"."""
    settings.SESSION_SAVE_EVERY_REQUEST = True
    browser.force_login(ben.user, backend=BACKEND)

    def not_saved(execute, sql, *rest):
        return gone() if sql.startswith("UPDATE") and "django_session" in sql else execute(sql, *rest)

    with connection.execute_wrapper(not_saved):
        is_told(browser.get(f"/{camp.slug}/"), 503, "the database does not answer")


@only_sqlite
def test_a_locked_database_is_told_as_busy(browser, camp, ben, transactional_db):
    browser.force_login(ben.user, backend=BACKEND)
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("BEGIN IMMEDIATE")
    with pragma("busy_timeout", 50, after=20_000):
        html = is_told(browser.post(new(camp), DATA, headers=HERE), 503, "at this very moment")
        # Reading goes on.
        assert browser.get(f"/{camp.slug}/").status_code == 200
        other.rollback()
        assert not Pitch.objects.exists()
        assert browser.post(new(camp), carried(html), headers=HERE).status_code == 302
    other.close()
    assert Pitch.objects.count() == 1


@only_sqlite
def test_a_full_disk_is_told_and_nothing_is_half_written(browser, camp, ben, transactional_db):
    browser.force_login(ben.user, backend=BACKEND)
    with connection.cursor() as cursor:
        # What other tests left behind is room.
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    long = DATA | {"about": "Knots and more knots. " * 400}
    with pragma("max_page_count", pages, after=2**30):
        html = is_told(browser.post(new(camp), long, headers=HERE), 507, "The disk of the server is full")
        assert browser.get(f"/{camp.slug}/").status_code == 200
    for table in ("pitches_pitch", "pitches_pitch_hosts", "accounts_sentform"):
        with connection.cursor() as cursor:
            assert cursor.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert browser.post(new(camp), carried(html), headers=HERE).status_code == 302


@only_sqlite
def test_a_file_that_can_only_be_read_is_told(browser, camp, ben, transactional_db):
    browser.force_login(ben.user, backend=BACKEND)
    with pragma("query_only", "ON", after="OFF"):
        is_told(browser.post(new(camp), DATA, headers=HERE), 503, "can only be read")
        assert browser.get(f"/{camp.slug}/").status_code == 200
    assert not Pitch.objects.exists()


@only_sqlite
def test_a_pitch_can_be_looked_at_while_nothing_can_be_saved(browser, camp, ben, transactional_db):
    """That they have seen it is noted the next time."""
    pitch = PitchFactory(camp=camp, title="Knots")
    browser.force_login(ben.user, backend=BACKEND)
    with pragma("query_only", "ON", after="OFF"):
        response = browser.get(pitch.get_absolute_url())
    assert (response.status_code, "Knots" in response.content.decode()) == (200, True)
    assert not Sight.objects.exists()
    browser.get(pitch.get_absolute_url())
    assert Sight.objects.get().pitch == pitch


@contextmanager
def nothing_can_be_saved(why: str) -> Iterator[None]:
    """The database can be read; what is written is refused, or waits for a writer that does not end."""
    if why == "only read":
        with pragma("query_only", "ON", after="OFF"):
            yield
    elif why == "full":

        def full(execute, sql, *rest):
            if sql.startswith(("UPDATE", "INSERT", "DELETE")):
                raise OperationalError("database or disk is full")
            return execute(sql, *rest)

        with connection.execute_wrapper(full):
            yield
    else:
        other = sqlite3.connect(connection.settings_dict["NAME"])
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()
        other.close()


@only_sqlite
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("why", ["only read", "full", "locked"])
def test_what_was_told_and_cannot_be_noted_as_heard_keeps_no_page_away(camp, ben, transactional_db, why, scripts):
    """Whoever saved something just before is told so on each page; that they heard is noted the next time."""
    browser, mark = Client(raise_request_exception=False), ben.user.mark
    browser.force_login(ben.user, backend=BACKEND)
    if scripts:
        browser.cookies["heard"] = f"{mark}.0"
    assert browser.post(new(camp), DATA, headers=HERE).status_code == 302
    pages = [f"/{camp.slug}/", f"/{camp.slug}/grid/", f"/{camp.slug}/pitches/", f"/{camp.slug}/my/", "/me/"]
    # Nor that they saw a pitch for the first time.
    pages += [PitchFactory(camp=camp).get_absolute_url() for _ in range(2)]
    for number in (0, User.objects.get(pk=ben.user.pk).told[0][0]):
        if scripts:
            browser.cookies["heard"] = f"{mark}.{number}"
        begun = time.monotonic()
        with nothing_can_be_saved(why):
            found = [browser.get(page) for page in pages]
        # Nobody waits for the twenty seconds that a writer may take.
        assert time.monotonic() - begun < 10
        assert [answer.status_code for answer in found] == [200] * len(pages)
        is_told = not (scripts and number)
        assert {"is on the board" in answer.content.decode() for answer in found} == {is_told}
    browser.get("/me/")
    assert "is on the board" not in str(User.objects.get(pk=ben.user.pk).told)


@only_sqlite
@pytest.mark.parametrize("why", ["only read", "full", "locked"])
def test_counts_that_cannot_be_had_followed_keep_no_page_away(camp, browser, transactional_db, settings, why):
    """A look puts a task into the queue, now and then: that is a row, too."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    page, begun = PitchFactory(camp=camp).get_absolute_url(), time.monotonic()
    with nothing_can_be_saved(why):
        assert browser.get(page).status_code == 200
    assert time.monotonic() - begun < 5


def test_what_was_done_is_done_though_it_cannot_be_put_down_what_to_tell(browser, camp, ben):
    def full(execute, sql, *rest):
        return gone() if sql.startswith('UPDATE "accounts_user"') else execute(sql, *rest)

    browser.force_login(ben.user, backend=BACKEND)
    with connection.execute_wrapper(full):
        assert browser.post(new(camp), DATA, headers=HERE).status_code == 302
    assert Pitch.objects.get().title == DATA["title"]
    assert "is on the board" in browser.get("/me/").content.decode()


def test_a_pitch_that_was_seen_is_only_read(browser, camp, ben):
    pitch = PitchFactory(camp=camp)
    browser.force_login(ben.user, backend=BACKEND)
    browser.get(pitch.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(pitch.get_absolute_url()).status_code == 200
    statements = [query["sql"] for query in queries]
    assert [sql for sql in statements if not sql.startswith("SELECT")] == []


def test_a_full_disk_for_uploads_is_told(browser, camp, olga, monkeypatch, settings):
    """What is uploaded lies in a file for a while."""
    browser.force_login(olga.user, backend=BACKEND)

    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10

    def full(*args: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", full)
    people = SimpleUploadedFile("people.csv", b"name\n" * 100)
    is_told(browser.post(f"/{camp.slug}/import/", {"people": people}), 507, "The disk of the server is full")


def of_driver(kind: type[Exception], driver: Exception) -> Exception:
    error = kind(str(driver))
    error.__cause__ = driver
    return error


@pytest.mark.parametrize(
    ("kind", "driver", "expected"),
    [
        (OperationalError, psycopg.OperationalError("connection refused"), outage.GONE),
        (InterfaceError, psycopg.InterfaceError("the connection is closed"), outage.GONE),
        (OperationalError, psycopg.errors.AdminShutdown(), outage.GONE),
        (OperationalError, psycopg.errors.CannotConnectNow(), outage.GONE),
        (OperationalError, psycopg.errors.TooManyConnections(), outage.BUSY),
        (OperationalError, psycopg.errors.DeadlockDetected(), outage.BUSY),
        (OperationalError, psycopg.errors.DiskFull(), outage.FULL),
        (InternalError, psycopg.errors.ReadOnlySqlTransaction(), outage.READ_ONLY),
        (IntegrityError, psycopg.errors.ForeignKeyViolation(), outage.CHANGED),
        (IntegrityError, psycopg.errors.UniqueViolation(), None),
        (ProgrammingError, psycopg.errors.UndefinedTable(), None),
        (OperationalError, sqlite3.OperationalError("no code"), outage.GONE),
    ],
)
def test_what_the_databases_say_is_understood(kind, driver, expected):
    assert outage.outage_of(of_driver(kind, driver)) is expected
    # Also by whoever says it in other words.
    assert outage.outage_of(of_driver(ValueError, of_driver(kind, driver))) is expected


@pytest.mark.parametrize(
    "error", [Pitch.DoesNotExist(), DatabaseError("Save with update_fields did not affect any rows.")]
)
def test_what_is_not_there_any_more_is_told_and_what_comes_of_looking_for_it_is_a_mistake(error):
    assert outage.outage_of(error) is outage.CHANGED
    assert outage.outage_of(of_driver(KeyError, error)) is None


def test_a_mistake_of_ours_is_no_outage(db):
    with pytest.raises((OperationalError, ProgrammingError)) as found, connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert outage.outage_of(found.value) is None
    assert outage.outage_of(ZeroDivisionError()) is None


def test_an_outage_is_one_line_in_the_log_and_no_traceback(browser, camp, caplog):
    with connection.execute_wrapper(gone), caplog.at_level(logging.INFO):
        browser.get(f"/{camp.slug}/pitches/")
    [line] = [record for record in caplog.records if record.name == "campgrid.outage"]
    assert line.getMessage() == "GET 503: the connection is lost"
    assert [record for record in caplog.records if record.name == "django.request"] == []


@pytest.mark.django_db(transaction=True)
def test_what_needs_a_row_that_somebody_deletes_at_this_moment_is_told_with_what_was_typed(
    browser, camp, ben, monkeypatch
):
    """Where no service says better what went (foreign key), it is no 500."""
    browser.force_login(ben.user, backend=BACKEND)
    slot = make_slot(camp, 10)
    real = Pitch.full_clean

    def later(self: Pitch, *args: object, **kwargs: object) -> None:
        real(self, *args, **kwargs)
        Slot.objects.filter(pk=slot.pk).delete()

    monkeypatch.setattr(Pitch, "full_clean", later)
    response = browser.post(new(camp), DATA | {"not_in": [slot.pk]}, headers=HERE)
    html = is_told(response, 409, "was deleted at this very moment")
    assert escape(DATA["about"]) in html
    assert not Pitch.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("roles", {"role": "helper"}), ("remove", {}), ("name", {"display_name": "Benny"}), ("host", {}), ("seen", {}),
        ("interest", {"level": "2"}),
    ],
)  # fmt: skip
def test_whoever_is_erased_at_this_moment_leaves_no_500(browser, camp, olga, ben, address, sent):
    """By themselves, in another window; whoever looked them up before finds nothing to change."""
    idea = PitchFactory(camp=camp, hosts=[])
    paths = {
        "roles": f"people/{ben.pk}/role/", "remove": f"people/{ben.pk}/remove/", "name": "name/", "seen": "pitches/seen/",
        "host": f"pitches/{idea.pk}/host/", "interest": f"pitches/{idea.pk}/interest/",
    }  # fmt: skip
    me = olga if address in ("roles", "remove") else ben
    browser.force_login(me.user, backend=BACKEND)
    path = f"/{camp.slug}/{paths[address]}"
    if address == "seen":
        sent = {"pitch": [idea.pk]}
    gone = []

    def at_the_first_write(execute, sql, params, many, context):
        if not gone and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            gone.append(True)
            erase_user(user=User.objects.get(pk=ben.user_id), with_texts=True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(at_the_first_write):
        response = browser.post(path, sent)
    assert gone
    assert response.status_code in (302, 404, 409, 422), response.status_code
    if response.status_code == 409:
        assert "was deleted at this very moment" in response.content.decode()
