"""A mail server that stumbles is tried again."""

from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outbox

from accounts import mail


def test_a_mail_server_that_comes_back_gets_the_mail(monkeypatch):
    answers = [SMTPServerDisconnected(), OSError(), None]
    waits = []
    send = mail.send_mail

    def stumbling(*arguments):
        answer = answers.pop(0)
        if answer:
            raise answer
        return send(*arguments)

    monkeypatch.setattr(mail, "send_mail", stumbling)
    monkeypatch.setattr(mail.time, "sleep", waits.append)
    mail.deliver.func("Subject", "Body", ["a@example.org"])
    assert [m.subject for m in outbox.outbox] == ["Subject"]
    assert waits == [2, 10]


def test_one_that_stays_away_is_told_to_whoever_runs_the_worker(monkeypatch):
    def gone(*arguments):
        raise OSError

    monkeypatch.setattr(mail, "send_mail", gone)
    monkeypatch.setattr(mail.time, "sleep", lambda seconds: None)
    with pytest.raises(OSError):  # noqa: PT011
        mail.deliver.func("Subject", "Body", ["a@example.org"])
