"""`python -m bench.way_in [--rounds 5]`: seconds from the code on the wall to being in, on a phone on slow 3G.

A browser that was never here opens the address behind the code as Chromium emulates slow 3G (2,000 ms for each request,
400 kbit/s both ways), somebody types a name of ten letters, five a second, and sends it. It ends when "You are in as"
stands on the screen. Beside it the same with a network that costs nothing: the difference is the network's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

from .processes import CHROMIUM, HOST
from .serving import demo, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SLUG = "govcamp-2027"
NAME = "Ida Typing"
#: milliseconds from letter to letter; of a request; bytes a second
TYPING, LATENCY, THROUGHPUT = 200, 2_000, 400_000 / 8
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def way_in(browser: Browser, address: str, *, is_slow: bool) -> tuple[float, float]:
    """Seconds until the form can be typed into, and until one is in."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    if is_slow:
        network = {"latency": LATENCY, "downloadThroughput": THROUGHPUT, "uploadThroughput": THROUGHPUT}
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", {"offline": False, **network})
    began = time.monotonic()
    page.goto(address, wait_until="commit")
    field = page.locator("#id_display_name")
    field.wait_for()
    can_type = time.monotonic() - began
    field.press_sequentially(NAME, delay=TYPING)
    page.locator("main form[method=post] button:not([type=button])").last.click(no_wait_after=True)
    page.get_by_text("You are in as").wait_for(timeout=60_000)
    is_in = time.monotonic() - began
    context.close()
    return can_type, is_in


def measure(browser: Browser, address: str, rounds: int) -> None:
    """Prints the table."""
    way_in(browser, address, is_slow=False)
    print("| network | one can type after s | in after s: median | longest |\n|---|--:|--:|--:|")
    for name, is_slow in (("slow 3G", True), ("none between", False)):
        found = [way_in(browser, address, is_slow=is_slow) for _ in range(rounds)]
        typed, ins = zip(*found, strict=True)
        print(f"| {name} | {statistics.median(typed):.1f} | {statistics.median(ins):.1f} | {max(ins):.1f} |")
    browser.close()


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with demo(SLUG), served() as port:
        from events.models import Camp

        address = f"http://{HOST}:{port}/j/{Camp.objects.get(slug=SLUG).code}/"
        with sync_playwright() as playwright:
            measure(
                playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]), address, options.rounds
            )


if __name__ == "__main__":
    main()
