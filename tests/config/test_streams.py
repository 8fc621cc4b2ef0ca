"""Whoever listens is told the numbers of their parts, and each change of them; whatever fails, the next look tells it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest
from django.db import OperationalError

from config import streams
from config.streams import NOT_YOURS, TOO_MANY, Streams
from events import live
from events.models import Camp
from tests.loops import in_a_loop

CAMP = Camp(pk=7)


def token(*parts: str, camp: Camp = CAMP) -> str:
    return live.token_of(camp, None, dict.fromkeys(parts, 0))


class Hall:
    """Streams whose stamps are a dictionary, and people who listen at the other end."""

    def __init__(self, monkeypatch, most: int = 100) -> None:
        self.streams, self.stamps, self.is_away = Streams(most=most), {7: {"grid": 3}, 8: {"grid": 1}}, False
        # Without a name for it, it would be closed.
        self.writers: list[asyncio.StreamWriter] = []
        monkeypatch.setattr(streams, "_read", self.read)

    def read(self, camps):
        if self.is_away:
            raise OperationalError("away")
        return {camp: dict(self.stamps[camp]) for camp in camps}

    async def come(self, *tokens: str) -> asyncio.StreamReader:
        theirs, ours = socket.socketpair()
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=theirs)
        self.writers.append(writer)
        await self.streams.take(ours, tokens)
        return reader


async def heard(reader: asyncio.StreamReader, seconds: float = 0.2) -> list[str]:
    """The lines with news that come within a moment."""
    found = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while data := await reader.read(10_000):
                found += data
    return [line.removeprefix("data: ") for line in found.decode().splitlines() if line.startswith("data: ")]


def played(monkeypatch, play, **how) -> None:
    async def run() -> None:
        hall = Hall(monkeypatch, **how)
        work = asyncio.create_task(hall.streams.watch())
        try:
            await play(hall)
        finally:
            work.cancel()
            hall.streams.thread.shutdown(wait=False)

    in_a_loop(run())


def test_whoever_comes_is_told_what_is_known_and_then_what_changed_of_their_parts(monkeypatch):
    async def play(hall):
        grid, both = await hall.come(token("grid")), await hall.come(token("grid"), token("pitches"))
        other = await hall.come(token("grid", camp=Camp(pk=8)))
        assert await heard(grid, 1) == ["grid 3"]
        assert await heard(both) == ["grid 3", "pitches 0"]
        hall.stamps[7] |= {"pitches": 1, "draft": 9}
        hall.streams.hinted.set()
        assert await heard(both) == ["pitches 1"]
        assert await heard(grid) == []
        assert await heard(other) == ["grid 1"]

    played(monkeypatch, play)


def test_who_is_just_coming_is_told_nothing_before_the_head_of_their_answer(monkeypatch):
    async def play(hall):
        first = await hall.come(token("grid"))
        assert await heard(first, 1) == ["grid 3"]
        loop, readers = asyncio.get_running_loop(), []
        for step in range(4):
            theirs, ours = socket.socketpair()
            ours.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=theirs)
            hall.writers.append(writer)
            task = loop.create_task(hall.streams.take(ours, [token("grid")]))
            # At this moment of their coming it changes.
            for _turn in range(step):
                await asyncio.sleep(0)
            hall.stamps[7] = {"grid": 4 + step}
            hall.streams.audiences[7].learn(hall.stamps[7])
            await task
            readers.append(reader)
        for reader in readers:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            assert (await heard(reader))[-1] == "grid 7"

    played(monkeypatch, play)


def test_without_a_hint_it_is_found_all_the_same(monkeypatch):
    monkeypatch.setattr(streams, "AT_LEAST", 0.3)

    async def play(hall):
        hall.streams.hints.add("Redis")
        reader = await hall.come(token("grid"))
        assert await heard(reader, 1) == ["grid 3"]
        hall.stamps[7] = {"grid": 4}
        assert await heard(reader, 1) == ["grid 4"]

    played(monkeypatch, play)


def test_a_database_that_was_away_is_found_again_and_nothing_is_missed(monkeypatch):
    async def play(hall):
        reader = await hall.come(token("grid"))
        assert await heard(reader, 1) == ["grid 3"]
        hall.is_away = True
        hall.stamps[7] = {"grid": 5}
        hall.streams.hinted.set()
        assert await heard(reader, 0.5) == []
        hall.is_away = False
        assert await heard(reader, 2) == ["grid 5"]

    played(monkeypatch, play)


@pytest.mark.parametrize("tokens", [[""], ["7 9999999999 grid=1:forged"], []])
def test_without_a_token_of_ours_nobody_listens(monkeypatch, tokens):
    async def play(hall):
        reader = await hall.come(*tokens)
        assert await reader.read() == NOT_YOURS
        assert hall.streams.audiences == {}

    played(monkeypatch, play)


def test_a_token_of_another_camp_beside_it_opens_nothing_there(monkeypatch):
    async def play(hall):
        reader = await hall.come(token("grid"), token("pitches", camp=Camp(pk=8)))
        assert await heard(reader, 1) == ["grid 3"]
        assert list(hall.streams.audiences) == [7]

    played(monkeypatch, play)


def test_when_all_places_are_taken_one_is_told_so(monkeypatch):
    async def play(hall):
        await hall.come(token("grid"))
        reader = await hall.come(token("grid"))
        assert await reader.read() == TOO_MANY

    played(monkeypatch, play, most=1)


def test_who_leaves_is_forgotten(monkeypatch):
    async def play(hall):
        reader = await hall.come(token("grid"))
        await heard(reader)
        assert hall.streams.count == 1
        hall.writers[0].close()
        await asyncio.sleep(0.1)
        assert (hall.streams.count, hall.streams.audiences) == (0, {})

    played(monkeypatch, play)


def test_whose_token_ended_is_let_go_and_the_others_get_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(streams, "SIGN", 0.2)

    async def play(hall):
        staying, leaving = await hall.come(token("grid")), await hall.come(token("grid", "pitches"))
        [listener] = hall.streams.audiences[7].groups[frozenset({"grid", "pitches"})]
        listener.until = 0
        work = asyncio.create_task(hall.streams.keep_awake())
        await asyncio.wait_for(leaving.read(), 2)
        await asyncio.wait_for(staying.readuntil(b"\n:\n\n"), 2)
        assert hall.streams.count == 1
        work.cancel()

    played(monkeypatch, play)


def test_whoever_takes_nothing_is_left(monkeypatch):
    async def play(hall):
        await hall.come(token("grid"))
        [listener] = hall.streams.audiences[7].listeners()
        for _ in range(400):
            listener.tell(b":" * 4096)
        await asyncio.sleep(0.1)
        assert hall.streams.count == 0

    played(monkeypatch, play)
