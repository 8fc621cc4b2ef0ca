"""A tap on a bad network: it shows at once, it is told while it is not sent, and it arrives, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from .conftest import ARGUMENTS, CHROMIUM, WITHOUT_2022

CAMP = "govcamp-2027"
BOARD = f"/{CAMP}/pitches/"
PHONE = {"width": 390, "height": 800}


def come_in(page: Page, persona: str = "") -> None:
    if persona:
        page.goto("/demo/")
        page.locator(f"form:has(input[value='{CAMP}']) button[value='{persona}']").click()
    else:
        page.goto(f"/{CAMP}/join/")
        page.locator("#id_display_name").fill("Tess")
        page.locator("main form[method=post] button:not([type=button])").last.click()
        page.wait_for_url(f"**/{CAMP}/")
    page.goto(BOARD)


@pytest.fixture
def board(open_page):
    """The board as somebody sees it who just came, and has tapped nothing yet; or as a persona does."""

    def open_board(persona: str = "", **options) -> Page:
        page = open_page(persona, CAMP, **options)
        if persona:
            page.goto(BOARD)
        else:
            come_in(page)
        return page

    return open_board


def interested(page: Page, pitch: str):
    return page.locator(f"#interested-{pitch}")


def is_pressed(button) -> bool:
    return button.get_attribute("aria-pressed") == "true"


def stored(page: Page, pitch: str) -> int:
    """The level as the server has it now, asked by a request of its own."""
    html = page.context.request.get(f"{BOARD}{pitch}/", headers={"Cache-Control": "no-cache"}).text()
    return int(re.search(rf'data-tap="{pitch}" data-level="(-?\d)"', html)[1])


def bar(page: Page):
    return page.locator("#taps")


def says(page: Page, *words: str) -> None:
    """The bar has these words where one sees them."""
    for text in words:
        expect(bar(page)).to_contain_text(text, use_inner_text=True, timeout=30_000)


def is_silent(page: Page) -> bool:
    return not bar(page).inner_text().strip()


def sent_taps(*pages: Page) -> list[tuple[str, str]]:
    """Pitch and level of every tap that leaves the pages, as they leave."""
    found: list[tuple[str, str]] = []

    def hear(request) -> None:
        if request.method == "POST" and (pitch := re.search(r"/pitches/(\d+)/interest/$", request.url)):
            found.append((pitch[1], re.search(r"level=(\d)", request.post_data)[1]))

    for page in pages:
        page.on("request", hear)
    return found


def wait_for(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(150):
        if condition():
            return
        page.wait_for_timeout(200)
    raise AssertionError("It did not come about in half a minute.")


def free_pitches(page: Page, count: int) -> list[str]:
    """So many pitches in which they have no interest, as they stand on the board."""
    ids = page.eval_on_selector_all("[data-tap][data-level='0']", "all => all.map(c => c.dataset.tap)")
    assert len(ids) >= count
    return ids[:count]


def test_a_tap_shows_at_once_and_nothing_is_said_where_the_network_works(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    button = interested(page, pitch)
    assert button.evaluate("b => { b.click(); return b.getAttribute('aria-pressed') }") == "true"
    all_sent(page)
    assert stored(page, pitch) == 1
    assert is_silent(page)


def test_offline_a_tap_is_kept_told_and_sent_in_order_when_the_network_returns(board):
    page = board()
    one, two, three = free_pitches(page, 3)
    page.context.set_offline(True)
    for pitch in (two, one, three):
        interested(page, pitch).click()
        assert is_pressed(interested(page, pitch))
    says(page, "3 taps not sent yet.")
    expect(page.locator(f"#interest-control-{one} .not-sent")).to_be_visible()
    sent = sent_taps(page)
    page.context.set_offline(False)
    says(page, "Sent.")
    assert sent == [(two, "1"), (one, "1"), (three, "1")]
    assert [stored(page, pitch) for pitch in (one, two, three)] == [1, 1, 1]
    expect(page.locator(f"#interest-control-{one} .not-sent")).to_be_hidden()
    expect(bar(page).locator("[data-part=sent]")).to_be_hidden(timeout=8_000)
    assert is_silent(page)


#: what stands between the browser and us, and what Wi-Fi answers to somebody who has not agreed to its terms
NOT_US = {
    "502": {"status": 502, "body": "<h1>Bad Gateway</h1>", "content_type": "text/html"},
    "503": {"status": 503, "body": "", "content_type": "text/plain"},
    "429": {"status": 429, "body": '{"error": "slow down"}', "content_type": "application/json"},
    "403 of a proxy": {"status": 403, "body": "<h1>Forbidden</h1>", "content_type": "text/html"},
    "a sign-in page of the Wi-Fi": {"status": 200, "body": "<h1>Welcome</h1>", "content_type": "text/html"},
    "elsewhere": {"status": 302, "body": "", "headers": {"Location": "http://127.0.0.1:9/"}},
}
#: as `config.views.broken` answers a script
OUR_500 = {"status": 500, "content_type": "application/json", "body": '{"problem": "Something went wrong."}'}
TAPS = "**/interest/"


def answer_taps(page: Page, **answer) -> None:
    page.context.route(TAPS, lambda route: route.fulfill(**answer))


def network_returns(page: Page) -> None:
    page.context.unroute(TAPS)
    page.evaluate("() => { window.dispatchEvent(new Event('online')); }")


def is_kept(page: Page) -> bool:
    return page.evaluate("() => Object.keys(localStorage).some((name) => name.startsWith('campgrid-tap:wish'))")


def all_sent(page: Page) -> None:
    page.wait_for_function("() => Object.keys(localStorage).every((name) => !name.startsWith('campgrid-tap:wish'))")


@pytest.mark.parametrize("answer", NOT_US.values(), ids=NOT_US)
def test_what_is_no_answer_of_ours_loses_no_tap(board, answer):
    page = board()
    (pitch,) = free_pitches(page, 1)
    answer_taps(page, **answer)
    interested(page, pitch).click()
    expect(bar(page)).not_to_contain_text("Sent.")
    says(page, "1 tap not sent yet.", "This goes by itself when the network is back.")
    assert is_pressed(interested(page, pitch))
    assert stored(page, pitch) == 0
    network_returns(page)
    says(page, "Sent.")
    assert stored(page, pitch) == 1


def test_a_request_that_is_never_answered_is_told_while_it_is_not(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    page.context.route(TAPS, lambda route: None)
    interested(page, pitch).click()
    says(page, "1 tap not sent yet.")
    page.goto(BOARD)
    assert is_pressed(interested(page, pitch))
    network_returns(page)
    says(page, "Sent.")


def test_by_itself_it_is_tried_again_after_a_pause(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    answers = iter([502, 429])

    def answer(route) -> None:
        status = next(answers, 0)
        route.fulfill(status=status, body="") if status else route.continue_()

    page.context.route(TAPS, answer)
    interested(page, pitch).click()
    says(page, "1 tap not sent yet.")
    says(page, "Sent.")
    assert stored(page, pitch) == 1


def test_a_tap_that_the_server_stumbles_over_holds_no_other_up(board, open_page):
    open_page.expected += "|status of 500"
    page = board()
    one, two, three = free_pitches(page, 3)
    page.context.route(f"**/{one}/interest/", lambda route: route.fulfill(**OUR_500))
    page.context.set_offline(True)
    for pitch in (one, two, three):
        interested(page, pitch).click()
    page.context.set_offline(False)
    says(page, "1 tap not sent yet.")
    assert [stored(page, pitch) for pitch in (one, two, three)] == [0, 1, 1]
    expect(page.locator(f"#interest-control-{one} .not-sent")).to_be_visible()
    page.context.unroute(f"**/{one}/interest/")
    # By itself, after its own pause.
    says(page, "Sent.")
    assert stored(page, one) == 1


def test_a_tap_that_fails_for_ever_and_another_one_keep_no_third_waiting(board, open_page):
    open_page.expected += "|status of 500"
    page = board()
    one, two, three = free_pitches(page, 3)
    sent = sent_taps(page)
    for pitch in (one, two):
        page.context.route(f"**/{pitch}/interest/", lambda route: route.fulfill(**OUR_500))
    interested(page, one).click()
    wait_for(page, lambda: [pitch for pitch, _level in sent].count(one) == 3)
    interested(page, two).click()
    wait_for(page, lambda: two in [pitch for pitch, _level in sent])
    interested(page, three).click()
    wait_for(page, lambda: stored(page, three) == 1)
    assert [stored(page, pitch) for pitch in (one, two)] == [0, 0]
    says(page, "2 taps not sent yet.")


def test_a_tap_over_which_the_server_always_stumbles_is_given_up_and_told(board, open_page):
    open_page.expected += "|status of 500"
    page = board()
    one, two = free_pitches(page, 2)
    title = page.locator(f"#interest-control-{one}").get_attribute("data-title")
    page.clock.install()
    page.reload()
    page.context.route(f"**/{one}/interest/", lambda route: route.fulfill(**OUR_500))
    sent = sent_taps(page)
    interested(page, one).click()
    for _ in range(120):
        # Shorter than a request may take: that would count as a bad network.
        page.clock.run_for(12_000)
        page.wait_for_timeout(50)
        if not is_kept(page):
            break
    says(page, f"“{title}”: Campgrid failed to take your tap. Tap again later.")
    assert sent == [(one, "1")] * 20
    assert not is_pressed(interested(page, one))
    interested(page, two).click()
    all_sent(page)
    assert stored(page, two) == 1


def test_a_500_of_a_proxy_never_uses_up_the_tries_of_a_tap(board, open_page):
    open_page.expected += "|status of 500"
    page = board()
    (pitch,) = free_pitches(page, 1)
    page.clock.install()
    page.reload()
    answer_taps(page, status=500, content_type="text/html", body="<h1>Internal Server Error</h1>")
    sent = sent_taps(page)
    interested(page, pitch).click()
    for _ in range(200):
        page.clock.run_for(12_000)
        page.wait_for_timeout(50)
        if len(sent) > 22:
            break
    assert len(sent) > 22
    says(page, "1 tap not sent yet.")
    network_returns(page)
    wait_for(page, lambda: stored(page, pitch) == 1)


def test_a_server_that_stumbles_over_every_tap_is_left_alone_for_a_while(board, open_page):
    open_page.expected += "|status of 500"
    page = board()
    answer_taps(page, **OUR_500)
    page.context.set_offline(True)
    for pitch in free_pitches(page, 5):
        interested(page, pitch).click()
    sent = sent_taps(page)
    page.context.set_offline(False)
    page.wait_for_function("() => JSON.parse(localStorage.getItem('campgrid-tap:wait'))?.failures > 0")
    says(page, "5 taps not sent yet.")
    assert len(sent) == 2
    network_returns(page)
    all_sent(page)


def test_a_tap_held_up_on_its_way_undoes_no_newer_one(board):
    """Given up here, since the network changed, it comes to the server when two more were done."""
    page = board()
    (pitch,) = free_pitches(page, 1)
    held = []

    def hold(route) -> None:
        held.append(route.request)
        route.abort()

    page.context.route(TAPS, hold, times=1)
    interested(page, pitch).click()
    all_sent(page)
    interested(page, pitch).click()
    all_sent(page)
    assert stored(page, pitch) == 0
    sent = {"data": held[0].post_data, "headers": held[0].headers}
    assert "level=1" in sent["data"]
    assert page.context.request.post(held[0].url, **sent).json()["is_old"] is True
    assert stored(page, pitch) == 0


def test_with_the_clock_of_the_device_set_back_a_tap_counts_all_the_same(board):
    page = board()
    one, two = free_pitches(page, 2)
    interested(page, one).click()
    all_sent(page)
    page.context.add_init_script("const now = Date.now; Date.now = () => now() - 3600000;")
    page.goto(BOARD)
    sent = sent_taps(page)
    interested(page, two).click()
    all_sent(page)
    # Taken for an old one, it was sent once more under another name.
    assert sent == [(two, "1"), (two, "1")]
    assert stored(page, two) == 1


#: ahead by so much as the device says
CLOCK = """
const now = Date.now.bind(Date);
const ahead = Number(localStorage.getItem("ahead"));
Date.now = () => now() + ahead;
Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + ahead });
"""


def test_once_the_clock_of_the_device_is_put_right_nothing_waits_for_the_wrong_one(board):
    """It was a day ahead: a server was busy then, and what was heard then is newer than no page of today."""
    page = board()
    one, two = free_pitches(page, 2)
    page.add_init_script(CLOCK)
    page.evaluate("localStorage.setItem('ahead', 86_400_000)")
    page.reload()
    interested(page, one).click()
    all_sent(page)
    page.route("**/interest/", lambda route: route.fulfill(status=503, headers={"Retry-After": "300"}))
    interested(page, two).click()
    says(page, "1 tap not sent yet.")
    page.unroute("**/interest/")
    page.evaluate("localStorage.removeItem('ahead')")
    page.goto(BOARD)
    all_sent(page)
    assert stored(page, two) == 1
    # Taken back on another device.
    form = {"level": "0", "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value()}
    page.context.request.post(f"{BOARD}{one}/interest/", form=form, headers={"Referer": page.url})
    assert stored(page, one) == 0
    page.goto(BOARD)
    expect(interested(page, one)).to_have_attribute("aria-pressed", "false")


def test_who_was_asked_to_wait_waits_whatever_happens_here(board):
    page = board()
    one, two = free_pitches(page, 2)
    page.clock.install()
    page.reload()
    answer_taps(page, status=429, body="", headers={"Retry-After": "1800"})
    sent = sent_taps(page)
    interested(page, one).click()
    says(page, "1 tap not sent yet.")
    assert len(sent) == 1
    network_returns(page)
    interested(page, two).click()
    other = page.context.new_page()
    sent_by_other = sent_taps(other)
    other.goto(f"{BOARD}{two}/")
    page.clock.run_for(1_700_000)
    says(page, "2 taps not sent yet.")
    assert (len(sent), sent_by_other) == (1, [])
    other.close()
    page.clock.run_for(200_000)
    says(page, "Sent.")
    # The clock runs on faster than answers come: one that takes too long is sent again.
    assert (sent[0], [*dict.fromkeys(sent[1:])]) == ((one, "1"), [(one, "1"), (two, "1")])


def test_left_and_on_any_other_page_it_is_told_and_sent(board):
    page = board()
    one, two = free_pitches(page, 2)
    answer_taps(page, **NOT_US["502"])
    interested(page, one).click()
    page.locator(f"#must-{two}").click()
    for path in ("/me/", f"/{CAMP}/my/", f"/{CAMP}/grid/", f"{BOARD}{two}/", "/bluelightcamp/"):
        page.goto(path)
        says(page, "2 taps not sent yet.")
    page.goto(f"{BOARD}{two}/")
    assert is_pressed(page.locator(f"#must-{two}"))
    page.goto(f"/{CAMP}/my/")
    network_returns(page)
    says(page, "Sent.")
    assert [stored(page, pitch) for pitch in (one, two)] == [1, 2]


def test_left_in_the_same_moment_a_tap_arrives(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    page.evaluate(
        f"() => {{ document.getElementById('interested-{pitch}').click(); location.href = '/{CAMP}/grid/'; }}"
    )
    page.wait_for_url("**/grid/")
    all_sent(page)
    assert stored(page, pitch) == 1


@contextmanager
def a_browser(chromium, site, folder, **options) -> Iterator[Page]:
    """One whose memory outlives it."""
    context = chromium.browser_type.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=ARGUMENTS, base_url=site, viewport=PHONE, **options
    )
    context.set_default_timeout(15_000)
    yield context.pages[0]
    context.close()


def test_with_the_browser_closed_it_is_sent_when_it_is_opened_again(chromium, site, tmp_path):
    with a_browser(chromium, site, tmp_path) as page:
        come_in(page)
        one, two = free_pitches(page, 2)
        page.context.set_offline(True)
        interested(page, two).click()
        interested(page, one).click()
        says(page, "2 taps not sent yet.")
    with a_browser(chromium, site, tmp_path) as page:
        sent = sent_taps(page)
        page.goto(BOARD)
        all_sent(page)
        assert sent == [(two, "1"), (one, "1")]
        assert [stored(page, pitch) for pitch in (one, two)] == [1, 1]


def test_back_shows_what_was_tapped_since(chromium, site, tmp_path):
    """Kept whole by the browser (bfcache), and made again from what it has of the page."""
    for number, flags in enumerate(([], ["--disable-back-forward-cache"])):
        with a_browser(chromium, site, tmp_path / str(number), ignore_default_args=flags) as page:
            come_in(page)
            one, two = free_pitches(page, 2)
            interested(page, one).click()
            page.locator(f"#pitch-card-{two} h2 a").click()
            interested(page, two).click()
            all_sent(page)
            page.go_back(wait_until="commit")
            expect(interested(page, two)).to_have_attribute("aria-pressed", "true")
            assert is_pressed(interested(page, one))
            page.context.set_offline(True)
            interested(page, two).click()
            page.context.set_offline(False)
            all_sent(page)
            page.go_forward(wait_until="commit")
            expect(interested(page, two)).to_have_attribute("aria-pressed", "false")
            assert stored(page, two) == 0


NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });"


@pytest.mark.parametrize("script", ["", NO_LOCKS], ids=["with locks", "without"])
def test_two_windows_show_the_same_and_send_in_one_order(board, script):
    page = board()
    one, two = free_pitches(page, 2)
    page.context.add_init_script(script)
    page.reload()
    other = page.context.new_page()
    other.goto(f"{BOARD}{one}/")
    sent = sent_taps(page, other)
    page.context.set_offline(True)
    interested(page, one).click()
    expect(interested(other, one)).to_have_attribute("aria-pressed", "true")
    says(other, "1 tap not sent yet.")
    interested(page, two).click()
    interested(other, one).click()
    expect(interested(page, one)).to_have_attribute("aria-pressed", "false")
    other.locator(f"#must-{one}").click()
    expect(page.locator(f"#must-{one}")).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(False)
    says(page, "Sent.")
    assert sent == [(one, "1"), (two, "1"), (one, "2")]
    assert [stored(page, pitch) for pitch in (one, two)] == [2, 1]


@pytest.mark.parametrize("lost", ["sessionid", None], ids=["the sign-in", "all cookies"])
def test_with_the_sign_in_lost_it_is_kept_and_sent_after_signing_in(board, lost):
    page = board()
    (pitch,) = free_pitches(page, 1)
    kept = page.context.cookies()
    page.context.clear_cookies(**({"name": lost} if lost else {}))
    interested(page, pitch).click()
    says(page, "1 tap not sent yet.", "Nobody is signed in here: what you tapped is kept on this device.")
    # A guest cannot sign in, and it does not go by itself, also where nothing gets through any more.
    answer_taps(page, **NOT_US["502"])
    page.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    page.wait_for_function("() => JSON.parse(localStorage.getItem('campgrid-tap:wait')).failures > 1")
    says(page, "Nobody is signed in here")
    for wrong in ("Sign in to send", "This goes by itself"):
        expect(bar(page)).not_to_contain_text(wrong, use_inner_text=True)
    page.context.unroute(TAPS)
    bar(page).get_by_role("link", name="Join again").click()
    assert page.url.partition("?")[0].endswith(f"/{CAMP}/join/")
    says(page, "1 tap not sent yet.")
    page.context.add_cookies(kept)
    page.goto(BOARD)
    says(page, "Sent.")
    assert stored(page, pitch) == 1


@pytest.mark.parametrize("was_it_them", [True, False])
def test_a_guest_who_joins_again_says_whether_the_taps_of_before_are_theirs(board, was_it_them):
    page = board()
    one, two = free_pitches(page, 2)
    title = page.locator(f"#interest-control-{one}").get_attribute("data-title")
    page.context.set_offline(True)
    interested(page, one).click()
    page.locator(f"#must-{two}").click()
    page.context.clear_cookies()
    page.context.set_offline(False)
    says(page, "2 taps not sent yet.", "Join again")
    sent = sent_taps(page)
    come_in(page)
    says(page, "2 taps not sent yet.", "by a guest who is signed out. Was that you?")
    # Somebody else may have the device: they are told no title, and nothing goes as theirs.
    assert title not in bar(page).inner_text()
    page.goto(f"{BOARD}{one}/")
    assert not is_pressed(interested(page, one))
    assert sent == []
    bar(page).get_by_role("button", name="It was: send as mine" if was_it_them else "Delete").click()
    all_sent(page)
    expect(bar(page).locator("[data-part=lost]")).to_be_hidden()
    assert [stored(page, pitch) for pitch in (one, two)] == ([1, 2] if was_it_them else [0, 0])
    assert sent == ([(one, "1"), (two, "2")] if was_it_them else [])


def test_a_guest_who_has_an_address_before_they_answer_is_asked_still(board):
    page = board()
    one, two = free_pitches(page, 2)
    page.context.set_offline(True)
    interested(page, one).click()
    page.locator(f"#must-{two}").click()
    page.context.clear_cookies()
    page.context.set_offline(False)
    come_in(page)
    says(page, "2 taps not sent yet.", "Was that you?")
    # As it is once they kept their place: the same person, and no guest.
    no_guest = "document.getElementById('taps')?.removeAttribute('data-guest')"
    page.context.add_init_script(f"document.addEventListener('readystatechange', () => {no_guest})")
    page.goto(f"/{CAMP}/my/")
    page.goto(BOARD)
    says(page, "2 taps not sent yet.", "Was that you?")
    bar(page).get_by_role("button", name="It was: send as mine").click()
    all_sent(page)
    assert [stored(page, pitch) for pitch in (one, two)] == [1, 2]


def test_taps_that_wait_go_over_to_the_account_that_a_guest_proves(board):
    """The account is in the camp already, so whose they are there is another attendee; elsewhere they wait on."""
    page = board()
    one, two = free_pitches(page, 2)
    was = page.locator("meta[name=person]").get_attribute("content")
    answer_taps(page, **NOT_US["502"])
    interested(page, one).click()
    page.locator(f"#must-{two}").click()
    says(page, "2 taps not sent yet.")
    sent = sent_taps(page)
    # What `claim_finish` leaves: signed in to the account, under this mark a guest before.
    meta = f'<meta name="was" content="{was}">'
    add = f"document.head?.insertAdjacentHTML('beforeend', '{meta}')"
    page.context.clear_cookies()
    page.goto("/demo/")
    page.context.add_init_script(f"document.addEventListener('readystatechange', () => {add})")
    page.locator(f"form:has(input[value='{CAMP}']) button[value='attendee']").click()
    page.goto("/me/")
    assert is_kept(page)
    page.context.unroute(TAPS)
    page.goto(f"/{CAMP}/")
    all_sent(page)
    assert sent[-2:] == [(one, "1"), (two, "2")]
    assert [stored(page, pitch) > 0 for pitch in (one, two)] == [True, True]


def test_join_again_leads_to_the_camp_of_the_taps_from_a_page_of_none(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    answer_taps(page, **NOT_US["502"])
    interested(page, pitch).click()
    page.goto("/me/")
    says(page, "1 tap not sent yet.")
    page.context.clear_cookies()
    network_returns(page)
    says(page, "Join again")
    link = bar(page).get_by_role("link", name="Join again")
    expect(link).to_have_attribute("href", f"/{CAMP}/join/?next=%2Fme%2F")


def test_with_an_account_one_signs_in_to_send(board):
    page = board("attendee")
    (pitch,) = free_pitches(page, 1)
    page.context.clear_cookies()
    interested(page, pitch).click()
    says(page, "1 tap not sent yet.", "is kept on this device until you are.", "Sign in to send")


def test_mine_says_at_once_what_is_not_sent_and_then_has_it(board):
    page = board()
    one, two = free_pitches(page, 2)
    titles = [page.locator(f"#interest-control-{pitch}").get_attribute("data-title") for pitch in (one, two)]
    answer_taps(page, **NOT_US["502"])
    interested(page, one).click()
    page.locator(f"#must-{two}").click()
    page.goto(f"/{CAMP}/my/")
    waiting = page.locator("#waiting-taps")
    expect(waiting.locator("li")).to_have_text([f"{titles[0]} Interested", f"{titles[1]} Must"])
    expect(waiting.get_by_role("link", name=titles[0])).to_have_attribute("href", f"{BOARD}{one}/")
    # It is not said beside it that there is nothing.
    expect(page.get_by_text("You have not said yet what you want to be at.")).to_be_hidden()
    page.evaluate("window.sameDocument = true")
    network_returns(page)
    says(page, "Sent.")
    expect(waiting).to_be_hidden()
    for title in titles:
        expect(page.locator("#my-sessions")).to_contain_text(title)
    assert page.evaluate("window.sameDocument") is True


def test_mine_forgets_what_was_refused(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    answer_taps(page, **NOT_US["502"])
    interested(page, pitch).click()
    page.goto(f"/{CAMP}/my/")
    expect(page.locator("#waiting-taps li")).to_have_count(1)
    page.context.unroute(TAPS)
    answer_taps(page, status=422, content_type="application/json", body='{"problem": "Interest is closed."}')
    page.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    says(page, "your tap was not taken. Interest is closed.")
    expect(page.locator("#waiting-taps")).to_be_hidden()


def test_signed_in_anew_in_another_window_a_tap_has_the_new_token(board):
    page = board("attendee")
    (pitch,) = free_pitches(page, 1)
    other = page.context.new_page()
    come_in(other, "attendee")
    interested(page, pitch).click()
    all_sent(page)
    assert stored(page, pitch) == 1


def test_another_person_on_the_device_neither_sees_nor_sends_a_tap(board):
    page = board()
    one, two = free_pitches(page, 2)
    answer_taps(page, **NOT_US["502"])
    interested(page, one).click()
    says(page, "1 tap not sent yet.")
    page.context.clear_cookies()
    page.context.unroute(TAPS)
    other = page.context.new_page()
    sent = sent_taps(other)
    come_in(other, "organiser")
    was = stored(other, one), stored(other, two)
    # The board of another person begins with other pitches.
    other.goto(f"/{CAMP}/pitches/{one}/")
    assert is_pressed(interested(other, one)) == (was[0] > 0)
    assert is_silent(other)
    assert not is_kept(other)
    # The first one's window is still open.
    interested(page, two).click()
    says(page, "your tap was not taken. Somebody else is signed in here now.")
    assert (stored(other, one), stored(other, two)) == was
    assert sent == []
    assert not is_kept(page)


def test_signing_out_takes_the_taps_off_the_device(board):
    page = board("attendee")
    (pitch,) = free_pitches(page, 1)
    answer_taps(page, **NOT_US["502"])
    interested(page, pitch).click()
    page.goto("/accounts/logout/")
    says(page, "1 tap not sent yet.")
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/")
    names = "() => Object.keys(localStorage).filter((name) => name.startsWith('campgrid-tap:'))"
    assert page.evaluate(names) == []
    page.goto(BOARD)
    assert is_silent(page)


def test_whoever_is_out_of_the_camp_leaves_no_tap_and_is_told(board):
    page = board()
    one, two = free_pitches(page, 2)
    other = page.context.new_page()
    other.goto(f"/{CAMP}/leave/")
    other.locator("main form[method=post] button").first.click()
    other.wait_for_url(lambda url: not url.endswith("/leave/"))
    interested(page, one).click()
    says(page, "your tap was not taken. You are not in this camp any more.")
    assert not is_pressed(interested(page, one))
    page.context.set_offline(True)
    interested(page, two).click()
    page.context.set_offline(False)
    page.goto(f"/{CAMP}/")
    assert not is_kept(page)


def pitch_something(page: Page, title: str) -> str:
    page.goto(f"{BOARD}new/")
    page.get_by_label("Title").fill(title)
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_url(re.compile(r"/pitches/\d+/$"))
    return page.url.rstrip("/").rpartition("/")[2]


def give_musts_elsewhere(page: Page, pitches: list[str]) -> None:
    """On another device, of which this page knows nothing."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    for pitch in pitches:
        headers = {"Accept": "application/json", "X-CSRFToken": token, "Referer": page.url}
        answer = page.context.request.post(f"{BOARD}{pitch}/interest/", form={"level": "2"}, headers=headers)
        assert answer.json()["level"] == 2


def test_a_must_too_many_comes_down_to_interested_with_the_title_and_why(board):
    """Also where the interest was tapped offline, just before it: of the two taps only the must was sent."""
    page = board()
    musts = free_pitches(page, 5)
    give_musts_elsewhere(page, musts[:3])
    page.context.set_offline(True)
    interested(page, musts[4]).click()
    for pitch in musts[3:]:
        page.locator(f"#must-{pitch}").click()
    page.context.set_offline(False)
    for pitch in musts[3:]:
        title = page.locator(f"#interest-control-{pitch}").get_attribute("data-title")
        says(page, f"“{title}”")
        expect(page.locator(f"#must-{pitch}")).to_have_attribute("aria-pressed", "false")
        expect(interested(page, pitch)).to_have_attribute("aria-pressed", "true")
    says(page, "These 2 count as interested: “", "You have 3 musts", "Take 1 back for another one.")
    assert [stored(page, pitch) for pitch in musts] == [2, 2, 2, 1, 1]
    # It is read also on the next page, until it was read.
    page.goto(f"/{CAMP}/my/")
    says(page, "You have 3 musts")
    bar(page).get_by_role("button", name="Close").click()
    assert is_silent(page)


def test_many_musts_too_many_are_one_sentence_and_all_of_it_can_be_reached(board):
    """On a small phone with large letters the page is seen above it."""
    page = board()
    page.set_viewport_size({"width": 360, "height": 640})
    musts = free_pitches(page, 6)
    give_musts_elsewhere(page, musts[:3])
    page.context.set_offline(True)
    for pitch in musts[3:]:
        page.locator(f"#must-{pitch}").click()
    page.context.set_offline(False)
    all_sent(page)
    says(page, "These 3 count as interested: “", "You have 3 musts")
    expect(bar(page).locator("[data-part=told] p")).to_have_count(1)
    title = page.locator(f"#interest-control-{musts[0]}").get_attribute("data-title")
    assert bar(page).inner_text().count(f"“{title}”") == 1
    for size in ("100%", "200%"):
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        box = bar(page).bounding_box()
        assert box["height"] <= 320
        assert box["y"] + box["height"] == 640
        bar(page).evaluate("bar => { bar.scrollTop = 0 }")
        expect(bar(page).locator("[data-part=told] p")).to_be_in_viewport()
        close = bar(page).get_by_role("button", name="Close")
        expect(close).to_be_in_viewport(ratio=1)
    close.click()
    assert is_silent(page)


def test_offline_a_must_is_given_back_for_another_and_both_hold(board):
    page = board()
    musts = free_pitches(page, 4)
    for pitch in musts[:3]:
        page.locator(f"#must-{pitch}").click()
    all_sent(page)
    page.context.set_offline(True)
    interested(page, musts[3]).click()
    page.locator(f"#must-{musts[0]}").click()
    page.locator(f"#must-{musts[3]}").click()
    interested(page, musts[0]).click()
    page.context.set_offline(False)
    says(page, "Sent.")
    assert [stored(page, pitch) for pitch in musts] == [0, 2, 2, 2]


def test_withdrawn_or_merged_meanwhile_the_sentence_says_so(board, open_page):
    organiser = open_page("organiser", CAMP)
    gone, old, new = (pitch_something(organiser, title) for title in ("Gone $& soon", "Old {title} ropes", "New ropes"))
    page = board()
    page.goto(f"{BOARD}?q=ropes")
    pages = {}
    for pitch in (gone, old):
        pages[pitch] = page.context.new_page()
        pages[pitch].goto(f"{BOARD}{pitch}/")
    organiser.goto(f"{BOARD}{gone}/withdraw/")
    organiser.locator("main form[method=post] button").last.click()
    organiser.goto(f"{BOARD}{old}/merge/")
    organiser.locator("main select").select_option(new)
    organiser.locator("main form[method=post] button").last.click()
    organiser.wait_for_url(f"**/pitches/{new}/")
    interested(pages[gone], gone).click()
    says(pages[gone], "“Gone $& soon”: your tap was not taken. The pitch was withdrawn.")
    expect(interested(pages[gone], gone)).to_have_attribute("aria-pressed", "false")
    interested(pages[old], old).click()
    says(page, "“Old {title} ropes” is part of “New ropes” now.")
    assert stored(page, new) == 1
    expect(interested(page, new)).to_have_attribute("aria-pressed", "true")


def test_the_board_searched_meanwhile_shows_what_was_tapped(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    answer_taps(page, **NOT_US["502"])
    interested(page, pitch).click()
    title = page.locator(f"#interest-control-{pitch}").get_attribute("data-title")
    page.get_by_text("Filter", exact=True).click()
    page.locator("#id_q").fill(title.split()[0])
    page.wait_for_url("**?q=*")
    expect(interested(page, pitch)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"#interest-control-{pitch} .not-sent")).to_be_visible()
    network_returns(page)
    says(page, "Sent.")
    page.go_back()
    expect(interested(page, pitch)).to_have_attribute("aria-pressed", "true")


def test_a_phone_of_five_years_keeps_its_taps_and_sends_them(board):
    page = board()
    one, two = free_pitches(page, 2)
    page.add_init_script(WITHOUT_2022)
    page.reload()
    page.context.set_offline(True)
    interested(page, one).click()
    interested(page, two).click()
    says(page, "2 taps not sent yet.")
    page.context.set_offline(False)
    all_sent(page)
    assert [stored(page, pitch) for pitch in (one, two)] == [1, 1]


def test_a_double_tap_is_one_and_the_focus_stays(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    sent = sent_taps(page)
    interested(page, pitch).dblclick()
    all_sent(page)
    assert stored(page, pitch) == 1
    assert sent == [(pitch, "1")]
    assert page.evaluate("document.activeElement.id") == f"interested-{pitch}"
    page.keyboard.press("Space")
    all_sent(page)
    assert stored(page, pitch) == 0


def test_where_the_device_keeps_nothing_the_page_does_and_says_so(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    page.context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page.reload()
    page.context.set_offline(True)
    interested(page, pitch).click()
    says(page, "1 tap not sent yet.", "Keep this page open until then.")
    page.context.set_offline(False)
    says(page, "Sent.")
    assert stored(page, pitch) == 1


def test_once_a_device_that_was_full_has_room_a_tap_shows_what_is_so(board):
    page = board()
    (pitch,) = free_pitches(page, 1)
    full = "() => { throw new DOMException('full', 'QuotaExceededError'); }"
    page.evaluate(f"window.setItem = Storage.prototype.setItem; Storage.prototype.setItem = {full}; 0")
    interested(page, pitch).click()
    wait_for(page, lambda: stored(page, pitch) == 1)
    expect(interested(page, pitch)).to_have_attribute("aria-pressed", "true")
    page.evaluate("Storage.prototype.setItem = window.setItem; 0")
    interested(page, pitch).click()
    wait_for(page, lambda: stored(page, pitch) == 0)
    all_sent(page)
    expect(interested(page, pitch)).to_have_attribute("aria-pressed", "false")


def test_without_scripts_a_tap_is_a_form(board):
    """One lands where one was: what is put away goes to the end at the next visit, and not before."""
    page = board("attendee", scripts=False)
    pitch = page.locator(".interest[data-level='0']").nth(20).get_attribute("data-tap")
    for name, level in (("interested", 1), ("interested", 0), ("not", -1), ("not", 0), ("not", -1)):
        with page.expect_navigation(url=re.compile(rf"{BOARD}\?visit=\d+#interest-control-{pitch}$")):
            page.locator(f"#{name}-{pitch}").click()
        assert is_pressed(page.locator(f"#{name}-{pitch}")) == bool(level)
        expect(page.locator(f"#pitch-card-{pitch}")).to_be_in_viewport(ratio=1)
        assert stored(page, pitch) == level
    page.goto(BOARD)
    expect(page.locator(f"#pitch-card-{pitch}")).to_have_count(0)
    # The last page, however many there are.
    page.goto(f"{BOARD}?page=99")
    expect(page.locator(".cards > li").last.locator(f"#not-{pitch}")).to_have_attribute("aria-pressed", "true")
    page.locator(f"#not-{pitch}").click()


def test_nobody_reads_on_the_device_who_it_was(board):
    """Neither a name nor a number of a row: marks only."""
    page = board()
    (pitch,) = free_pitches(page, 1)
    page.context.set_offline(True)
    interested(page, pitch).click()
    kept = page.evaluate(
        "() => JSON.stringify(Object.entries(localStorage).filter(([n]) => n.startsWith('campgrid-tap')))"
    )
    (wish,) = [json.loads(value) for name, value in json.loads(kept) if ":wish:" in name]
    assert set(wish) == {"pitch", "level", "title", "mark", "camp", "person", "isGuest", "address", "number"}
    assert re.fullmatch("[0-9a-f]{16}", wish["mark"])
    assert wish["mark"] != wish["person"]
    page.context.set_offline(False)
    says(page, "Sent.")


def test_back_shows_nothing_of_somebody_who_signed_out(chromium, site, tmp_path):
    for number, flags in enumerate(([], ["--disable-back-forward-cache"])):
        with a_browser(chromium, site, tmp_path / str(number), ignore_default_args=flags) as page:
            come_in(page, "attendee")
            (pitch,) = free_pitches(page, 1)
            interested(page, pitch).click()
            all_sent(page)
            page.goto("/accounts/logout/")
            page.locator("main form[method=post] button").first.click()
            page.wait_for_url("**/")
            page.evaluate("() => { setTimeout(() => history.go(-2)); }")
            page.wait_for_url(f"**{BOARD}")
            expect(page.locator("main").get_by_role("heading", level=1)).to_have_text("Pitches")
            expect(page.locator("[data-tap]")).to_have_count(0)
            page.context.clear_cookies()


def test_the_bar_says_that_we_do_not_answer_and_for_as_long(board):
    page = board()
    gone = re.compile(r"/(pitches/\?q=|health/)")
    page.context.route(gone, lambda route: route.abort())
    page.get_by_text("Filter", exact=True).click()
    page.locator("#id_q").fill("data")
    told = page.locator("#offline")
    expect(told).to_be_visible()
    expect(told).to_contain_text("Campgrid does not answer.", use_inner_text=True)
    assert "You are offline." not in told.inner_text()
    page.context.unroute(gone)
    expect(told).to_be_hidden(timeout=20_000)
