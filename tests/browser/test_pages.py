"""Every page of the demo: axe finds nothing, nothing is wider than a phone, nothing is heavy."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

COMMON = [
    "/",
    "/j/",
    "/me/",
    "/new/",
    "/new/import/",
    "/demo/",
    "/accounts/keep/",
    "/accounts/2fa/webauthn/",
    "/app/offline/",
]
OF_A_CAMP = [
    "", "pitches/", "pitches/new/", "grid/", "grid/versions/", "grid/how/", "my/", "record/", "write-ups/new/",
    "name/", "leave/", "poster/", "settings/", "rooms/", "slots/", "people/", "draft/", "draft/publish/", "draft/publish/back/", "draft/figures/", "draft/plan-b/", "draft/history/", "draft/repair/", "draft/wall/", "import/",
    "export/", "copy/", "delete/",
    "archive/", "my/calendar/replace/", "calendar/", "slots/shift/", "something-is-wrong/", "told-to-me/", "along/", "waiting/",
    "my/tell/", "pitches/one/", "paper/", "paper/cells/", "paper/cards/", "paper/pack/", "paper/sheet/", "practise/",
]  # fmt: skip
#: of camps that differ from those in nothing but their days and rooms
OF_ANOTHER_CAMP = {
    name: ["", "pitches/", "grid/", "my/", "slots/", "draft/", "draft/publish/", "draft/publish/back/"]
    for name in ("digital-health-hack", "lgovsm")
}
FOUND = {
    "bluelightcamp": [r"/sessions/\d+/$", r"/pitches/\d+/$", r"/grid/print/$"],
    "localgovcamp": [r"/sessions/\d+/$", r"/write-ups/\d+/$", r"/pitches/\d+/$"],
}
#: first visit on a phone, compressed, everything included
HEAVIEST = 60 * 1024


def pages_of(page, camp: str) -> list[str]:
    """The camp's pages, and one of each kind that needs a number."""
    pages = [f"/{camp}/{rest}" for rest in OF_ANOTHER_CAMP.get(camp, OF_A_CAMP)]
    for pattern in FOUND.get(camp, []):
        for start in (f"/{camp}/grid/", f"/{camp}/record/", f"/{camp}/pitches/"):
            page.goto(start)
            links = page.eval_on_selector_all("main a", "links => links.map(a => a.getAttribute('href'))")
            if found := [link for link in links if link and re.search(pattern, link)]:
                pages.append(found[0])
                break
    sessions = [p for p in pages if "/sessions/" in p]
    pages += [f"{p}{rest}" for p in sessions for rest in ("notes/", "notes/history/", "links/", "write-ups/")]
    pitches = [p for p in pages if re.search(r"/pitches/\d+/$", p)]
    pages += [f"{p}{rest}" for p in pitches for rest in ("edit/", "merge/", "withdraw/")]
    pages += [p.replace("/pitches/", "/draft/pitches/") + "place/" for p in pitches]
    for start in () if camp in OF_ANOTHER_CAMP else ("rooms/", "slots/", "people/"):
        page.goto(f"/{camp}/{start}")
        pages += page.eval_on_selector_all(
            "main a[href$='/delete/'], main a[href$='/remove/']",
            "links => links.slice(0, 1).map(a => a.getAttribute('href'))",
        )
    if camp not in OF_ANOTHER_CAMP:
        page.goto(f"/{camp}/draft/")
        pages += page.eval_on_selector_all(
            ".board a.free", "links => links.slice(0, 1).map(a => a.getAttribute('href'))"
        )
    return pages


EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: of these alone it matters which theme is shown
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


def found_by_axe(page, rules: list[str]) -> list[tuple[str, str, str]]:
    violations = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    return [(page.url, v["id"], v["nodes"][0]["html"][:160]) for v in violations]


@pytest.mark.parametrize("camp", ["", "govcamp-2027", "bluelightcamp", "localgovcamp", "digital-health-hack", "lgovsm"])
def test_axe_finds_nothing_in_either_theme(open_page, camp):
    # Without motion a theme is there at once, and not after its colours have faded in.
    page = open_page("organiser", camp or "govcamp-2027", reduced_motion="reduce")
    wrong = []
    for path in pages_of(page, camp) if camp else COMMON:
        page.emulate_media(color_scheme="light")
        response = page.goto(path)
        if response.status == 404 and "history" in path:
            continue
        assert response.status == 200, path
        wrong += found_by_axe(page, EVERY_RULE)
        page.emulate_media(color_scheme="dark")
        wrong += found_by_axe(page, RULES_OF_COLOUR)
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_a_pale_word_in_the_theme_that_is_shown(open_page, scheme):
    """Looked at as above: without a new page the other theme's colours would be measured, if this did not work."""
    page = open_page("organiser", "govcamp-2027", reduced_motion="reduce")
    page.goto("/govcamp-2027/")
    pale = f"@media (prefers-color-scheme: {scheme}) {{ h1 {{ color: #777 !important; background: #666 }} }}"
    page.evaluate("(rule) => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length)", pale)
    found = []
    for shown in ("light", "dark"):
        page.emulate_media(color_scheme=shown)
        found.append({rule for _url, rule, _html in found_by_axe(page, RULES_OF_COLOUR)})
    assert found == [{"color-contrast"} if shown == scheme else set() for shown in ("light", "dark")]


def test_axe_finds_nothing_for_somebody_outside(open_page):
    page = open_page()
    wrong = []
    for path in (
        "/",
        "/accounts/login/code/",
        "/bluelightcamp/",
        "/bluelightcamp/join/",
        "/bluelightcamp/grid/",
        "/bluelightcamp/something-is-wrong/",
        "/nothing-here/",
    ):
        page.goto(path)
        wrong += [(path, v["id"], v["nodes"][0]["html"][:160]) for v in Axe().run(page).response["violations"]]
    assert wrong == []


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways(open_page, width):
    page = open_page("organiser", "localgovcamp", viewport={"width": width, "height": 800})
    wide = []
    for path in [*COMMON, *pages_of(page, "localgovcamp"), *pages_of(page, "bluelightcamp")]:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize(
    "path", ["/", "/govcamp-2027/", "/govcamp-2027/pitches/", "/bluelightcamp/grid/", "/lgovsm/join/"]
)
def test_a_first_visit_is_light(open_page, path):
    page = open_page()
    seen = []
    page.on("response", lambda response: seen.append(response))
    page.goto(path, wait_until="networkidle")
    sizes = {r.url: r.request.sizes()["responseBodySize"] for r in seen}
    assert sum(sizes.values()) <= HEAVIEST, sizes
    assert all(url.startswith(page.url.split("/", 3)[0]) and "127.0.0.1" in url for url in sizes)


def test_buttons_are_large_enough_for_a_thumb(open_page):
    page = open_page("attendee")
    page.goto("/govcamp-2027/pitches/")
    heights = page.eval_on_selector_all(".interest button", "all => all.map(b => b.getBoundingClientRect().height)")
    assert heights
    assert min(heights) >= 44


def test_on_a_phone_a_session_says_where_it_is_right_below_its_title(open_page):
    """The room stands last in the source, where it costs least; what is seen is in the order in which people look."""
    page = open_page("attendee")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/bluelightcamp/grid/?past=1")
    tops = """all => all.map(entry => ["a", ".where", ".hosts", ".chip"]
        .map(part => entry.querySelector(part)).filter(Boolean).map(part => part.getBoundingClientRect().top))"""
    entries = page.eval_on_selector_all(".entry", tops)
    assert entries
    assert all(found == sorted(found) for found in entries)
