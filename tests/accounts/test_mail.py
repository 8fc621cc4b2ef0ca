"""Mail that fails is put off and told, never waited for; what was refused for good is not tried again."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from accounts.models import MailFailure
from schedule.models import GridBuild

from ..factories import UserFactory, make_organiser


class MailServer(socketserver.ThreadingTCPServer):
    """Answers RCPT by what `answers` has for the name before the @, once each; else takes the mail."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answers: dict[str, list[str]] = {}
        self.taken: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 here")
        name = ""
        for line in self.rfile:
            word = line.strip().upper()
            if word.startswith(b"RCPT"):
                name = line.decode().partition("<")[2].partition("@")[0]
                answers = self.server.answers.get(name, [])
                self.say(answers.pop(0) if answers else "250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                while self.rfile.readline().strip() != b".":
                    pass
                self.server.taken.append(name)
                self.say("250 ok")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def _queued(settings, transactional_db) -> None:
    """What is put into the queue waits there, as it does for people."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work() -> None:
    call_command("work", "--queue", "mail", "--batch")


def tomorrow() -> None:
    """What was put off is due."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now() - timedelta(seconds=1))


def send(*names: str) -> None:
    for name in names:
        mail.send_later(subject="Your code: 314159", body="Type 314159.", to=[f"{name}@example.org"])


@pytest.mark.usefixtures("_queued")
def test_one_whose_mailbox_is_full_for_now_delays_nobody(server, caplog):
    server.answers["anna"] = ["450 mailbox full for now"]
    send("anna", "ben", "cleo")

    work()

    assert server.taken == ["ben", "cleo"]
    [failure] = MailFailure.objects.all()
    assert (failure.to, failure.tries) == ("anna@example.org", 1)
    assert "mailbox full" in failure.error
    assert failure.next_try_at > timezone.now()
    [line] = [record.getMessage() for record in caplog.records if record.name == "accounts.mail"]
    assert "anna@example.org" in line
    assert "mailbox full" in line

    tomorrow()
    work()

    assert server.taken == ["ben", "cleo", "anna"]
    assert not MailFailure.objects.exists()


@pytest.mark.usefixtures("_queued")
def test_an_address_that_is_refused_for_good_is_not_tried_again(server, caplog):
    server.answers["nobody"] = ["550 no such mailbox"]
    send("nobody")
    work()
    tomorrow()
    work()
    assert server.taken == []
    [failure] = MailFailure.objects.all()
    assert (failure.tries, failure.next_try_at) == (1, None)
    assert "given up" in caplog.text
    # Of what was in the mail, nothing is told: it may be a code.
    assert "314159" not in caplog.text + failure.error


@pytest.mark.usefixtures("_queued")
def test_a_mail_server_that_stays_away_is_told_and_the_mail_given_up_in_the_end(server, caplog):
    server.answers["anna"] = ["421 closing"] * 20
    send("anna")
    waits = []
    for _ in range(len(mail.WAITS) + 1):
        work()
        failure = MailFailure.objects.get()
        waits.append(failure.next_try_at and failure.next_try_at - failure.failed_at)
        tomorrow()
    assert waits == [*mail.WAITS, None]
    assert len([r for r in caplog.records if r.name == "accounts.mail"]) == len(waits)
    assert not DBTaskResult.objects.ready().exists()


@pytest.mark.usefixtures("_queued")
def test_what_is_tried_again_comes_behind_fresh_mail(server):
    server.answers["anna"] = ["450 not now"]
    send("anna")
    work()
    send("ben")
    DBTaskResult.objects.filter(status="READY", priority__lt=0).update(run_after=timezone.now() - timedelta(days=1))
    work()
    assert server.taken == ["ben", "anna"]


@pytest.mark.usefixtures("_queued")
def test_a_code_does_not_wait_for_a_build(server, camp):
    """Whoever works on mail never takes a build, be it the older task."""
    from schedule.build import run

    build = run.start_build(camp=camp, seconds=60)
    send("anna")
    work()
    assert server.taken == ["anna"]
    build.refresh_from_db()
    assert build.state == GridBuild.State.WAITING
    assert list(DBTaskResult.objects.ready().values_list("queue_name", flat=True)) == ["default"]


@pytest.mark.parametrize(
    ("error", "is_final"),
    [
        (mail.SMTPRecipientsRefused({"a@example.org": (550, b"no such")}), True),
        (mail.SMTPRecipientsRefused({"a@example.org": (451, b"later")}), False),
        (mail.SMTPDataError(554, b"spam"), True),
        (mail.SMTPDataError(452, b"full"), False),
        (mail.SMTPSenderRefused(553, b"not you", "x"), True),
        (mail.SMTPSenderRefused(530, b"log in first", "x"), False),
        (TimeoutError(), False),
        (ConnectionRefusedError(), False),
        (ValueError("a header with a line break"), True),
    ],
)
def test_what_is_refused_for_good(error, is_final):
    assert mail.is_refused_for_good(error) is is_final


def test_a_mail_server_that_says_nothing_is_left_after_a_while(settings):
    assert 0 < settings.EMAIL_TIMEOUT <= 15


def test_each_of_several_gets_a_mail_of_their_own(db):
    mail.send_later(subject="Hello", body="Text", to=["a@example.org", "b@example.org"])
    assert [message.to for message in outbox.outbox] == [["a@example.org"], ["b@example.org"]]


def test_the_operator_reads_what_failed(db, client, camp):
    MailFailure.objects.create(to="anna@example.org", error="550 no such mailbox", tries=1, failed_at=timezone.now())
    address = "/admin/accounts/mailfailure/"
    client.force_login(
        UserFactory(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert "550 no such mailbox" in client.get(address).content.decode()
    client.force_login(make_organiser(camp).user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 302
