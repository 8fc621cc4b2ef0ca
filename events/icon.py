"""The camp's icon for home screens: four squares on its colour, as PNG (RFC 2083)."""

from __future__ import annotations

import struct
import zlib

from .colour import LIGHT_PAPER, parse, readable_on

#: as static/icon.svg: of 32
CORNER, SQUARE, NEAR, FAR = 7, 7, 7, 18
WHITE, YELLOW = (255, 255, 255, 255), (244, 201, 93, 255)
#: of a maskable icon phones may cut a fifth away on each side (https://www.w3.org/TR/appmanifest/#icon-masks)
SAFE = 0.78

Pixel = tuple[int, int, int, int]


def png(size: int, colour: str, *, is_maskable: bool) -> bytes:
    """The icon in so many pixels. A maskable one has no corners of its own."""
    red, green, blue = (round(channel * 255) for channel in parse(readable_on(colour, LIGHT_PAPER)))
    ground = (red, green, blue, 255)
    scale = SAFE if is_maskable else 1.0
    middle = size / 2
    near, far, square = (
        round(middle + (NEAR - 16) * scale * size / 32),
        round(middle + (FAR - 16) * scale * size / 32),
        round(SQUARE * scale * size / 32),
    )
    plain = bytes(ground) * size
    upper, lower = _row(size, ground, near, far, square, WHITE), _row(size, ground, near, far, square, YELLOW)
    rows = [plain] * size
    rows[near : near + square] = [upper] * square
    rows[far : far + square] = [lower] * square
    if not is_maskable:
        rows = _rounded(rows, size, CORNER * size / 32)
    return _file(size, b"".join(b"\0" + row for row in rows))


def _row(size: int, ground: Pixel, near: int, far: int, square: int, last: Pixel) -> bytes:
    between, after = far - near - square, size - far - square
    parts = [(ground, near), (WHITE, square), (ground, between), (last, square), (ground, after)]
    return b"".join(bytes(pixel) * count for pixel, count in parts)


def _rounded(rows: list[bytes], size: int, radius: float) -> list[bytes]:
    """What is beyond the corners is seen through, their edge by half (antialiasing)."""
    rounded = list(rows)
    for y in range(round(radius)):
        row = bytearray(rows[y])
        for x in range(round(radius)):
            away = ((radius - x - 0.5) ** 2 + (radius - y - 0.5) ** 2) ** 0.5
            seen = round(255 * min(1.0, max(0.0, radius - away + 0.5)))
            row[4 * x + 3] = row[4 * (size - 1 - x) + 3] = seen
        rounded[y] = rounded[size - 1 - y] = bytes(row)
    return rounded


def _file(size: int, pixels: bytes) -> bytes:
    header = struct.pack(">2I5B", size, size, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
