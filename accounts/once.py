"""The same thing sent twice is done once (idempotency key).

A form holds a key of one use. What it does and the row that says it was done are one transaction: the second of two
that arrive at once, be it at another process, waits at the unique key and gets the answer of the first. See ADR 10.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.signals import user_logged_out
from django.contrib.messages import constants
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from .clocks import on_the_clock
from .form_keys import (
    FIELD,
    INSTEAD_OF,
    SENDING,
    SENDS_AS_YOURS,
    TYPED_BY_ANOTHER,
    WAS,
    is_of_somebody_else,
    key_of,
    new_key,
)
from .left import state_of
from .limits import counted_whatever_happens
from .models import SentForm, User
from .shown import CODE_AT
from .signals import guest_claimed
from .told import said_in, say_again, tell_form_done
from .typed import typed_in

#: a double tap is answered without a word, a form found again in the browser's history with one
A_MOMENT = timedelta(minutes=1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
#: by which kind of row `Made` holds a text
NOTES = "notes.NoteRevision"
#: where `Made` says this, nothing is kept of who sent it
BY_NOBODY = "by nobody"
#: what a form that signs somebody in leaves in their session: the second answer leaves the same
OF_SIGN_IN = (CODE_AT, WAS)

Answer = TypeVar("Answer", HttpResponse, HttpResponse | None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content_key(request: HttpRequest) -> str:
    """A key belongs to one content: sent with other words, a form is done anew. What it made before, it changes then.

    A request is read once, whoever asks: its files may be large.
    """
    known: str | None = getattr(request, "content_key", None)
    if known is None:
        known = request.content_key = _content_key(request)  # type: ignore[attr-defined]
    return known


def _content_key(request: HttpRequest) -> str:
    found = hashlib.sha256(repr((key_of(request), request.get_full_path())).encode())
    for name, values in sorted(request.POST.lists()):
        if name not in ("csrfmiddlewaretoken", SENDING):
            found.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name if isinstance(file, UploadedFile) else "")).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()


def browser_of(request: HttpRequest) -> str:
    """Tells the browser of somebody who is not signed in: by its token against forged forms (CSRF)."""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return _digest(token) if token else ""


def done_once(*, request: HttpRequest, do: Callable[[], Answer]) -> Answer | HttpResponse:
    """What `do` answers; or, if this very form was done before, what it answered then.

    Only what leads on to another page is done. A form that was refused is shown again, and its key holds still; so
    does one whose refusal is told on the next page, and one that could not be done in this round, answered by None.
    """
    if not key_of(request):
        return do()
    if is_of_somebody_else(request):
        return _ask_whose(request)
    browser, before = browser_of(request), request.user.pk
    # Of a large file that takes a while, and nobody is to wait for it.
    key = content_key(request)
    with counted_whatever_happens(), transaction.atomic():
        sent, is_new = SentForm.objects.get_or_create(key=key, defaults={"form": _digest(key_of(request))})
        if is_new:
            response = do()
            if isinstance(response, HttpResponseRedirect) and not _is_refused(request):
                _write_down(request, response, sent, browser if request.user.pk != before else "")
            else:
                sent.delete()
            return response
    # A key of somebody else, found in a browser that was passed on, is none.
    return first_answer(request, sent, browser) or do()


def _ask_whose(request: HttpRequest) -> HttpResponse:
    """Nothing is done: one person's words do not go out under another one's name."""
    typed = typed_in(request)
    text = f"{TYPED_BY_ANOTHER} {SENDS_AS_YOURS}" if typed else TYPED_BY_ANOTHER
    context = {"title": _("Somebody else is signed in here now"), "text": text, "typed": typed}
    return render(request, "error.html", context, status=409)


def _write_down(request: HttpRequest, response: HttpResponseRedirect, sent: SentForm, browser: str) -> None:
    # What waits for the next page anyhow was said by another form.
    said = said_in(request)
    made: Made | None = getattr(request, "made", None)
    sent.user = request.user if isinstance(request.user, User) and not (made and made.is_by_nobody) else None
    sent.browser, sent.goes_to, sent.done_at = browser, response.url, timezone.now()
    if browser:
        sent.signed_in_with = {name: request.session[name] for name in OF_SIGN_IN if name in request.session}
    if made:
        sent.made = list(made._replace(left=state_of(made.what, made.row, made.typed) if made.has_row else ""))
    sent.said = [[message.level, str(message.message), message.extra_tags or ""] for message in said]
    sent.save()
    # Sent again after other words were sent from the same page, it is meant anew.
    SentForm.objects.filter(form=sent.form).exclude(pk=sent.pk).delete()
    tell_form_done(request)


def _is_refused(request: HttpRequest) -> bool:
    return any(message.level >= constants.ERROR for message in said_in(request))


class Made(NamedTuple):
    """What a page made, or changed."""

    #: which table its row is in
    what: str
    row: int
    #: what was typed then: where it does not stand any more somebody else changed it
    typed: str
    #: the page on which it was typed, by what it showed; nothing, where it was one for something new
    on: str = ""
    #: what hangs on the row and is no field that can be merged, as it was left
    beside: str = ""
    #: a mark of the row as it was left (`accounts.left`); nothing, where that is not asked
    left: str = ""

    @property
    def has_row(self) -> bool:
        """Not notes: there `row` is a revision, or none, and what was saved stays among the earlier versions."""
        return bool(self.row and self.typed)

    @property
    def is_by_nobody(self) -> bool:
        return self.on == BY_NOBODY


def note_made(request: HttpRequest, made: Made) -> None:
    """Other words from the same page change this, as its own: the answer was lost, or "Back" was pressed."""
    request.made = made  # type: ignore[attr-defined]


def note_left(request: HttpRequest, row: Model, *columns: str, by_nobody: bool = False) -> None:
    """Sent again, the first answer is given as long as these columns of the row are as they were left. Of what is done
    `by_nobody` it is not kept who sent it: to whom it is answered, the key tells, which stands on their page alone.
    """
    on = BY_NOBODY if by_nobody else ""
    note_made(request, Made(row._meta.label, row.pk, " ".join(f"{column}=" for column in columns), on))


def made_from_here(request: HttpRequest, what: str) -> Made | None:
    """What this page made, or changed, when the same person sent it before with other words; of that kind alone."""
    if not key_of(request) or not request.user.is_authenticated:
        return None
    sent = SentForm.objects.filter(form=_digest(key_of(request)), user=request.user).exclude(made=[])
    found = sent.values_list("made", flat=True).first()
    return Made(*found) if found and found[0] == what else None


def signed_in_from_here(request: HttpRequest) -> User | None:
    """Whom this page signed in when it was sent before, with other words, by this very browser: the answer was lost."""
    browser = browser_of(request)
    if request.user.is_authenticated or not key_of(request) or not browser:
        return None
    sent = SentForm.objects.filter(form=_digest(key_of(request)), browser=browser).select_related("user").first()
    return sent.user if sent and sent.user and sent.user.is_active else None


def first_answer(request: HttpRequest, sent: SentForm, browser: str) -> HttpResponse | None:
    """What whoever sent it was answered first. None for everybody else."""
    if sent.user_id != request.user.pk and not (sent.made and Made(*sent.made).is_by_nobody):
        # The first answer signed them in, and did not reach them.
        is_theirs = bool(sent.browser) and secrets.compare_digest(sent.browser, browser)
        if request.user.is_authenticated or not is_theirs or not sent.user or not sent.user.is_active:
            return None
        login(request, sent.user, backend=BACKEND)
        request.session.update(sent.signed_in_with)
    left, is_late = _left_by(sent), timezone.now() - sent.done_at > A_MOMENT
    if left and left.left != state_of(left.what, left.row, left.typed):
        return _say_what_changed(request)
    # Where no row tells whether it is still so, it is said that it was done, and no more.
    for level, text, tags in sent.said if left or not is_late else ():
        say_again(request, level, text, tags)
    if is_late:
        messages.info(request, _sent_before(request, sent.done_at))
    tell_form_done(request)
    return HttpResponseRedirect(sent.goes_to)


def _left_by(sent: SentForm) -> Made | None:
    made = Made(*sent.made) if sent.made else None
    return made if made and made.left else None


def _say_what_changed(request: HttpRequest) -> HttpResponse:
    """What the first answer said is not so any more. What was typed can be sent anew, as another form."""
    text = _("This was saved before; it was changed, or taken away, since.")
    typed = typed_in(request)
    if typed:
        others = [(name, value) for name, value in typed.fields if name not in (FIELD, INSTEAD_OF, SENDING)]
        key = new_key(getattr(request.user, "mark", ""))
        typed = replace(typed, fields=[*others, (FIELD, key), (INSTEAD_OF, key_of(request))])
        text += " " + _("“Send it now” saves what you typed once more.")
    else:
        text += " " + _("To do it again, open the page anew.")
    context = {"title": _("Not as you left it"), "text": text, "typed": typed}
    return render(request, "error.html", context, status=409)


def _sent_before(request: HttpRequest, moment: datetime) -> str:
    """By the clock of the camp; outside of camps nobody's clock is known."""
    camp = getattr(request, "camp", None)
    if camp is None:
        text = _("This was sent %(time)s ago already, and done once. To do it again, open the page anew.")
        return text % {"time": timesince(moment, depth=1)}
    local, now = timezone.localtime(moment, camp.tz), timezone.localtime(timezone=camp.tz)
    if local.date() != now.date():
        text = _("This was sent on %(day)s at %(when)s already, and done once. To do it again, open the page anew.")
        return text % {"day": date_format(local, "D j M Y"), "when": on_the_clock(local)}
    text = _("This was sent at %(when)s already, and done once. To do it again, open the page anew.")
    return text % {"when": on_the_clock(local)}


def answered_before(request: HttpRequest, browser: str = "") -> HttpResponse | None:
    """The first answer to a form that may not be done now; nothing is done."""
    sent = SentForm.objects.filter(key=content_key(request)).first() if key_of(request) else None
    return first_answer(request, sent, browser) if sent else None


@receiver(guest_claimed)
def _carry_over(sender: object, guest: User, account: User, **kwargs: object) -> None:
    """What the guest sent is done once still when the account sends it again; no form signs anybody in by that."""
    guest.sent_forms.update(user=account, browser="")


@receiver(user_logged_out)
def _forget_browsers(sender: object, request: HttpRequest | None, user: User | None, **kwargs: object) -> None:
    """Whoever signed out is let in again by no form that is left in the browser's history."""
    if request is not None:
        request.has_left = True  # type: ignore[attr-defined]
    # Erased with all their rows, they have no id any more.
    if user is not None and user.pk is not None:
        SentForm.objects.filter(user=user).exclude(browser="").update(browser="")


def forget_answers() -> int:
    """Of forms sent a while ago neither what was said stays nor what was typed into notes, and none signs anybody in;
    of how many.
    """
    old = SentForm.objects.filter(done_at__lt=timezone.now() - SentForm.ANSWER_FOR)
    count = old.exclude(said=[], browser="").update(said=[], browser="", signed_in_with={})
    # All else that was typed is in it as a mark.
    return count + old.filter(made__0=NOTES).update(made=[])
