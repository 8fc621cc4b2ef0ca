"""What others did with somebody's place is told to them: on each page of the camp until they have read it, and by mail.

So nobody is made a host, marked as away or given a role without their knowing, and no session of theirs moves. Of who
did it nothing is kept: names are looked up, never copied.

Each thing told is how something stands now (a session's place, a role), so what waits unread about it gives way to what
is told next. A worker mails what waits, in one mail: what was read meanwhile, gave way or is over is mailed to nobody.
What was neither read nor mailed is never dropped, but counted where it is too much to keep.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django_tasks import task

from accounts.http import mailed_address
from accounts.limits import Limit, count_one
from accounts.mail import BEHIND, QUEUE, send_later
from accounts.waiting import enqueue_once, is_under_way

from .models import Attendee, Camp, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .models.attendee import AttendeeQuerySet

HOST, NO_HOST, WITHDRAWN, RETURNED = "host", "no_host", "withdrawn", "returned"
AWAY, BACK, ROLE = "away", "back", "role"
MOVED, ENDS, OFF_GRID, ON_GRID = "moved", "ends", "off_grid", "on_grid"
ROOM_CLOSED, ROOM_OPEN = "room_closed", "room_open"
TOLD = "told"
CALLED, COMING, CANNOT, COULD_LEAD = "called", "coming", "cannot", "could_lead"
SENTENCES: dict[str, Promise] = {
    HOST: _lazy("You are a host of “%(title)s” now."),
    NO_HOST: _lazy("You are no host of “%(title)s” any more."),
    WITHDRAWN: _lazy("“%(title)s”, which you host, was withdrawn."),
    RETURNED: _lazy("“%(title)s”, which you host, is on the board again."),
    AWAY: _lazy("An organiser wrote down that you are not there: %(when)s."),
    BACK: _lazy("An organiser wrote down that you are there again, all day."),
    ROLE: _lazy("Your role in this camp is another one now: %(role)s."),
    MOVED: _lazy("“%(title)s”, which you host, moved from %(before)s to %(place)s."),
    ENDS: _lazy("“%(title)s”, which you host, ends at %(end)s now: %(place)s."),
    OFF_GRID: _lazy("“%(title)s”, which you host, is off the grid. It was to be here: %(place)s."),
    ON_GRID: _lazy("“%(title)s”, which you host, is on the grid again: %(place)s."),
    TOLD: _lazy("Somebody told you that something is wrong. Only you can read it."),
    CALLED: _lazy("You are missed at “%(title)s”, which you host: %(place)s. Say whether you come."),
    COMING: _lazy("A host of “%(title)s”, whom you called, is on the way."),
    CANNOT: _lazy("A host of “%(title)s”, whom you called, cannot come."),
    COULD_LEAD: _lazy("Somebody could lead “%(title)s”, whose host you called."),
    ROOM_CLOSED: _lazy("The room of “%(title)s”, which you host, is closed: %(place)s. You are told of its new place."),
    ROOM_OPEN: _lazy("The room of “%(title)s”, which you host, is open again: %(place)s."),
}
#: what those kinds are about that are about no session
ABOUT = {
    HOST: "pitch",
    NO_HOST: "pitch",
    WITHDRAWN: "pitch",
    RETURNED: "pitch",
    AWAY: "away",
    BACK: "away",
    ROLE: "role",
    TOLD: "told",
    CALLED: "called",
    COMING: "answer",
    CANNOT: "answer",
    COULD_LEAD: "offer",
}
#: stands for what was told before and was too much to keep
MORE = "more"
#: older ones are dropped once they were mailed, and counted if they were not
MOST = 50
#: on a page at a time; the next ones follow when these are read
SHOWN = 10
#: of all camps together. A day is moved every few minutes while it runs: what is above the limit waits for as long, and
#: comes in one mail
MAILED_TO_ONE_ADDRESS = Limit("news-mail-address", 6, timedelta(minutes=15))
#: seconds after which what is told is mailed, whatever may follow
LONGEST_WAIT = 600
#: people in one task: in between goes the mail that somebody waits for
AT_ONCE = 20
#: people in one statement
IN_ONE_STATEMENT = 100

Item = dict[str, Any]


def tell(
    *,
    people: Iterable[Attendee],
    kind: str,
    by: Attendee | None,
    address: str = "",
    ends_at: datetime | None = None,
    **facts: str,
) -> None:
    """Each of these but whoever did it, if they are in the camp, reads it on their next page; those with an address get
    a mail, too.

    What waits unread as it is told once: done and undone ten times it is one sentence. Beyond a few mails in a quarter
    of an hour what is told waits, and is mailed together.
    """
    item = news_item(kind=kind, address=address, session=None, ends_at=ends_at, **facts)
    tell_each(told={person.pk: [item] for person in people}, by=by)


def is_mailed(*, person: Attendee, by: Attendee | None) -> bool:
    """Whether what is told the person now goes by mail, too, as far as it is of use by then."""
    return person != by and _mailed(Attendee.objects.filter(pk=person.pk)).exists()


def news_item(
    *, kind: str, address: str = "", session: int | None = None, ends_at: datetime | None = None, **facts: str
) -> Item:
    """One thing to be told, of the page at that address; with `session` it is about the place of that one. From
    `ends_at` on it is of no use, and is mailed no more. Facts that are more than words: `stood` and `stands`, its place
    in words and its end before and after, by which a mail tells several moves as one; `waits`, for how many seconds a
    mail waits for the next one; `why`, which is told after it; `of`, the page of the pitch whose text it quotes.
    """
    item: Item = {"kind": kind, "address": address, **facts}
    if session is not None:
        item["session"] = session
    if ends_at is not None:
        item["ends_at"] = ends_at.isoformat()
    return item


@transaction.atomic
def tell_each(*, told: Mapping[int, Iterable[Item]], by: Attendee | None) -> None:
    """As `tell`; to each person, by the attendee's id, what is theirs. The same few queries for any number."""
    ids = told.keys() - {by.pk if by else None}
    if not ids:
        return
    # Two things told at once are both told (row lock). Who was removed, or waits for a place, is still a host.
    rows = _held().present().exclude(user=None).order_by("pk")
    changed = [person for person in rows.filter(pk__in=ids) if _is_told(person, told[person.pk])]
    Attendee.objects.bulk_update(changed, ["news", "news_due_from"], batch_size=IN_ONE_STATEMENT)
    for camp_id in sorted({person.camp_id for person in changed}):
        enqueue_once(mail_news, camp_id)


def _held() -> AttendeeQuerySet:
    """Nobody else changes what waits for these people until the transaction ends (row lock)."""
    # No key changes: rows that point at the person, a tap of interest say, need not wait for this one.
    return Attendee.objects.select_for_update(of=("self",), no_key=True)


def _is_told(person: Attendee, items: Iterable[Item]) -> bool:
    """Whether any of it is new to them; it waits then, and is to be mailed."""
    last = {_about(item): _said(item) for item in person.news}
    new = [item for item in items if last.get(_about(item)) != _said(item)]
    if not new:
        return False
    new = [_with_first(item, person) for item in new]
    known = max(map(number_of, person.news), default=0)
    person.news = with_new(person.news, new, due_from=person.news_due_from)
    if person.news_due_from is None:
        person.news_due_from = min(number for item in person.news if (number := number_of(item)) > known)
    return True


def _with_first(item: Item, person: Attendee) -> Item:
    """With where it stood before what is not mailed yet: a mail tells several moves as one."""
    if person.news_due_from is None or "stands" not in item:
        return item
    for known in person.news:
        if _about(known) == _about(item) and "stands" in known and number_of(known) >= person.news_due_from:
            return {**item, "first": known.get("first", known["stood"])}
    return item


def with_new(waiting: Iterable[Item], new: Iterable[Item], *, due_from: int | None) -> list[Item]:
    """What waits, and after it what is new, under a number that rises and is no earlier one's: by it it is heard.

    Positions in the list would not tell: the oldest are dropped, what was erased goes, and what is told anew of a thing
    stands for what was told of it before. What has a number below `due_from` was mailed; None: all that waits.
    """
    waiting, newest = list(waiting), {_about(item): item for item in new}
    # By the clock, so that it rises also where nothing waits any more.
    first = max(time.time_ns() // 1000, 1 + max(map(number_of, waiting), default=0))
    # Whoever hosts it no more, or whose session is none any more, is told nothing more of its place.
    over = {item["address"] for item in newest.values() if item["kind"] in (NO_HOST, WITHDRAWN)}
    stays = [item for item in waiting if _about(item) not in newest]
    stays = [item for item in stays if "session" not in item or item["address"] not in over]
    fresh = [{**item, "number": first + nth} for nth, item in enumerate(newest.values())]
    return _cut([*stays, *fresh], due_from=first if due_from is None else due_from)


def _cut(items: list[Item], *, due_from: int) -> list[Item]:
    """Without the oldest that were mailed; of what nobody was mailed yet those beyond a number are counted."""
    mailed = [item for item in items if number_of(item) < due_from]
    unmailed = [item for item in items if number_of(item) >= due_from]
    room = max(0, MOST - len(unmailed))
    if over := unmailed[:-MOST]:
        # It is read, and mailed, with the last that it stands for.
        counted = {"kind": MORE, "address": "", "count": count_of(over), "number": number_of(over[-1])}
        unmailed = [counted, *unmailed[-MOST:]]
    return [*mailed[max(0, len(mailed) - room) :], *unmailed]


def join_news(*, into: Attendee, other: Attendee) -> None:
    """What waits for two places that become one, to be saved; of what both were told the later stays."""
    last = {_about(item): number_of(item) for item in into.news}
    if into.news_due_from is None and other.news_due_from is not None:
        # Rather mailed twice than never.
        into.news_due_from = max(last.values(), default=0) + 1
    new = [item for item in other.news if number_of(item) > last.get(_about(item), -1)]
    into.news = with_new(into.news, new, due_from=into.news_due_from)


def count_of(items: Iterable[Item]) -> int:
    """How many things were told; of those that were too many to keep, too."""
    return sum(item.get("count", 1) for item in items)


def number_of(item: Mapping[str, Any]) -> int:
    """0 for what was told by an earlier release, and so before everything else."""
    return int(item.get("number", 0))


def _about(item: Mapping[str, Any]) -> tuple[str, object]:
    """What it is about: of a session all that is told names its place."""
    if "session" in item:
        return "session", item["session"]
    if item["kind"] == MORE:
        # What was counted gives way to nothing.
        return MORE, number_of(item)
    return ABOUT.get(item["kind"], item["kind"]), item["address"]


def _said(item: Mapping[str, Any]) -> Item:
    return {name: fact for name, fact in item.items() if name not in ("number", "first", "waits")}


# -- by mail ---------------------------------------------------------------------------------------------


@task(queue_name=QUEUE, priority=BEHIND)
def mail_news(camp_id: int, after: int = 0) -> None:
    """Whoever is in the camp was mailed what waits for them; `after` is the last attendee that was looked at."""
    due = _due(Attendee.objects.filter(camp=camp_id, pk__gt=after))
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        mail_person_news(attendee_id=pk)
    if len(ids) == AT_ONCE:
        mail_news.enqueue(camp_id, ids[-1])


def _due(people: AttendeeQuerySet) -> AttendeeQuerySet:
    """Those for whom something waits that is to be mailed; for guests until they read it or have an address."""
    return _mailed(people).filter(news_due_from__isnull=False)


def _mailed(people: AttendeeQuerySet) -> AttendeeQuerySet:
    """Those to whom news are mailed; of a practice copy nothing is."""
    return people.present().filter(
        user__email__isnull=False, camp__archived_at__isnull=True, camp__practice_of__isnull=True
    )


@transaction.atomic
def mail_person_news(*, attendee_id: int) -> None:
    """All that waits for the person, was not mailed yet and is not over, is, in one mail; or later, if they got too
    many.
    """
    person = _due(_held().select_related("user", "camp")).filter(pk=attendee_id).first()
    if person is None or person.user is None or person.news_due_from is None:
        return
    items = [item for item in person.news if number_of(item) >= person.news_due_from and not _is_over(item)]
    if _more_may_follow(items, person.news_due_from):
        return
    items = [told for item in items if (told := _as_mailed(item)) is not None]
    address = person.user.email
    if items and address:
        # What is refused counts, too, and puts nothing off: a new count begins when the first of it is long enough ago.
        if not count_one(limit=MAILED_TO_ONE_ADDRESS, who=address):
            return
        send_later(
            subject=_("News from %(camp)s") % {"camp": person.camp},
            body=_body(person.camp, items),
            to=[address],
            is_behind=True,
        )
    person.news_due_from = None
    person.save(update_fields=["news_due_from"])


def _more_may_follow(items: Iterable[Item], due_from: int) -> bool:
    """Whether one of these was told just now, and waits (`waits`, in seconds) for what may be told of it next; none
    waits longer than a few minutes.
    """
    now = time.time_ns() // 1000
    if now - due_from > LONGEST_WAIT * 1_000_000:
        return False
    return any(now - number_of(item) < item.get("waits", 0) * 1_000_000 for item in items)


def _as_mailed(item: Item) -> Item | None:
    """What became of it since the last mail, as one move; None: it is where it was."""
    if "first" not in item:
        return item
    first, stands = item["first"], item["stands"]
    if first == stands:
        return None
    if stands is None:
        return {**item, "kind": OFF_GRID, "place": first[0]}
    now = {**item, "place": stands[0], "end": stands[1]}
    if first is None:
        return {**now, "kind": ON_GRID}
    if first[0] == stands[0]:
        return {**now, "kind": ENDS}
    return {**now, "kind": MOVED, "before": first[0]}


def _is_over(item: Item) -> bool:
    return "ends_at" in item and datetime.fromisoformat(item["ends_at"]) <= timezone.now()


def _body(camp: Camp, items: Iterable[Item]) -> str:
    """Each sentence, and the page that it is about; then how many more there were."""
    items, home = list(items), camp.get_absolute_url()
    said = [(sentence(item), _address_in_mail(item, home)) for item in items if item["kind"] != MORE]
    if more := count_of(items) - len(said):
        said.append((more_in_words(more), settings.SITE_URL + home))
    return "\n\n\n".join(f"{words}\n\n{page}" for words, page in said) + "\n"


def _address_in_mail(item: Item, home: str) -> str:
    page = item["address"] or home
    return mailed_address(page) if item["kind"] == TOLD else settings.SITE_URL + page


def mail_waiting_news() -> None:
    """A worker mails what was held back because somebody had got too many mails, once that is over."""
    due = _due(Attendee.objects.all())
    for camp_id in due.order_by("camp").values_list("camp", flat=True).distinct():
        # Where a worker is at it what it leaves is found by the next look.
        if not is_under_way(mail_news, camp_id):
            mail_news.enqueue(camp_id)


@transaction.atomic(savepoint=False)
def mail_no_news(*, camp: Camp) -> None:
    """What was told in the camp until now and waits to be mailed is mailed no more; pages tell it still."""
    camp.attendees.filter(news_due_from__isnull=False).update(news_due_from=None)


# -- read ------------------------------------------------------------------------------------------------


def sentence(item: Item) -> str:
    """What was told, in the language of whoever reads it."""
    facts = dict(item)
    if item["kind"] == ROLE:
        facts["role"] = str(Role(item["role"]).label)
    told = str(SENTENCES[item["kind"]]) % facts
    return f"{told} {_('Why: %(line)s') % {'line': item['why']}}" if item.get("why") else told


def is_asking(item: Item) -> bool:
    """Whether it is told on each page until it is answered there: "Got it" is no answer. Not of what is over."""
    return item["kind"] == CALLED and not _is_over(item)


def more_in_words(count: int) -> str:
    """Beside what is told: that there is more."""
    return ngettext("And %(count)s more.", "And %(count)s more.", count) % {"count": count}


class NewsPage(NamedTuple):
    """What a page tells at a time: the newest, and how many more there are. `first` and `seen` say what is read, `asks`
    what waits for an answer.
    """

    items: list[Item]
    more: str
    first: int
    seen: int
    asks: list[Item]

    @property
    def only_asks(self) -> bool:
        """Whether nothing is told that could be put away."""
        return len(self.asks) == len(self.items) and not self.more


def news_page(news: list[Item]) -> NewsPage:
    """The newest of it; with the last of them goes what was too much to keep."""
    kept = [item for item in news if item["kind"] != MORE]
    items = kept[-SHOWN:]
    more = count_of(news) - len(items)
    first = number_of(items[0]) if len(kept) > SHOWN else 0
    asks = [item for item in items if is_asking(item)]
    return NewsPage(items, more_in_words(more) if more else "", first, max(map(number_of, news), default=0), asks)


@transaction.atomic
def hear(*, attendee: Attendee, seen: int, first: int = 0) -> None:
    """What has a number from `first` up to `seen` is read; what came since the page was made, and what asks for an
    answer, waits on.
    """
    row, asks = _held().get(pk=attendee.pk), not attendee.camp.is_archived
    row.news = [item for item in row.news if (asks and is_asking(item)) or not first <= number_of(item) <= seen]
    row.save(update_fields=["news"])


@transaction.atomic
def take_news_back(*, people: Iterable[int], kind: str, address: str) -> None:
    """What these (ids) were told of that kind, of the page at that address, waits for them no more: it is not so any
    more, or was answered.
    """
    told = []
    for person in _held().filter(pk__in=set(people)).exclude(news=[]).order_by("pk"):
        stays = [item for item in person.news if (item["kind"], item["address"]) != (kind, address)]
        if stays != person.news:
            person.news = stays
            told.append(person)
    Attendee.objects.bulk_update(told, ["news"], batch_size=IN_ONE_STATEMENT)


@transaction.atomic
def forget_news(*, camp: Camp, address: str) -> None:
    """What is told of the thing at that address is told to nobody any more: its text was erased."""
    told = []
    for person in _held().filter(camp=camp).exclude(news=[]).order_by("pk"):
        stays = [item for item in person.news if address not in (item["address"], item.get("of"))]
        if stays != person.news:
            person.news = stays
            told.append(person)
    Attendee.objects.bulk_update(told, ["news"], batch_size=IN_ONE_STATEMENT)
