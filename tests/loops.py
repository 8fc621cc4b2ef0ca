"""What runs in a loop of its own (asyncio)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def in_a_loop(work: Coroutine[Any, Any, None]) -> None:
    """In a thread: tests with a browser leave a loop that runs in this one, and there is no second."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
