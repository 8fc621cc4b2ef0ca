"""Web server and workers as one: started, renewed (graceful reload) and stopped as one (process supervisor): ADR 11.

It holds the socket that people connect to and lends it to each web server, so nobody is refused while one takes the
place of another. What it starts holds the other end of a pipe (lifeline) that closes when it ends, in whatever way.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Self

log = logging.getLogger(__name__)

#: what the parts find in their environment: numbers of open files
LISTENS, LIFELINE, READY = "CAMPGRID_SOCKET", "CAMPGRID_LIFELINE", "CAMPGRID_READY"
#: the two ends of a pair of sockets: connections that stay open are handed from the web servers to who holds them
HANDS, TAKES = "CAMPGRID_HANDS", "CAMPGRID_TAKES"
#: what a supervisor that took its own place finds there
HANDED_ON = "CAMPGRID_HANDED_ON"
#: and here how its folder was called, apart: a release that knows nothing of it must be able to take over
SERVED_FROM = "CAMPGRID_SERVED_FROM"
#: seconds a part has to become ready, and a trial to tell the parts; and to end what it is at, once another is there
START, TURN = 120.0, 90.0
#: seconds after which it is told to leave all as it is, and is killed, when everything ends
HURRY, END = 12.0, 16.0
#: a part that ends sooner than this after its start is started again later and later, up to `LONGEST_WAIT`
SOON, LONGEST_WAIT = 10.0, 15.0
#: seconds for which a port is waited for: whoever had it may be ending
PORT_PATIENCE = 15.0
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
HEARD = (*STOPS, signal.SIGHUP, signal.SIGCHLD)
#: a process that cannot be started: its program is gone, the machine has no room for it, its command is none
NO_START = (OSError, ValueError, TypeError)


@dataclass(frozen=True)
class Part:
    """A command that belongs to the whole, and how many of its processes say that they are ready."""

    command: list[str]
    processes: int = 1
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Child:
    """A process of ours."""

    pid: int
    ready: int = -1
    missing: int = 0
    since: float = field(default_factory=time.monotonic)
    #: told to end then, and to hurry
    told: float = 0.0
    is_hurried: bool = False


@dataclass(frozen=True)
class Handed:
    """What outlives a supervisor that takes its own place: the process is the same, and so are its children."""

    socket: int
    lifeline: tuple[int, int]
    current: dict[str, int]
    leaving: list[int]
    has_terminal: bool

    @classmethod
    def found(cls) -> Self | None:
        text = os.environ.pop(HANDED_ON, "")
        if not text:
            return None
        data = json.loads(text)
        return cls(**data | {"lifeline": tuple(data["lifeline"])})


class Supervisor:
    """`parts`: what runs. `trial`: the command that tells the parts of the release that lies here (`tell_parts`)."""

    def __init__(self, *, host: str, port: int, parts: dict[str, Part], trial: list[str]) -> None:
        self.parts, self.trial = parts, trial
        self.current: dict[str, Child] = {}
        self.tried: Child | None = None
        #: those that are to take the place of the current ones as soon as all of them are ready
        self.coming: dict[str, Child] = {}
        self.coming_parts: dict[str, Part] = {}
        self.leaving: dict[int, Child] = {}
        #: how often in a row a part ended soon after it began, and when it is started again
        self.falls: dict[str, int] = {}
        self.due: dict[str, float] = {}
        self.exit_code = 0
        #: whether there is a release to go on with, though its parts may have fallen at this moment
        self.is_up = False
        self.is_ending = False
        # The name may lead elsewhere by the time the new code runs: then it is not found by where it is.
        self.home = os.environ.pop(SERVED_FROM, "") or _here_by_name()
        self._listen_to_signals()
        if handed := Handed.found():
            self.listener = socket.socket(fileno=handed.socket)
            self.lifeline = handed.lifeline
            self.current = {name: Child(pid) for name, pid in handed.current.items()}
            self.due = {name: 0.0 for name in parts if name not in self.current}
            self.leaving = {pid: Child(pid, told=time.monotonic()) for pid in handed.leaving}
            self.has_terminal = handed.has_terminal
            self.is_up = True
        else:
            self.listener = listen(host, port)
            self.lifeline = os.pipe()
            # After `nohup` a terminal that goes is no matter.
            self.has_terminal = self.was_hangup_heard and is_terminal_here()
        self.pair = _pair()
        for number in (self.listener.fileno(), self.lifeline[0], *self.pair):
            os.set_inheritable(number, True)
        # Of the last end of the lifeline there is no copy: it closes when this process ends.
        os.set_inheritable(self.lifeline[1], False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)

    def run(self, *, started: Callable[[], object]) -> int:
        """Until it is told to stop; `started` is called when all is up. The exit code."""
        if not self.is_up:
            self._begin(self.parts)
        while True:
            for number in self._wait():
                if number in STOPS or (number == signal.SIGHUP and self._was_left_alone()):
                    return self.stop()
                if number == signal.SIGHUP:
                    self._try_out()
            self._reap()
            if self.exit_code:
                return self.stop()
            if self.coming and all(self._is_ready(child) for child in self.coming.values()):
                self._take_turns(started)
            self._end_the_stubborn()
            self._start_again()

    def stop(self) -> int:
        """All is told to end, and has ended; whatever does not in time is killed."""
        self.listener.close()
        self.is_ending = True
        for child in self.leaving.values():
            child.told = time.monotonic()
        for child in [*self.current.values(), *self.coming.values(), *filter(None, [self.tried])]:
            self._dismiss(child)
        self.current, self.coming, self.tried = {}, {}, None
        while self.leaving:
            self._wait()
            self._reap()
            self._end_the_stubborn()
        return self.exit_code

    # -- a start, and a turn ---------------------------------------------------------------------------

    def _begin(self, parts: dict[str, Part]) -> None:
        self.coming_parts = parts
        for name, part in parts.items():
            try:
                with _in(self.home):
                    self.coming[name] = self._spawn(part)
            except NO_START as error:
                self._give_up_coming(name, error)
                return

    def _try_out(self) -> None:
        """The release that lies here now is tried out; if it starts, it takes the place of this one."""
        if self.tried or self.coming:
            log.warning("Renewing already.")
            return
        try:
            # A link may lead to another release by now. What falls meanwhile starts again from the one that is served.
            with _in(self.home):
                self.tried = self._spawn(Part(self.trial))
        except NO_START as error:
            self._tell_failure("Its command", error)

    def _was_tried(self, child: Child, code: int) -> None:
        self.tried = None
        with suppress(OSError, ValueError, TypeError):
            parts = {name: Part(**part) for name, part in json.loads(os.read(child.ready, 60_000)).items()}
            if parts and code == 0:
                self._begin(parts)
                return
        self._tell_failure("Its command")

    def _take_turns(self, started: Callable[[], object]) -> None:
        """Those that are ready work; the ones before them end what they are at."""
        is_first, self.is_up = not self.is_up, True
        for child in self.current.values():
            self._dismiss(child)
        for child in self.coming.values():
            _close(child)
        self.current, self.parts = self.coming, self.coming_parts
        self.coming, self.due = {}, {}
        log.info("All is up: %s", ", ".join(f"{name} {child.pid}" for name, child in self.current.items()))
        if is_first:
            started()
        else:
            with suppress(OSError):
                os.chdir(self.home)
            self._renew_itself()

    def _renew_itself(self) -> None:
        """The same process with the new release's code: whoever watches it sees no end, its children stay its own.

        Where that code cannot be begun, this one watches over the new parts.
        """
        # What comes meanwhile waits until the new code listens.
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        # What came in the last moment is said once more: this code looks no more, and the new one would not know.
        for number in self._heard():
            signal.raise_signal(number)
        numbers = (self.listener.fileno(), *self.lifeline)
        for number in (*numbers, *self.pair):
            os.set_inheritable(number, True)
        # Apart: see SERVED_FROM.
        os.environ |= {HANDS: str(self.pair[0]), TAKES: str(self.pair[1])}
        os.environ[HANDED_ON] = json.dumps(
            {
                "socket": numbers[0],
                "lifeline": self.lifeline,
                "current": {name: child.pid for name, child in self.current.items()},
                "leaving": list(self.leaving),
                "has_terminal": self.has_terminal,
            }
        )
        os.environ[SERVED_FROM] = self.home
        try:
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
        except OSError as error:
            log.error("What watches over the parts goes on with the code of the release before: %s", error)
        for name in (HANDED_ON, SERVED_FROM, HANDS, TAKES):
            del os.environ[name]
        os.set_inheritable(self.lifeline[1], False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)

    def _give_up_coming(self, name: str, why: Exception | str = "") -> None:
        """Nothing is taken down by a release that does not start."""
        for child in self.coming.values():
            self._dismiss(child)
        self.coming = {}
        self._tell_failure(name, why)
        if not self.is_up:
            self.exit_code = self.exit_code or 1

    def _tell_failure(self, name: str, why: Exception | str = "") -> None:
        goes_on = ": the release before goes on" if self.is_up else ""
        log.error("%s does not start%s%s", name, goes_on, f" ({why})" if why else "")

    # -- processes -------------------------------------------------------------------------------------

    def _spawn(self, part: Part) -> Child:
        """A process of it runs; else one of `NO_START`, and nothing is left."""
        reader, writer = os.pipe()
        try:
            os.set_blocking(reader, False)
            os.set_inheritable(writer, True)
            numbers = {LISTENS: self.listener.fileno(), LIFELINE: self.lifeline[0], READY: writer}
            numbers |= {HANDS: self.pair[0], TAKES: self.pair[1]}
            environment = os.environ | part.environment | {name: str(number) for name, number in numbers.items()}
            # A process group of its own: Ctrl-C is heard here alone, and all ends in order.
            pid = os.posix_spawn(part.command[0], part.command, environment, setpgroup=0)
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        return Child(pid, ready=reader, missing=part.processes)

    def _is_ready(self, child: Child) -> bool:
        with suppress(BlockingIOError):
            if child.missing > 0:
                child.missing -= len(os.read(child.ready, child.missing))
        return child.missing <= 0

    def _dismiss(self, child: Child) -> None:
        child.told = time.monotonic()
        self.leaving[child.pid] = child
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGTERM)

    def _end_the_stubborn(self) -> None:
        now = time.monotonic()
        for child in self.leaving.values():
            with suppress(ProcessLookupError):
                if now > child.told + (END if self.is_ending else TURN):
                    os.kill(child.pid, signal.SIGKILL)
                elif self.is_ending and now > child.told + HURRY and not child.is_hurried:
                    child.is_hurried = True
                    os.kill(child.pid, signal.SIGQUIT)
        late = [name for name, child in self.coming.items() if now > child.since + START and not self._is_ready(child)]
        if late:
            self._give_up_coming(late[0])
        if self.tried and now > self.tried.since + START:
            # Whoever hangs up again may have mended it.
            self._dismiss(self.tried)
            self.tried = None
            self._tell_failure("Its command", f"it said nothing for {START:.0f} s")

    def _reap(self) -> None:
        """What has ended is known, also what is nobody's: in a container this may be the first process."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._has_ended(pid, os.waitstatus_to_exitcode(status))

    def _has_ended(self, pid: int, code: int) -> None:
        if self.tried and self.tried.pid == pid:
            tried = self.tried
            self._was_tried(tried, code)
            _close(tried)
        if left := self.leaving.pop(pid, None):
            _close(left)
        for name, child in self.coming.items():
            if child.pid == pid:
                self.exit_code = 0 if self.is_up else (code if code > 0 else 1)
                _close(child)
                self._give_up_coming(name)
                self.leaving.pop(pid, None)
                break
        for name, child in list(self.current.items()):
            if child.pid == pid:
                _close(child)
                del self.current[name]
                self._has_fallen(name, f"({child.pid}) ended with {code}", lived=time.monotonic() - child.since)

    def _has_fallen(self, name: str, what: str, *, lived: float) -> None:
        """It is started again: at once, or after a pause if it does not last (exponential backoff)."""
        self.falls[name] = self.falls.get(name, 0) + 1 if lived < SOON else 0
        # The longest wait is reached long before ten; a thousand would be more than a number can be doubled.
        wait = min(LONGEST_WAIT, 0.5 * 2 ** min(self.falls[name], 10)) if self.falls[name] else 0.0
        self.due[name] = time.monotonic() + wait
        log.error("%s %s: started again in %.0f s", name, what, wait)

    def _start_again(self) -> None:
        for name, when in list(self.due.items()):
            if time.monotonic() >= when:
                del self.due[name]
                try:
                    self.current[name] = self._spawn(self.parts[name])
                except NO_START as error:
                    self._has_fallen(name, f"cannot be started ({error})", lived=0.0)

    # -- signals ---------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        self.was_hangup_heard = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
        self.woken, writer = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, lambda *_: None)

    def _wait(self) -> Iterable[int]:
        """The signals that came; nothing after a while."""
        coming = [child.ready for child in self.coming.values() if child.missing > 0 and child.ready >= 0]
        select.select([self.woken, *coming], [], [], 0.1 if coming else 1.0 if not self.due else 0.2)
        return self._heard()

    def _heard(self) -> Iterable[int]:
        with suppress(BlockingIOError):
            return os.read(self.woken, 100)
        return b""

    def _was_left_alone(self) -> bool:
        """A hang-up is said by a terminal that is gone, or by somebody who wants a new release to be served."""
        return self.has_terminal and not is_terminal_here()


def _close(child: Child) -> None:
    if child.ready >= 0:
        os.close(child.ready)
        child.ready = -1


def listen(host: str, port: int) -> socket.socket:
    """A socket that people can connect to. Whoever had the port and is ending is waited for."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = time.monotonic() + PORT_PATIENCE
    is_told = False
    while True:
        try:
            return socket.create_server((host, port), family=family, backlog=2048)
        except OSError as error:
            if time.monotonic() > last:
                raise
            if not is_told:
                log.warning("Waits for %s:%s: %s", host, port, error.strerror)
                is_told = True
            time.sleep(0.25)


def _pair() -> tuple[int, int]:
    """Both ends outlive whoever holds them, as the socket at the door does: what is on its way waits."""
    found = os.environ.pop(HANDS, ""), os.environ.pop(TAKES, "")
    if all(found):
        return int(found[0]), int(found[1])
    hands, takes = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return hands.detach(), takes.detach()


def is_terminal_here() -> bool:
    """Whether this process was started from a terminal that is still open."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _here_by_name() -> str:
    """The folder that this was started in, as it was called: it may be a link to the newest release."""
    named, here = os.environ.get("PWD", ""), os.getcwd()
    with suppress(OSError):
        if os.path.samefile(named, here):
            return named
    return here


@contextmanager
def _in(folder: str) -> Iterator[None]:
    """What begins in here begins in this folder, or where this process is if the folder is gone."""
    # By its number: the folder of a release that was taken away has no name any more.
    here = os.open(".", os.O_RDONLY)
    try:
        with suppress(OSError):
            os.chdir(folder)
        yield
    finally:
        os.fchdir(here)
        os.close(here)


# -- the other end, in the parts --------------------------------------------------------------------


def tell_ready() -> None:
    """The supervisor counts this process as ready. Without one, nothing."""
    number = int(os.environ.get(READY, "-1"))
    if number >= 0:
        # It stopped reading when the first of its kind was ready.
        with suppress(OSError):
            os.write(number, b".")


def tell_parts(parts: dict[str, Part]) -> None:
    """The supervisor that wants to know how this release is started is told. Without one, nothing."""
    if (number := int(os.environ.get(READY, "-1"))) >= 0:
        os.write(number, json.dumps({name: asdict(part) for name, part in parts.items()}).encode())


def is_left_alone() -> bool:
    """Whether the supervisor that started this is gone."""
    number = int(os.environ.get(LIFELINE, "-1"))
    return number >= 0 and bool(select.select([number], [], [], 0)[0])
