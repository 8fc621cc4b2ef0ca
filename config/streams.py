"""Browsers are told at once which part of a camp changed: "grid 18", never what, never by whom (server-sent events).

A page asks for `/events/` with the token of what it shows (`events.live`). The web server hands the connection on to
this process, which holds it open: one loop, two kilobytes for each. What is told comes from the stamps: they are read
when somebody says that something changed (`config.hearing`), and every few seconds anyway. So whatever dies, the next
look finds all that was missed. ADR 13.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import resource
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote

from django.db import Error, close_old_connections, connection

from events import stamps
from events.live import Heard, read_token

from . import supervisor

log = logging.getLogger(__name__)

#: seconds between two looks when nobody says anything: while hints can be heard, and while they cannot
AT_LEAST, WITHOUT_HINTS = 5.0, 0.5
#: seconds that are waited for what else the same deed changes: one message instead of three
TOGETHER = 0.05
#: seconds between two signs of life; proxies close what says nothing for a minute
SIGN = 20.0
#: bytes that wait for somebody who takes none: they are left, and ask anew when they are back
MOST_WAITING = 16 * 1024
#: open files that are kept for all else
SPARE = 64
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"
    # nginx passes on at once what comes.
    b"X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)
REFUSED = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NOT_YOURS, TOO_MANY = REFUSED % b"403 Forbidden", REFUSED % b"503 Service Unavailable"


def message(numbers: dict[str, int]) -> bytes:
    """A line for each part, in the way of `text/event-stream`."""
    return b"".join(b"data: %b %d\n" % (part.encode(), number) for part, number in sorted(numbers.items())) + b"\n"


class Listener(asyncio.Protocol):
    """Somebody who is told; what they say themselves is not heard."""

    __slots__ = ("join", "leave", "parts", "transport", "until")

    def __init__(self, heard: Heard, join: Callable[[Listener], None], leave: Callable[[Listener], None]) -> None:
        self.parts, self.join, self.leave = heard.parts, join, leave
        # Those who came at once go one after the other.
        self.until = heard.until - random.uniform(0, 60)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=MOST_WAITING)
        # Before the head went nobody may tell them anything.
        self.tell(HEAD)
        self.join(self)

    def pause_writing(self) -> None:
        self.transport.abort()

    def connection_lost(self, _error: Exception | None) -> None:
        self.leave(self)

    def tell(self, text: bytes) -> None:
        self.transport.write(text)


@dataclass
class Audience:
    """Who listens for one camp, by the parts they listen for, and the numbers they know."""

    #: None until they were read
    numbers: dict[str, int] | None = None
    groups: dict[frozenset[str], set[Listener]] = field(default_factory=dict)

    def greet(self, listener: Listener) -> None:
        """What is known is told to whoever comes: they compare it with what they show."""
        if self.numbers is not None:
            listener.tell(message({part: self.numbers.get(part, 0) for part in listener.parts}))

    def learn(self, numbers: dict[str, int]) -> None:
        """Each is told what is another now of their parts."""
        known, self.numbers = self.numbers, numbers
        if known is None:
            for listener in self.listeners():
                self.greet(listener)
            return
        changed = {part: number for part, number in numbers.items() if known.get(part) != number}
        for parts, listeners in self.groups.items() if changed else ():
            if told := {part: number for part, number in changed.items() if part in parts}:
                text = message(told)
                for listener in [*listeners]:
                    listener.tell(text)

    def listeners(self) -> list[Listener]:
        return [listener for group in self.groups.values() for listener in group]


class Streams:
    """All who listen, and what looks for news for them."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.audiences: dict[int, Audience] = {}
        self.count = 0
        self.hinted = asyncio.Event()
        #: whether somebody would say it if something changed
        self.hints: set[str] = set()
        # One thread, and so one connection: the loop waits for no database.
        self.thread = ThreadPoolExecutor(1, "looks")
        self.is_away = False

    # -- who comes and goes ----------------------------------------------------------------------------

    async def take(self, sock: socket.socket, tokens: Iterable[str]) -> None:
        """Somebody is here with these tokens, all of one camp."""
        heard = [found for token in tokens if (found := read_token(token))]
        heard = [found for found in heard if found.camp == heard[0].camp]
        if not heard or self.count >= self.most:
            with suppress(OSError):
                sock.send(TOO_MANY if heard else NOT_YOURS)
            sock.close()
            return
        parts = frozenset[str]().union(*(found.parts for found in heard))
        whole = Heard(heard[0].camp, min(found.until for found in heard), parts)
        listener = Listener(whole, partial(self._join, whole.camp), partial(self._leave, whole.camp))
        self.count += 1
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: listener, sock)
        except OSError:
            # Gone before they were here.
            self.count -= 1

    def _join(self, camp: int, listener: Listener) -> None:
        audience = self.audiences.setdefault(camp, Audience())
        audience.groups.setdefault(listener.parts, set()).add(listener)
        audience.greet(listener)
        if audience.numbers is None:
            self.hinted.set()

    def _leave(self, camp: int, listener: Listener) -> None:
        audience = self.audiences[camp]
        group = audience.groups[listener.parts]
        group.discard(listener)
        self.count -= 1
        if not group:
            del audience.groups[listener.parts]
        if not audience.groups:
            # Whoever comes next gets what is read then.
            del self.audiences[camp]

    # -- what is looked for ----------------------------------------------------------------------------

    async def watch(self) -> None:
        """For good: a look at each hint, and every few seconds without one."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.hinted.wait(), AT_LEAST if self.hints else WITHOUT_HINTS)
                await asyncio.sleep(TOGETHER)
            self.hinted.clear()
            if self.audiences:
                await self.look()

    async def look(self) -> None:
        try:
            found = await self.in_thread(partial(_read, list(self.audiences)))
        except (Error, OSError) as error:
            if not self.is_away:
                log.error("The database does not answer: nobody is told anything (%s)", error)
            self.is_away = True
            await asyncio.sleep(WITHOUT_HINTS)
            return
        self.is_away = False
        for camp, numbers in found.items():
            if audience := self.audiences.get(camp):
                audience.learn(numbers)

    async def in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    async def keep_awake(self) -> None:
        """For good: signs of life; and whose token ended is let go."""
        while True:
            await asyncio.sleep(SIGN)
            now = time.time()
            for listener in [one for audience in self.audiences.values() for one in audience.listeners()]:
                if now >= listener.until:
                    listener.transport.close()
                else:
                    listener.tell(b":\n\n")


def _read(camps: Collection[int]) -> dict[int, dict[str, int]]:
    close_old_connections()
    try:
        return stamps.read_all(camps)
    except Error:
        connection.close()
        raise


# -- the process ---------------------------------------------------------------------------------------


def most_files() -> int:
    """As many as this process may have open."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 100_000 if hard == resource.RLIM_INFINITY else min(hard, 100_000)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def receive(takes: socket.socket, streams: Streams, tasks: set[asyncio.Task[None]]) -> None:
    """All connections that the web servers handed on."""
    while True:
        try:
            data, numbers, _flags, _address = socket.recv_fds(takes, 8 * 1024, 1)
        except OSError:
            return
        for number in numbers:
            sock = socket.socket(fileno=number)
            sock.setblocking(False)
            tokens = [unquote(token) for token in data.decode("latin-1").split("&")]
            task = asyncio.get_running_loop().create_task(streams.take(sock, tokens))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def run(hear: Callable[[Streams], Iterable[Any]]) -> None:
    """Until it is told to end, or is left alone by what started it. `hear`: what listens for hints."""
    streams, tasks = Streams(most=most_files() - SPARE), set[asyncio.Task[None]]()
    loop, is_over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        loop.add_signal_handler(number, is_over.set)
    takes = socket.socket(fileno=os.dup(int(os.environ[supervisor.TAKES])))
    takes.setblocking(False)
    works = [loop.create_task(work) for work in (streams.watch(), streams.keep_awake(), *hear(streams))]
    loop.add_reader(takes, receive, takes, streams, tasks)
    supervisor.tell_ready()
    while not is_over.is_set() and not supervisor.is_left_alone() and not any(work.done() for work in works):
        with suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), 1)
    # What is on its way waits for whoever comes next.
    loop.remove_reader(takes)
    for work in works:
        if work.done():
            work.result()
        work.cancel()
    for audience in [*streams.audiences.values()]:
        for listener in audience.listeners():
            listener.transport.close()
    await asyncio.sleep(0)
    streams.thread.shutdown(wait=False, cancel_futures=True)
