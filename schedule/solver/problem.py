"""What the solver is given: frozen data with plain 0-based ids, read from the format `unconf-1`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: what the weights are called in `unconf-1`, which is older than the names of the concerns
WEIGHTS_IN_FILES = {
    "fairness": "fairness",
    "hosts": "hosts",
    "times": "times",
    "topics": "topic",
    "seats": "overflow",
    "calm": "move",
    "unplaced": "unplaced",
}


class ProblemError(ValueError):
    """The instance is not one; the message names the place in the file."""


class Placement(NamedTuple):
    """One running: `session` starts in `slot`, in `room`."""

    session: int
    slot: int
    room: int


@dataclass(frozen=True, slots=True)
class Slot:
    day: int = 0
    #: the following slot adjoins: no break or night between
    next: bool = False
    #: minutes between the end of this slot and the start of the following one; None = enough for any walk
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    capacity: int
    features: frozenset[str] = frozenset()
    unavailable: frozenset[int] = frozenset()
    building: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    hosts: frozenset[int] = frozenset()
    length: int = 1
    #: how often it may be offered
    copies: int = 1
    features: frozenset[str] = frozenset()
    #: slots the hosts ruled out
    unavailable: frozenset[int] = frozenset()
    #: slots the hosts would rather not have
    rather_not: frozenset[int] = frozenset()
    topic: str | None = None
    pin_slot: int | None = None
    pin_room: int | None = None
    required: bool = False
    #: what people do there ("talk", "discussion", …): some kinds are lost in a room that is too large
    kind: str = ""
    #: hands counted when it was pitched: more than tapped may come
    hands: int = 0

    @property
    def must_be_placed(self) -> bool:
        """No wish is worth leaving it out."""
        return self.required or self.pin_slot is not None


@dataclass(frozen=True, slots=True)
class Attendee:
    #: (session, weight), each session once, weight ≥ 1
    wishes: tuple[tuple[int, int], ...] = ()
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each concern costs, in wishes; and a session that is left out."""

    fairness: float = 0.0
    hosts: float = 0.0
    times: float = 0.0
    topics: float = 0.0
    seats: float = 0.0
    calm: float = 0.0
    unplaced: float = 0.0

    def of(self, concern: str) -> float:
        """The weight of the concern of that name."""
        return float(getattr(self, concern))


@dataclass(frozen=True, slots=True)
class Problem:
    slots: tuple[Slot, ...]
    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    attendees: tuple[Attendee, ...] = ()
    #: (a, b): a ends before b starts
    order: tuple[tuple[int, int], ...] = ()
    published: tuple[Placement, ...] = ()
    weights: Weights = field(default_factory=Weights)
    #: minutes a host needs from one building to another
    walking_minutes: int = 0
    name: str = ""

    def span(self, session: int, slot: int) -> range:
        """The slots a running takes when it starts in `slot`."""
        return range(slot, slot + self.sessions[session].length)

    def is_walk_too_long(self, slot: int) -> bool:
        """Nobody can change buildings between `slot` and the one after it."""
        gap = self.slots[slot].gap
        if gap is None:
            gap = 0 if self.slots[slot].next else self.walking_minutes
        return gap < self.walking_minutes

    def wishes_of(self, attendee: int) -> dict[int, int]:
        """Session to weight, without the sessions the attendee hosts: a host is there anyway."""
        return {
            session: weight
            for session, weight in self.attendees[attendee].wishes
            if attendee not in self.sessions[session].hosts
        }


def read_problem(data: object) -> Problem:
    """The problem in a parsed `unconf-1` document; ProblemError names the first place that is wrong."""
    reader = _Reader(data)
    return reader.problem()


def to_document(problem: Problem) -> dict[str, Any]:
    """The `unconf-1` document of a problem: `read_problem` gives the same problem back."""
    return {
        "format": "unconf-1",
        "name": problem.name,
        "slots": [{"day": s.day, "next": s.next, "gap": s.gap} for s in problem.slots],
        "rooms": [
            {
                "capacity": r.capacity,
                "features": sorted(r.features),
                "unavailable": sorted(r.unavailable),
                "building": r.building,
            }
            for r in problem.rooms
        ],
        "sessions": [
            {
                "hosts": sorted(s.hosts),
                "length": s.length,
                "copies": s.copies,
                "features": sorted(s.features),
                "unavailable": sorted(s.unavailable),
                "rather_not": sorted(s.rather_not),
                "topic": s.topic,
                "pin": {k: v for k, v in (("slot", s.pin_slot), ("room", s.pin_room)) if v is not None},
                "required": s.required,
                "kind": s.kind,
                "hands": s.hands,
            }
            for s in problem.sessions
        ],
        "attendees": [{"wishes": [list(w) for w in a.wishes], "absent": sorted(a.absent)} for a in problem.attendees],
        "order": [list(pair) for pair in problem.order],
        "published": [list(p) for p in problem.published],
        "weights": {name: problem.weights.of(weight) for weight, name in WEIGHTS_IN_FILES.items()},
        "walking_minutes": problem.walking_minutes,
    }


class _Reader:
    """Checks while it reads, so that every message can name its place."""

    def __init__(self, data: object) -> None:
        if not isinstance(data, dict):
            raise ProblemError("the file: must hold one JSON object")
        if data.get("format") != "unconf-1":
            raise ProblemError('format: must be "unconf-1"')
        self.data: dict[str, Any] = data
        self.slot_count = len(self.list_at(data, "slots", "slots"))
        self.room_count = len(self.list_at(data, "rooms", "rooms"))
        self.session_count = len(self.list_at(data, "sessions", "sessions"))
        self.attendee_count = len(self.list_at(data, "attendees", "attendees"))

    def problem(self) -> Problem:
        data = self.data
        return Problem(
            slots=tuple(self.slot(i, raw) for i, raw in enumerate(data.get("slots", []))),
            rooms=tuple(self.room(i, raw) for i, raw in enumerate(data.get("rooms", []))),
            sessions=tuple(self.session(i, raw) for i, raw in enumerate(data.get("sessions", []))),
            attendees=tuple(self.attendee(i, raw) for i, raw in enumerate(data.get("attendees", []))),
            order=tuple(self.order()),
            published=tuple(self.published()),
            weights=self.weights(),
            walking_minutes=self.number(data.get("walking_minutes", 0), "walking_minutes", 0),
            name=str(data.get("name") or ""),
        )

    # -- parts -----------------------------------------------------------------------------------

    def slot(self, i: int, raw: object) -> Slot:
        at = f"slots[{i}]"
        raw = self.object_at(raw, at)
        gap = raw.get("gap")
        # The last slot of the camp has nothing after it, whatever the file says.
        is_last = i + 1 == self.slot_count
        return Slot(
            day=self.number(raw.get("day", 0), f"{at}.day", 0),
            next=self.boolean(raw.get("next"), f"{at}.next") and not is_last,
            gap=None if gap is None else self.number(gap, f"{at}.gap", 0),
        )

    def room(self, i: int, raw: object) -> Room:
        at = f"rooms[{i}]"
        raw = self.object_at(raw, at)
        return Room(
            capacity=self.number(raw.get("capacity", 0), f"{at}.capacity", 0),
            features=self.texts(raw, "features", at),
            unavailable=self.ids(raw, "unavailable", at, self.slot_count, "slot"),
            building=str(raw.get("building") or ""),
        )

    def session(self, i: int, raw: object) -> Session:
        at = f"sessions[{i}]"
        raw = self.object_at(raw, at)
        pin = self.object_at(raw.get("pin") or {}, f"{at}.pin")
        topic = raw.get("topic")
        if topic is not None and not isinstance(topic, str):
            raise ProblemError(f"{at}.topic: must be a text or null")
        return Session(
            hosts=self.ids(raw, "hosts", at, self.attendee_count, "attendee"),
            length=self.number(raw.get("length", 1), f"{at}.length", 1, 2),
            copies=self.number(raw.get("copies", 1), f"{at}.copies", 1),
            features=self.texts(raw, "features", at),
            unavailable=self.ids(raw, "unavailable", at, self.slot_count, "slot"),
            rather_not=self.ids(raw, "rather_not", at, self.slot_count, "slot"),
            topic=topic,
            pin_slot=self.optional_id(pin.get("slot"), f"{at}.pin.slot", self.slot_count, "slot"),
            pin_room=self.optional_id(pin.get("room"), f"{at}.pin.room", self.room_count, "room"),
            required=self.boolean(raw.get("required"), f"{at}.required"),
            kind=str(raw.get("kind") or ""),
            hands=self.number(raw.get("hands", 0), f"{at}.hands", 0),
        )

    def attendee(self, i: int, raw: object) -> Attendee:
        at = f"attendees[{i}]"
        raw = self.object_at(raw, at)
        wishes: dict[int, int] = {}
        for k, pair in enumerate(self.list_at(raw, "wishes", f"{at}.wishes")):
            place = f"{at}.wishes[{k}]"
            if not isinstance(pair, list) or len(pair) != 2:
                raise ProblemError(f"{place}: must be [session, weight]")
            session = self.id(pair[0], f"{place}[0]", self.session_count, "session")
            if session in wishes:
                raise ProblemError(f"{place}: session {session} is wished twice by the same attendee")
            wishes[session] = self.number(pair[1], f"{place}[1]", 1)
        return Attendee(
            wishes=tuple(sorted(wishes.items())),
            absent=self.ids(raw, "absent", at, self.slot_count, "slot"),
        )

    def order(self) -> list[tuple[int, int]]:
        pairs = []
        for k, pair in enumerate(self.list_at(self.data, "order", "order")):
            if not isinstance(pair, list) or len(pair) != 2:
                raise ProblemError(f"order[{k}]: must be [session, session]")
            a, b = (self.id(v, f"order[{k}][{n}]", self.session_count, "session") for n, v in enumerate(pair))
            pairs.append((a, b))
        return pairs

    def published(self) -> list[Placement]:
        rows = []
        for k, row in enumerate(self.list_at(self.data, "published", "published")):
            at = f"published[{k}]"
            if not isinstance(row, list) or len(row) != 3:
                raise ProblemError(f"{at}: must be [session, slot, room]")
            rows.append(
                Placement(
                    self.id(row[0], f"{at}[0]", self.session_count, "session"),
                    self.id(row[1], f"{at}[1]", self.slot_count, "slot"),
                    self.id(row[2], f"{at}[2]", self.room_count, "room"),
                )
            )
        return rows

    def weights(self) -> Weights:
        raw = self.object_at(self.data.get("weights") or {}, "weights")
        values = {}
        for weight, name in WEIGHTS_IN_FILES.items():
            value = raw.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise ProblemError(f"weights.{name}: must be a number from 0 up")
            values[weight] = float(value)
        return Weights(**values)

    # -- values ----------------------------------------------------------------------------------

    @staticmethod
    def object_at(raw: object, at: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ProblemError(f"{at}: must be an object")
        return raw

    @staticmethod
    def list_at(raw: dict[str, Any], key: str, at: str) -> Sequence[Any]:
        value = raw.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ProblemError(f"{at}: must be a list")
        return value

    @staticmethod
    def boolean(value: object, at: str) -> bool:
        if value is None:
            return False
        if not isinstance(value, bool):
            raise ProblemError(f"{at}: must be true or false")
        return value

    @staticmethod
    def number(value: object, at: str, least: int, most: int | None = None) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ProblemError(f"{at}: must be a whole number")
        if value < least or (most is not None and value > most):
            raise ProblemError(f"{at}: {value} is not from {least} {'up' if most is None else f'to {most}'}")
        return value

    def id(self, value: object, at: str, count: int, what: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ProblemError(f"{at}: must be the position of one {what}")
        if not 0 <= value < count:
            raise ProblemError(f"{at}: there is no {what} {value} (the file has {count})")
        return value

    def optional_id(self, value: object, at: str, count: int, what: str) -> int | None:
        return None if value is None else self.id(value, at, count, what)

    def ids(self, raw: dict[str, Any], key: str, at: str, count: int, what: str) -> frozenset[int]:
        values = self.list_at(raw, key, f"{at}.{key}")
        return frozenset(self.id(v, f"{at}.{key}[{k}]", count, what) for k, v in enumerate(values))

    def texts(self, raw: dict[str, Any], key: str, at: str) -> frozenset[str]:
        values = self.list_at(raw, key, f"{at}.{key}")
        for k, value in enumerate(values):
            if not isinstance(value, str):
                raise ProblemError(f"{at}.{key}[{k}]: must be a text")
        return frozenset(values)
