"""No thread waits for whoever sends slowly, or does not hang up: all others are answered meanwhile."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from selectors import DefaultSelector

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from bench.processes import HOST, ROOT, Served
from config import web
from config.environment import LARGEST_BODY

HEAD = b"GET /health/live HTTP/1.1\r\nHost: camp.example\r\n"
FORM = b"POST /demo/sign-in/ HTTP/1.1\r\nHost: camp.example\r\nContent-Length: 100000\r\n\r\npersona="


@pytest.fixture(scope="module")
def served(environment, tmp_path_factory) -> Iterator[Served]:
    served = Served(ROOT, environment, tmp_path_factory.mktemp("log") / "log", arguments=("--without-worker",))
    served.start()
    yield served
    served.end()


def knock(served: Served, text: bytes) -> socket.socket:
    door = socket.create_connection((HOST, served.port), timeout=60)
    door.sendall(text)
    return door


def answer(door: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found and (data := door.recv(65536)):
        found += data
    # To its end: what is left of one answer is not the beginning of the next.
    is_in_chunks = b"transfer-encoding: chunked" in found.lower()
    while is_in_chunks and not found.endswith(b"0\r\n\r\n") and (data := door.recv(65536)):
        found += data
    return found


def test_half_sent_requests_make_nobody_wait(served):
    """Five for each thread: heads, bodies, and nothing at all. When others have been answered they are still there."""
    with ExitStack() as doors:
        slow = [doors.enter_context(knock(served, text)) for text in [HEAD, FORM, b""] * 14]
        for _ in range(5):
            assert served.get("/health/ready")[0] == 200
        assert served.get("/")[0] == 200
        for door, rest in zip(slow, [b"\r\n", b"x" * 100_000, HEAD + b"\r\n"] * 14, strict=True):
            door.sendall(rest)
        statuses = [answer(door).split(b" ")[1] for door in slow]
    # The form has no token.
    assert statuses == [b"200", b"403", b"200"] * 14


def test_whoever_announces_much_and_sends_nothing_is_in_nobodys_way(served):
    """The heads alone, of more than all processes together keep."""
    head = b"POST /j/ HTTP/1.1\r\nHost: camp.example\r\nContent-Length: %d\r\n\r\n"
    many = 3 * web.WORKERS * web.MOST_KEPT // LARGEST_BODY
    with ExitStack() as doors:
        # Smaller ones where a larger one finds no room.
        for length in (LARGEST_BODY // 6**step for step in range(9) for _ in range(many)):
            doors.enter_context(knock(served, head % length))
        time.sleep(0.5)
        for _ in range(8):
            with knock(served, HEAD + b"\r\n") as door:
                assert answer(door).startswith(b"HTTP/1.1 200")


def test_whoever_does_not_hang_up_makes_nobody_wait(served):
    """Gunicorn waits for each of them in turn, two seconds long, and answers nobody meanwhile."""
    with ExitStack() as doors:
        for _ in range(60):
            answer(doors.enter_context(knock(served, HEAD + b"Connection: close\r\n\r\n")))
        assert served.get("/health/ready")[0] == 200


def test_a_kept_connection_is_used_again(served):
    with knock(served, HEAD + b"\r\n") as door:
        assert b"200 OK" in answer(door)
        for part in (b"G", HEAD[1:], b"\r\n"):
            door.sendall(part)
        assert b"200 OK" in answer(door)


# -- one worker, by hand ----------------------------------------------------------------------------


class Worker(web.PatientWorker):
    """Without a process or threads: what would be given to one is listed."""

    def __init__(self) -> None:
        super().__init__(1, os.getppid(), [], None, 30, Config(), None)
        self.poller = DefaultSelector()
        self.given: list[bytes] = []
        self.tpool = self

    def submit(self, handle: object, conn: TConn) -> Worker:
        self.given.append(b"".join(conn.parser.unreader.iter))
        self.conn = conn
        return self

    def add_done_callback(self, callback: object) -> None:
        pass

    def look(self) -> None:
        for _ in range(20):
            for key, _mask in self.poller.select(0):
                key.data(key.fileobj)


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.tmp.close()


@contextmanager
def accepted(worker) -> Iterator[socket.socket]:
    outside, inside = socket.socketpair()
    outside.settimeout(10)
    worker.nr_conns += 1
    worker.enqueue_req(TConn(worker.cfg, inside, ("10.0.0.1", 1), ("10.0.0.2", 80)))
    with outside, inside:
        yield outside


@pytest.fixture
def door(worker) -> Iterator[socket.socket]:
    """A connection that was just accepted."""
    with accepted(worker) as door:
        yield door


def test_a_request_is_given_to_a_thread_when_it_is_whole(worker, door):
    for part in (b"POST / HTTP/1.1\r\nContent-", b"Length: 4\r\n\r", b"\nab", b"c"):
        door.sendall(part)
        worker.look()
        assert worker.given == []
    door.sendall(b"d")
    worker.look()
    assert worker.given == [b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd"]
    assert (worker.conn in worker.cut, worker.arriving) == (False, {})


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: chunked",
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Content-Length: many",
        b"Content-Length : 4",
        b"Content-Length: %d" % (LARGEST_BODY + 1),
    ],
)
def test_what_has_no_length_of_ours_is_answered_by_its_head_and_closed(worker, door, head):
    """What follows is never taken for another request (request smuggling)."""
    door.sendall(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n")
    worker.look()
    door.sendall(b"GET /other HTTP/1.1\r\n\r\n")
    worker.look()
    assert worker.given == [b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n"]
    assert worker.conn in worker.cut


def test_a_second_request_that_came_along_is_not_answered(worker, door):
    door.sendall(b"GET / HTTP/1.1\r\n\r\nGET /other HTTP/1.1\r\n\r\n")
    worker.look()
    assert worker.given == [b"GET / HTTP/1.1\r\n\r\n"]
    assert worker.conn in worker.cut


def test_a_head_without_an_end_is_not_kept_for_ever(worker, door):
    for _ in range(10):
        door.sendall(b"x" * 8192)
        worker.look()
    assert len(worker.given) == 1
    assert len(worker.given[0]) > web.LONGEST_HEAD
    assert worker.conn in worker.cut


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(b"", web.HEAD), (b"GET /", web.HEAD), (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab", web.WHOLE)],
)
def test_whoever_is_too_slow_is_left(worker, door, text, seconds, monkeypatch):
    door.sendall(text)
    worker.look()
    now = time.monotonic()
    monkeypatch.setattr(web.time, "monotonic", lambda: now + seconds - 1)
    worker.murder_pending()
    assert worker.nr_conns == 1
    monkeypatch.setattr(web.time, "monotonic", lambda: now + seconds + 1)
    worker.murder_pending()
    assert (worker.nr_conns, worker.arriving, door.recv(10)) == (0, {}, b"")


def test_at_the_end_nobody_waits_for_an_empty_connection(worker, door, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(web.time, "monotonic", lambda: now + web.LINGER + 1)
    worker.murder_pending()
    assert worker.nr_conns == 1
    worker.alive = False
    worker.murder_pending()
    assert worker.nr_conns == 0


def test_more_than_is_kept_at_once_is_refused_with_a_sentence(worker, door, monkeypatch):
    monkeypatch.setattr(web, "MOST_KEPT", 1000)
    door.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + b"x" * 1000)
    worker.look()
    said = door.recv(1000)
    assert said.startswith(b"HTTP/1.1 503")
    assert said.endswith(b"Try again later.\n")
    assert int(said.partition(b"Content-Length: ")[2].partition(b"\r")[0]) == len(said.partition(b"\r\n\r\n")[2])
    # What still comes is thrown away until they have read that.
    door.sendall(b"x" * 500)
    worker.look()
    assert door.recv(10) == b""
    door.close()
    worker.look()
    assert (worker.nr_conns, worker.kept, worker.given) == (0, 0, [])


def test_room_is_taken_by_what_is_here_and_made_by_whoever_takes_the_most(worker, door, monkeypatch):
    """Who announces much and sends nothing costs nothing, and stands in nobody's way."""
    monkeypatch.setattr(web, "MOST_KEPT", 10_000)
    head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
    with ExitStack() as doors:
        idle = [doors.enter_context(accepted(worker)) for _ in range(30)]
        larger, large = doors.enter_context(accepted(worker)), doors.enter_context(accepted(worker))
        for other in idle:
            other.sendall(head % LARGEST_BODY)
        large.sendall(head % 9_000 + b"x" * 3_900)
        larger.sendall(head % 9_000 + b"x" * 4_000)
        worker.look()
        assert (len(worker.arriving), worker.given) == (33, [])
        door.sendall(head % 2_000 + b"x" * 1_600)
        worker.look()
        # Not who comes last, nor who is small.
        assert larger.recv(12) == b"HTTP/1.1 503"
        door.sendall(b"x" * 400)
        large.sendall(b"x" * 5_100)
        worker.look()
        assert sorted(map(len, worker.given)) == [len(head % 2_000) + 2_000, len(head % 9_000) + 9_000]
        assert worker.kept == sum(len(one.data) for one in worker.arriving.values()) == 30 * len(head % LARGEST_BODY)


def test_who_made_way_while_more_of_them_was_there_to_be_read_ends_nothing(worker, door):
    """The loop was told of both before it looked at the first."""
    door.sendall(b"GET /")
    [(told, _mask)] = worker.poller.select(0)
    [conn] = worker.arriving
    worker._leave(conn)
    told.data(told.fileobj)
    assert (worker.nr_conns, worker.arriving, worker.kept) == (0, {}, 0)


def test_whoever_leaves_is_forgotten(worker, door):
    door.sendall(b"GET /")
    worker.look()
    door.close()
    worker.look()
    assert (worker.nr_conns, worker.arriving, worker.given) == (0, {}, [])


def test_after_the_last_answer_what_still_comes_is_thrown_away(worker, door):
    door.sendall(b"GET / HTTP/1.1\r\n\r\n")
    worker.look()
    # As gunicorn does when a request is done.
    worker.nr_conns -= 1
    worker.conn.close(graceful=True)
    assert door.recv(10) == b""
    door.sendall(b"GET /other HTTP/1.1\r\n\r\n")
    worker.look()
    assert (worker.nr_conns, len(worker.given)) == (1, 1)
    door.close()
    worker.look()
    assert worker.nr_conns == 0
