"""How gunicorn serves Campgrid: its settings, and a worker of its own. `serve` starts it."""

from __future__ import annotations

import gc
import os
import re
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ as READABLE
from socket import SHUT_WR, send_fds, socket
from typing import Any

from django.db import connections
from gunicorn import http, util
from gunicorn.workers.gthread import TConn, ThreadWorker

from . import supervisor
from .environment import LARGEST_BODY

#: gthread with few processes: measured best on SQLite, and enough for a camp of 300
WORKERS, THREADS = 2, 4
#: seconds in which the head of a request has to be here, and all of it
HEAD, WHOLE = 20.0, 120.0
#: seconds an empty connection is kept once all is to end, and that the other end has to close after its last answer
LINGER = 2.0
#: bytes of a head that are waited for; gunicorn says what is wrong with a longer one
LONGEST_HEAD = 64 * 1024
#: bytes of unfinished requests that a process keeps: those that are here, whatever more is announced
MOST_KEPT = 64 * 1024 * 1024
LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
HAS_BODY = re.compile(rb"^(content-length|transfer-encoding)[ \t]*:", re.IGNORECASE | re.MULTILINE)
#: who asks like this hears of changes for as long as they listen
STAYS_OPEN = re.compile(rb"GET /events/\?([^ \r\n]{1,4000}) HTTP/1\.[01]\r\n")
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_MUCH = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 56\r\n\r\nToo much is being sent at this moment. Try again later.\n"
)


@dataclass
class Arrival:
    """A request on its way: what is here of it."""

    since: float = field(default_factory=time.monotonic)
    data: bytearray = field(default_factory=bytearray)
    #: the bytes of the whole; known once the head is here
    length: int = 0
    #: more may follow that is not read: the connection is closed after the answer
    is_cut: bool = False
    #: the last answer is out: what comes now is thrown away until the other end closes (RFC 9112, 9.6)
    is_over: bool = False

    @property
    def until(self) -> float:
        return self.since + (LINGER if self.is_over else WHOLE if self.length else HEAD)

    def measure(self) -> None:
        """How long the request is, as soon as its head says so."""
        end = self.data.find(b"\r\n\r\n")
        if end < 0:
            if len(self.data) > LONGEST_HEAD:
                self.length, self.is_cut = len(self.data), True
            return
        # Two bytes more: each line of the head has its end.
        head, end = bytes(self.data[: end + 2]), end + 4
        lengths, named = LENGTH.findall(head), HAS_BODY.findall(head)
        body = int(lengths[0]) if len(lengths) == len(named) == 1 else 0
        self.length = end + body
        # Of no length that we understand, or larger than any form: answered by its head alone.
        if len(named) > len(lengths) or len(named) > 1 or body > LARGEST_BODY:
            self.length, self.is_cut = end, True

    def is_whole(self) -> bool:
        return bool(self.length) and len(self.data) >= self.length


class PatientWorker(ThreadWorker):
    """Gunicorn's worker with threads, in which no thread waits for whoever sends slowly (slowloris): requests arrive
    in the loop that accepts them, and a thread is given one that is whole. What waits is bounded in time and size.

    And it ends when `serve` does, and then holds no port while it ends.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.arriving: dict[TConn, Arrival] = {}
        #: bytes of them all
        self.kept = 0
        self.cut: set[TConn] = set()
        number = os.environ.get(supervisor.HANDS, "")
        self.hands = socket(fileno=os.dup(int(number))) if number else None
        if self.hands:
            self.hands.setblocking(False)

    def run(self) -> None:
        """What is loaded by now stays for good: looking through it for garbage would cost every second board 50 ms."""
        gc.collect()
        gc.freeze()
        super().run()

    # -- how requests arrive ---------------------------------------------------------------------------

    def enqueue_req(self, conn: TConn) -> None:
        """Gunicorn means: a thread now. Here: as soon as the request is whole."""
        self._await(conn, Arrival())

    def _await(self, conn: TConn, arrival: Arrival) -> None:
        self.arriving[conn] = arrival
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, READABLE, partial(self._receive, conn))

    def _receive(self, conn: TConn, sock: Any) -> None:
        arrival = self.arriving.get(conn)
        if arrival is None:
            # It had to make way since the loop was told that something is there.
            return
        try:
            data = sock.recv(256 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._leave(conn)
            return
        if arrival.is_over:
            return
        arrival.data += data
        self.kept += len(data)
        if not arrival.length:
            arrival.measure()
        if arrival.is_whole():
            self._hand_over(conn, arrival)
        while self.kept > MOST_KEPT:
            self._refuse(self._largest())

    def _largest(self) -> TConn:
        """Who takes the most room, and of equals the longest: a form as people send it has nobody to make way for."""
        return max(self.arriving, key=lambda conn: (len(self.arriving[conn].data), -self.arriving[conn].since))

    def _hand_over(self, conn: TConn, arrival: Arrival) -> None:
        self._forget(conn)
        if self.hands and (asked := STAYS_OPEN.match(arrival.data)):
            self._hand_on(conn, self.hands, asked[1])
            return
        # A second request that came along is not kept apart: whoever sends it does so again.
        if arrival.is_cut or len(arrival.data) > arrival.length:
            self.cut.add(conn)
        conn.parser = http.get_parser(self.cfg, iter([bytes(arrival.data[: arrival.length])]), conn.client)
        conn.initialized = conn.data_ready = True
        conn.close = partial(self._part, conn)
        super().enqueue_req(conn)

    def _hand_on(self, conn: TConn, hands: socket, tokens: bytes) -> None:
        """Whoever wants to hear of changes is held by another process (`config.streams`), and by no thread here."""
        self.nr_conns -= 1
        try:
            send_fds(hands, [tokens], [conn.sock.fileno()])
        except OSError:
            # That process is away, and more wait for it than are waited for.
            with suppress(OSError):
                conn.sock.send(TOO_MANY)
        util.close(conn.sock)

    def handle(self, conn: TConn) -> Any:
        is_kept = super().handle(conn)
        if conn in self.cut:
            self.cut.discard(conn)
            return False
        return is_kept

    def _part(self, conn: TConn, graceful: bool = False) -> None:
        """Gunicorn's own way waits in the loop, for each in turn, until the other end has closed."""
        with suppress(OSError):
            if graceful:
                conn.sock.shutdown(SHUT_WR)
                # Gunicorn counts it as gone already.
                self.nr_conns += 1
                self._await(conn, Arrival(is_over=True))
                return
        util.close(conn.sock)

    def murder_pending(self) -> None:
        """Whoever is too slow is left (gunicorn asks this once a second)."""
        super().murder_pending()
        now = time.monotonic()
        for conn, arrival in list(self.arriving.items()):
            is_idle_at_the_end = not self.alive and not arrival.data and now > arrival.since + LINGER
            if now > arrival.until or is_idle_at_the_end:
                self._leave(conn)

    def _refuse(self, conn: TConn) -> None:
        """Told, and what still comes of it is thrown away: closed at once, the answer would be lost on its way."""
        self._forget(conn)
        # As after an answer by a thread, which is counted as gone.
        self.nr_conns -= 1
        with suppress(OSError):
            conn.sock.send(TOO_MUCH)
        self._part(conn, graceful=True)

    def _leave(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        util.close(conn.sock)

    def _forget(self, conn: TConn) -> None:
        self.kept -= len(self.arriving.pop(conn).data)
        self.poller.unregister(conn.sock)

    # -- how it ends -----------------------------------------------------------------------------------

    def is_parent_alive(self) -> bool:
        if supervisor.is_left_alone() and os.getppid() == self.ppid:
            # The master has no eye for this; it ends all of its workers.
            os.kill(self.ppid, signal.SIGTERM)
        if not super().is_parent_alive():
            self.alive = False
        return bool(self.alive)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            # Whoever comes next may listen at once; what was accepted is still answered.
            for listener in self.sockets:
                listener.close()
            self.sockets.clear()


def processes() -> int:
    return int(os.environ.get("WEB_WORKERS", WORKERS))


# -- what gunicorn reads (`--config python:config.web`) ---------------------------------------------

bind = [f"fd://{os.environ.get(supervisor.LISTENS, '')}"]
workers = processes()
threads = THREADS
worker_class = PatientWorker
#: seconds that requests have to be answered once another web server is there; `serve` is in a hurry when all is to end
graceful_timeout = 80
loglevel = "warning"
# `serve` is told, not gunicorn.
control_socket_disable = True
# A release that cannot be loaded is known before anything is asked of it; and a worker that was killed is back at once.
preload_app = True


def post_worker_init(worker: Any) -> None:
    supervisor.tell_ready()


def pre_fork(server: Any, worker: Any) -> None:
    # Loading the application may have asked the database: a connection is no process's but one's.
    connections.close_all()
