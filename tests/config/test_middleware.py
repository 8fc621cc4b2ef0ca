"""How one is asked how one is, what is written down about requests, and what is not even read."""

from __future__ import annotations

import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client

from config import environment
from config.middleware import log_requests
from tests.factories import AttendeeFactory


@pytest.mark.parametrize(("path", "says"), [("live", "live\n"), ("ready", "ready\n"), ("live/", "live\n")])
def test_health_is_told_under_any_name_and_without_tls(settings, db, path, says):
    settings.ALLOWED_HOSTS = ["camp.example"]
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(f"/health/{path}", headers={"Host": "10.0.0.7:8000"})
    assert (response.status_code, response.content.decode()) == (200, says)
    assert response["Cache-Control"] == "no-store"
    # Other pages still ask for both.
    assert Client().get("/", headers={"Host": "10.0.0.7"}).status_code == 400
    assert Client().get("/", headers={"Host": "camp.example"}).status_code == 301


def test_without_its_database_a_process_lives_and_is_not_ready(db):
    def gone(*args):
        raise DatabaseError

    with connection.execute_wrapper(gone):
        assert Client().get("/health/live").status_code == 200
        response = Client().get("/health/ready")
    assert response.status_code == 503
    assert "database does not answer" in response.content.decode()
    assert Client().post("/health/ready").status_code == 405


def lines(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "campgrid.requests"]


def test_each_request_is_a_line_without_what_is_secret_in_it(caplog, camp):
    key = AttendeeFactory(camp=camp).calendar_key
    client = Client()
    with caplog.at_level(logging.INFO, "campgrid.requests"):
        client.get(f"/{camp.slug}/pitches/?q=my+secret+wish")
        client.get(f"/{camp.slug}/my/{key}.ics")
        client.get(f"/j/{camp.code}/")
        client.get("/nothing-he%0Are/")
        client.get("/health/live")
    [board, calendar, code, nothing] = [line.rsplit(" ", 2)[0] for line in lines(caplog)]
    assert board == "GET /lakeside-2030/pitches/ 200"
    assert calendar == "GET /lakeside-2030/my/*.ics 200"
    assert code == "GET /j/*/ 200"
    assert nothing == "GET /nothing-he%0Are/ 404"


def test_a_key_without_its_final_slash_is_not_written_down_either(caplog, camp):
    client = Client()
    with caplog.at_level(logging.INFO, "campgrid.requests"):
        client.get(f"/{camp.slug}/invitations/a-secret-key")
        client.post(f"/{camp.slug}/invitations/a-secret-key/more")
        client.get(f"/j/{camp.code}")
        client.get("/nothing")
    assert [line.rsplit(" ", 2)[0] for line in lines(caplog)] == [
        "GET /lakeside-2030/*/* 301",
        "POST /lakeside-2030/*/*/* 404",
        "GET /j/* 301",
        "GET /nothing 301",
    ]


@pytest.mark.parametrize("name", ["django.request", "django.security.csrf"])
def test_no_logger_of_django_writes_refused_addresses_down_once_more(name):
    level = environment.logging_to_console("INFO")["loggers"][name]["level"]
    assert logging.getLevelNamesMapping()[level] > logging.WARNING


def test_each_line_of_the_log_says_when():
    form = environment.logging_to_console("INFO")["formatters"]["line"]
    record = logging.makeLogRecord({"name": "campgrid.requests", "levelname": "INFO", "msg": "GET / 200", "created": 0})
    line = logging.Formatter(form["format"], form["datefmt"]).format(record)
    assert line == "1970-01-01T00:00:00Z INFO campgrid.requests: GET / 200"


def test_what_is_larger_than_any_form_is_not_read(sign_in, camp, olga):
    client = sign_in(olga)
    file = SimpleUploadedFile("rooms.csv", b"name,capacity\n")
    response = client.post(f"/{camp.slug}/import/", {"rooms": file}, CONTENT_LENGTH="15000001")
    assert response.status_code == 413
    assert "15 MB" in response.content.decode()
    assert not camp.uploads.exists()


@pytest.mark.parametrize(
    ("length", "status"),
    [("²", 400), ("-1", 400), ("٣", 400), ("x", 400), ("1_000", 400), ("", 200), ("7", 200), ("9" * 5_000, 413)],
)
def test_a_length_that_is_no_number_is_no_fault_of_ours(client, db, length, status):
    assert client.options("/", headers={"Content-Length": length}).status_code == status
    # The page that says so does not read it either.
    if status == 400:
        assert client.post("/new/", {"name": "x"}, headers={"Content-Length": length}).status_code == status


def test_a_form_of_very_many_fields_is_refused_with_a_sentence(sign_in, camp, olga):
    many = {f"field-{number}": "x" for number in range(1_001)}
    response = sign_in(olga).post(f"/{camp.slug}/rooms/", many | {"name": "Attic", "capacity": 5})
    assert response.status_code == 400
    assert "too many fields" in response.content.decode()
    assert not camp.rooms.exists()


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data; boundary=", "multipart/form-data",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/{camp}/pitches/new/", "/new/", "/accounts/login/code/", "/{camp}/join/"])
def test_a_body_that_cannot_be_read_is_refused_in_a_sentence(sign_in, camp, ben, kind, path):
    """The page that says so has forms, which ask for the body again: that was an answer of 500."""
    client = sign_in(ben)
    client.raise_request_exception = False
    response = client.generic("POST", path.format(camp=camp.slug), b"a=b", kind)
    assert response.status_code == 400
    assert "Not understood" in response.content.decode()


def test_head_is_answered_with_the_length_of_a_body_and_none(rf):
    answer = log_requests(lambda request: HttpResponse("Ducks"))
    told = {method: answer(rf.generic(method, "/")) for method in ("GET", "HEAD")}
    assert (told["GET"].content, told["HEAD"].content) == (b"Ducks", b"")
    assert told["HEAD"].headers["Content-Length"] == "5"
