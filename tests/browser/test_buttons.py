"""Every form says that it works from the first press on, and a second press sends nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.urls import resolve

from .conftest import ROOT
from .test_pages import COMMON, pages_of

CAMPS = ["govcamp-2027", "bluelightcamp", "localgovcamp"]

#: What of a form leaves the page is stopped at the last moment, and counted.
STOP = """() => {
  window.left = 0;
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) window.left += 1;
    event.preventDefault();
  });
}"""

#: Presses the button of each form twice at once, and once more when it has left. A tap shows what it did, as does Later,
#: one by one; a passkey, and whether a device may be told, is asked for by the browser in a window of its own.
PRESS = """async () => {
  const told = [];
  for (const form of document.querySelectorAll("form[method=post]:not(#tap, [action*=webauthn], [data-key], .back-and-forth *, #place, #pins, [data-stays])")) {
    const button = [...form.elements].find((element) => element.type === "submit");
    if (!button) continue;
    form.noValidate = true;
    window.left = 0;
    button.click();
    const says = [button.getAttribute("aria-disabled"), button.textContent.trim()];
    button.click();
    for (let tries = 0; tries < 500 && !window.left; tries += 1) await new Promise((done) => setTimeout(done, 20));
    button.click();
    // A form that keeps a draft asks this before it is sent.
    await fetch("/health/", { method: "HEAD", cache: "no-store" });
    told.push({ address: new URL(form.getAttribute("action") || "", location.href).href, says, left: window.left });
  }
  return told;
}"""

#: Taps show what they did. The others are on no page of these camps as the demo makes them; what is asked of their
#: templates is below, and the same script hears of every form that is sent.
ELSEWHERE = {
    # On the board what one did is seen at once: test_workshop.py.
    "schedule:session_place", "schedule:session_pin", "schedule:session_unplace", "schedule:pins_set",
    "pitches:interest_set", "events:camp_erase", "events:address_drop", "events:news_hear", "schedule:moves_hear", "schedule:device_add", "schedule:device_remove", "events:invitation_accept", "events:invitation_take_back", "events:person_handover", "events:room_edit",
    "events:slot_edit", "exchange:import_detail", "notes:link_delete", "notes:link_restore", "notes:writeup_delete",
    "notes:writeup_edit", "pitches:pitch_host", "pitches:pitch_return", "schedule:build_stop", "schedule:build_take", "schedule:build_leave",
    # test_repair.py
    "schedule:session_repair", "schedule:cell_repair", "schedule:host_call", "schedule:call_answer", "schedule:lead_offer",
    "schedule:host_back", "schedule:move_undo", "schedule:repair_take", "schedule:repeat_add", "schedule:room_reopen",
    "schedule:live_switch", "schedule:version_take_back", "schedule:scan_hold", "schedule:scan_place", "schedule:shift_undo", "schedule:step_undo", "schedule:step_redo", "schedule:mails_stop", "events:room_unpaste", "events:slot_ungenerate", "events:room_features",
    "events:worry_delete", "notes:draft_edit", "notes:draft_delete",
    # test_plan_b.py
    "schedule:plan_b_take", "schedule:plan_b_drop", "schedule:plan_b_return",
    # No host of these camps may choose, nobody practises; test_workshop.py splits.
    "schedule:place_claim", "schedule:place_give_back", "exchange:practice_erase", "schedule:pitch_split",
}  # fmt: skip


def addresses_of_forms() -> set[str]:
    """As `tests.addresses` has them, by hand."""
    found = set(re.findall(r'^ +"(\w+:\w+)": Form\(', (ROOT / "tests/addresses.py").read_text(), re.MULTILINE))
    assert len(found) > 40
    return found


def press_all(page, path: str) -> list[dict]:
    page.goto(path)
    page.evaluate(STOP)
    return page.evaluate(PRESS)


def test_every_button_says_that_it_works_and_sends_once(open_page):
    page, stranger = open_page("organiser"), open_page()
    seen, silent = set(), []
    looks = [(page, path) for path in [*COMMON, "/accounts/logout/"]]
    looks += [(page, path) for camp in CAMPS for path in pages_of(page, camp)]
    looks += [(stranger, path) for path in ("/accounts/login/code/", f"/{CAMPS[0]}/join/")]
    # Whoever hears it tells it to nobody.
    looks.append((stranger, f"/{CAMPS[0]}/something-is-wrong/"))
    for who, path in looks:
        for form in press_all(who, path):
            seen.add(resolve(urlsplit(form["address"]).path).view_name)
            if (form["says"], form["left"]) != (["true", "Sending…"], 1):
                silent.append((path, form))
    assert silent == []
    assert addresses_of_forms() - seen - ELSEWHERE == set()


def with_parts(form: str, sources: dict) -> str:
    """With what it includes; the stencil around the buttons of a session with one of those."""
    form = form.replace("{{ gaps.inside }}", sources[ROOT / "templates/schedule/_day_button.html"])
    while found := re.search(r'{% include "([\w/.]+)"[^%]*%}', form):
        form = form.replace(found[0], sources[ROOT / "templates" / found[1]])
    # The ways to mend something are a list of buttons.
    return form.replace("{% partial remedy-list %}", '<button name="plan">')


def test_every_form_is_sent_by_a_button_and_by_the_browser_itself():
    """So that the script hears of it: nothing else sends one, such as htmx or a field that changes."""
    wrong, sources = [], {path: path.read_text() for path in sorted((ROOT / "templates").rglob("*.html"))}
    # A button may stand elsewhere on the page, and say whose it is.
    elsewhere = {name for source in sources.values() for name in re.findall(r'<button[^>]*\bform="([\w-]+)"', source)}
    for path, source in sources.items():
        forms = [
            with_parts(form, sources) for form in re.findall(r'<form[^>]*method="post".*?</form>', source, re.DOTALL)
        ]
        forms = [form for form in forms if not elsewhere & {*re.findall(r'^<form[^>]*\bid="([\w-]+)"', form)}]
        wrong += [(path.name, form[:80]) for form in forms if not re.search(r'<button(?![^>]*type="button")', form)]
        wrong += [(path.name, found) for found in re.findall(r"hx-(?:post|put|patch|delete)|onchange", source)]
    assert wrong == []
