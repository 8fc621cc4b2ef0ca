"""Pages that cost little: a browser that has the page already is told so, and what all see is rendered once.

Both go by stamps: an ETag is made of the numbers of the parts that a page shows and of what is one's own on it; a kept
fragment has those numbers in its key. Nothing is ever thrown out of the cache because something changed: what changed
has another key, and the old one is never asked for again.
"""

from __future__ import annotations

import hashlib
import html
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakValueDictionary

from django.apps import apps
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache import cache as store
from django.core.cache.backends.locmem import LocMemCache
from django.dispatch import Signal
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition

from . import stamps
from .beside import beside_pages
from .live import add_token
from .models import Attendee
from .news import number_of
from .signals import waiting_asked

if TYPE_CHECKING:
    from .http import CampRequest

#: for what shows a code, a key or a link that opens something: no cache writes it down, the browser's neither
no_store = cache_control(private=True, no_store=True)

#: long enough for a camp's day; the stamps in the key say what is valid, not the hour
A_DAY = 24 * 60 * 60


def digest(*parts: object) -> str:
    return hashlib.blake2s(repr(parts).encode(), digest_size=12).hexdigest()


@cache
def release() -> str:
    """Changes with the code and the templates: what an older release rendered is not shown by a newer one."""
    found = hashlib.blake2s(digest_size=12)
    # Only what is ours: an environment of installed packages may lie in the same folder.
    folders = [path for config in apps.get_app_configs() if (path := Path(config.path)).parent == settings.BASE_DIR]
    code = [path for folder in folders for path in folder.rglob("*.py")]
    pages = [*(settings.BASE_DIR / "templates").rglob("*.html"), Path(settings.STATIC_ROOT) / "staticfiles.json"]
    for path in sorted([*code, *(page for page in pages if page.exists())]):
        found.update(path.read_bytes())
    return found.hexdigest()


# -- conditional GET ---------------------------------------------------------------------------------------


def who_looks(request: CampRequest) -> tuple[object, ...]:
    """What the frame of every page says about the person, and the token that its forms hold."""
    user, me = request.user, request.attendee
    # To strangers the frame offers to join until the camp is over: that no stamp counts.
    offered = () if me else (request.camp.asks_people_in,)
    if not user.is_authenticated:
        return offered
    if "CSRF_COOKIE" not in request.META:
        # The page will set the cookie: then it is known from the first answer on.
        get_token(request)
    person = (me.pk, me.role, me.is_waiting, me.display_name, *map(number_of, me.news)) if me else offered
    return (
        user.pk,
        user.is_guest,
        request.META["CSRF_COOKIE"],
        *person,
        *_waiting_for(request.me),
        *beside_pages(request),
    )


def _waiting_for(me: Attendee | None) -> list[object]:
    """What apps above tell on each page until it was seen (`_news.html`)."""
    return [state for _receiver, state in waiting_asked.send(sender=Attendee, me=me)] if me else []


def fresh(
    shows: Callable[..., object], *, changed_at: Callable[..., datetime] | None = None
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Conditional GET: whoever has the page as it is now gets 304 and no page (ETag, RFC 9110, 13.1.2).

    `shows` gets what the view gets, and returns whatever tells one state of the page from another: the stamps of the
    parts that it shows, what is one's own on it, the clock where it matters. Who looks, and in which language, is
    added here. A page that asks for itself by htmx sends `seen`, the `page_stamp` it was made with: 204 if that still
    holds, so that nothing is swapped; with the answer comes the token by which it hears of changes. `changed_at` gets
    what `shows` returned: for programs that ask by the hour (Last-Modified), where nothing on the page is one's own and
    no clock matters.
    """

    def look(request: CampRequest, *args: Any, **kwargs: Any) -> None:
        with stamps.noting() as request.noted:
            request.shown = shows(request, *args, **kwargs)
            # Every page shows this, too: whoever is told of changes is told of these.
            _waiting_for(request.me)

    def etag(request: CampRequest, *args: Any, **kwargs: Any) -> str | None:
        camp = request.camp
        if changed_at is None:
            look(request, *args, **kwargs)
        request.page_stamp = digest(release(), get_language(), camp.pk, who_looks(request), request.shown)
        told = get_messages(request) if request.user.is_authenticated or "messages" in request.COOKIES else None
        if told:
            # What is told once must neither be missed nor be told again from a browser's cache.
            return None
        done = getattr(told, "done", ())
        variant = (*done, bool(request.htmx), request.htmx.boosted, request.htmx.history_restore_request)
        return f'W/"{digest(request.page_stamp, request.get_full_path(), request.get_host(), variant)}"'

    def last_modified(request: CampRequest, *args: Any, **kwargs: Any) -> datetime | None:
        if changed_at is None:
            return None
        # Django asks for this first, and for the ETag after.
        look(request, *args, **kwargs)
        moment = changed_at(request.shown).replace(microsecond=0)
        # Until its second is over it may change once more in it: what is sent now counts as older.
        return moment if moment < timezone.now().replace(microsecond=0) else moment - timedelta(seconds=1)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def unless_seen(request: CampRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.htmx and request.GET.get("seen") == request.page_stamp:
                return HttpResponse(status=204)
            return view(request, *args, **kwargs)

        unless_changed = condition(etag_func=etag, last_modified_func=last_modified)(unless_seen)

        @wraps(view)
        def with_token(request: CampRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = unless_changed(request, *args, **kwargs)
            add_token(response, request, request.noted)
            return response

        with_token.is_fresh = True  # type: ignore[attr-defined]
        return with_token

    return decorate


# -- kept fragments ----------------------------------------------------------------------------------------

Made = TypeVar("Made")


class _Turn:
    """A lock that is forgotten when nobody holds or awaits it."""

    def __init__(self) -> None:
        self.lock = Lock()


#: one for each key that is being made in this process
_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_turns_lock = Lock()


def _key(parts: tuple[object, ...]) -> str:
    return f"kept-{digest(release(), get_language(), *parts)}"


def kept(*parts: object, make: Callable[[], Made], seconds: int = A_DAY) -> Made:
    """What `make` makes, made once for these parts and this language (cached fragment).

    When a thousand ask at once for what nobody has made yet, one thread of each process makes it and the others wait
    for it (no stampede). Everybody gets the same thing: nobody changes it.
    """
    return kept_newest(*parts, state=None, make=make, seconds=seconds)


def kept_newest(*parts: object, state: object, make: Callable[[], Made], seconds: int = A_DAY) -> Made:
    """As `kept`, but of all states only the newest is kept: for what is large and changes all day."""
    key, wanted, levels = _key(parts), digest(state), _levels(seconds)
    found: tuple[str, Made] | None = _found(levels, key, wanted)
    if not found:
        with _turns_lock:
            turn = _turns.setdefault(key, _Turn())
        with turn.lock:
            found = _found(levels, key, wanted)
            if not found:
                # In a tuple: None is what a cache answers when it has nothing.
                found = (wanted, make())
                for level in levels:
                    level.set(key, found, seconds)
    return found[1]


class Level(Protocol):
    """Where something is kept."""

    def get(self, key: str) -> Any: ...
    def set(self, key: str, found: Any, seconds: int) -> None: ...


def _found(levels: Sequence[Level], key: str, wanted: str) -> Any:
    """From the nearest that has it in that state; those in front of it have it from now on."""
    for number, level in enumerate(levels):
        found = level.get(key)
        if found and found[0] == wanted:
            for nearer in levels[:number]:
                nearer.set(key, found, A_DAY)
            return found
    return None


def _levels(seconds: int) -> Sequence[Level]:
    """The memory of this process in front of the cache that is shared, if there is one (two-level cache).

    What is kept for a while only has no place in the first: a copy would begin that while anew.
    """
    if seconds != A_DAY:
        return (store,)
    return (memory, store) if _is_shared() else (memory,)


def _is_shared() -> bool:
    return not isinstance(caches[DEFAULT_CACHE_ALIAS], LocMemCache)


class _Memory:
    """What this process made or asked for last, as it is: no copy for each who looks.

    What a key holds is never stale, so it is kept as long as there is room; what was looked at longest ago goes (LRU
    cache).
    """

    MOST = 2_000

    def __init__(self) -> None:
        self._found: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Any:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def set(self, key: str, found: Any, _seconds: int) -> None:
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > self.MOST:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """As a process that has just begun."""
        with self._lock:
            self._found.clear()


memory = _Memory()


class _Pieces:
    """What this process asked for or made of each thing, by state: as it is, where a cache would give a copy each time.

    Of the last few states, those of a few camps; what was looked at longest ago goes (LRU cache).
    """

    STATES = 20
    #: of all states; a camp where people pitch has a new one every minute
    MOST = 5_000

    def __init__(self) -> None:
        self._states: OrderedDict[str, dict[int, Any]] = OrderedDict()
        self._lock = Lock()

    def of(self, state: str) -> dict[int, Any]:
        with self._lock:
            found = self._states.setdefault(state, {})
            self._states.move_to_end(state)
            while len(self._states) > self.STATES or (len(self._states) > 1 and self._count() > self.MOST):
                self._states.popitem(last=False)
        return found

    def _count(self) -> int:
        return sum(map(len, self._states.values()))

    def forget(self) -> None:
        """As a process that has just begun."""
        with self._lock:
            self._states.clear()


pieces = _Pieces()


def kept_each(ids: Sequence[int], *parts: object, make: Callable[[list[int]], dict[int, Made]]) -> dict[int, Made]:
    """As `kept`, for one thing of each id: `make` gets the ids of those that nobody has made yet.

    Everybody gets the same thing, so it is one that nobody can change: texts and tuples.
    """
    shared = _key(parts)
    known = pieces.of(shared)
    if unknown := [pk for pk in ids if pk not in known]:
        keys = {f"{shared}-{pk}": pk for pk in unknown}
        if _is_shared():
            known.update({keys[key]: thing for key, thing in store.get_many(keys).items()})
        if missing := [pk for pk in unknown if pk not in known]:
            made = make(missing)
            if _is_shared():
                store.set_many({f"{shared}-{pk}": thing for pk, thing in made.items()}, A_DAY)
            known.update(made)
    return {pk: known[pk] for pk in ids if pk in known}


#: what is the same for all, and between the names of what is put in for each: text, name, text, name, … text
Fragment = tuple[str, ...]


class Gaps:
    """Names the gaps of one rendering: `{{ gaps.price }}` in a template is where the price is put in later.

    Each rendering marks them in its own way, so that nothing people type can be mistaken for a gap.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)

    def __getitem__(self, name: str) -> SafeString:
        return SafeString(f"<{self._mark} {name}>")  # nosec B703 # a mark of our own

    def split(self, text: str) -> Fragment:
        first, *others = text.split(f"<{self._mark} ")
        return (first, *(part for other in others for part in other.split(">", 1)))


def fill(fragment: Fragment, values: Mapping[str, object]) -> SafeString:
    """The fragment with these in its gaps, escaped as a template would; a gap without a value stays empty."""
    whole, names = list(fragment), fragment[1::2]
    # What a fragment of this kind has no gap for is not escaped, and what it has several for only once.
    escaped = {name: _escaped(values.get(name, "")) for name in set(names)}
    whole[1::2] = [escaped[name] for name in names]
    filled = "".join(whole)
    return SafeString(filled)  # nosec B703 # rendered by templates, or escaped just now


def fill_some(fragment: Fragment, values: Mapping[str, object]) -> Fragment:
    """The fragment with these in its gaps, and the other gaps left (partial application): for what differs by thing.

    A value may be a fragment itself, with gaps of its own.
    """
    texts, names = [fragment[0]], []
    for name, text in zip(fragment[1::2], fragment[2::2], strict=True):
        value = values.get(name)
        if value is None:
            names.append(name)
            texts.append(text)
        elif isinstance(value, tuple):
            texts[-1] += value[0]
            names += value[1::2]
            texts += value[2::2]
            texts[-1] += text
        else:
            texts[-1] += _escaped(value) + text
    whole = [""] * (len(texts) + len(names))
    whole[::2], whole[1::2] = texts, names
    return tuple(whole)


def _escaped(value: object) -> str:
    """As `conditional_escape`, which takes three times as long: it asks for more than texts and numbers."""
    if not value or isinstance(value, SafeString | int):
        return str(value)
    return html.escape(str(value))


def joined(pieces: Iterable[SafeString]) -> SafeString:
    """One after the other."""
    text = "".join(pieces)
    return SafeString(text)  # nosec B703 # safe each


def answers(signal: Signal, sender: type, **facts: object) -> SafeString:
    """What the apps above answer to that signal, one after the other: HTML, or nothing."""
    return joined(html for _receiver, html in signal.send(sender=sender, **facts) if isinstance(html, SafeString))


# -- stencils ----------------------------------------------------------------------------------------------


def stencil(template: str, kind: Hashable = None) -> Fragment:
    """What all things of one kind have in common (stencil), rendered once in a process: whatever differs is a gap.

    For what a page shows by the hundred. In the template `kind` says which parts are there, and `gaps` stands where
    texts and numbers go; `fill` puts them in. So looks stay in the template, and none is rendered for each thing.
    """
    return _stencil(template, kind, get_language())


def stencils() -> Callable[[str, Hashable], Fragment]:
    """As `stencil`, in the language of now: which that is takes longer to find out than to find the stencil."""
    language = get_language()
    return lambda template, kind: _stencil(template, kind, language)


@cache
def _stencil(template: str, kind: Hashable, language: str | None) -> Fragment:
    gaps = Gaps()
    text = render_to_string(template, {"kind": kind, "gaps": gaps})
    # The template's own indentation, a thousand times over, is half of a page.
    return gaps.split(re.sub(r"\s*\n\s*", "\n", text).strip())
