"""Somebody whose page listens, over a socket of their own."""

from __future__ import annotations

import http.client
import re
import socket
import time
from contextlib import suppress
from urllib.parse import quote

from bench.processes import HOST, Served


def token_for(served: Served, path: str, cookie: str = "") -> str:
    """As a page's piece gets it when it asks."""
    connection = http.client.HTTPConnection(HOST, served.port, timeout=60)
    headers = {"HX-Request": "true"} | ({"Cookie": cookie} if cookie else {})
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.getheader("Campgrid-Live") or ""


class Listening:
    """Hears what is told, from now on."""

    def __init__(self, served: Served, token: str, port: int = 0) -> None:
        self.data = b""
        self.socket = socket.create_connection((HOST, port or served.port), timeout=60)
        self.socket.sendall(f"GET /events/?{quote(token)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        self.socket.settimeout(0.2)

    def numbers(self) -> dict[str, int]:
        """The newest of each part, of what came until now."""
        with suppress(TimeoutError):
            while data := self.socket.recv(10_000):
                self.data += data
        return {part.decode(): int(number) for part, number in re.findall(rb"^data: (\S+) (\d+)$", self.data, re.M)}

    def hears(self, part: str, *, above: int, seconds: float = 60) -> float:
        """Seconds until it did."""
        begun = time.monotonic()
        while self.numbers().get(part, 0) <= above:
            assert time.monotonic() < begun + seconds, self.data
        return time.monotonic() - begun

    def is_over(self) -> bool:
        try:
            while data := self.socket.recv(10_000):
                self.data += data
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()
