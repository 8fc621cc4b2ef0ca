"""A session moves while somebody looks at another page; and a phone is told, or says why it cannot be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .test_live import move, publish

PHONE = {"width": 360, "height": 740}
CAMP = "moves-1"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
#: what waits for whoever looks is asked for now: by what the page asks by itself
LOOK = "htmx.trigger(document.querySelector('[data-every]:not(#look)') ?? document.getElementById('look'), 'again')"
#: a browser whose service can be reached, and which counts how often it is asked. One without windows is never allowed
STUB = """
window.asked = 0;
Object.defineProperty(Notification, 'permission', { get: () => (window.asked ? 'granted' : 'default') });
Notification.requestPermission = async () => { window.asked += 1; return 'granted'; };
PushManager.prototype.subscribe = async function (options) {
    window.options = options;
    const endpoint = 'https://fcm.googleapis.com/fcm/send/test';
    const keys = { p256dh: 'POINT', auth: 'AAAAAAAAAAAAAAAAAAAAAA' };
    return { endpoint, toJSON: () => ({ endpoint, keys }) };
};
""".replace("POINT", "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU")


@pytest.fixture
def camp(made_camp) -> str:
    return made_camp(CAMP)


@pytest.fixture
def nell(open_page, camp):
    """A guest who is in and wants to be at Ducks, on a phone."""

    def come(name: str, **options) -> Page:
        page = open_page("", viewport=PHONE, **options)
        page.goto(f"/{camp}/join/")
        page.locator("#id_display_name").fill(name)
        page.locator("main form[method=post] button:not([type=button])").last.click()
        page.wait_for_url(f"**/{camp}/")
        page.goto(f"/{camp}/pitches/")
        link = page.get_by_role("link", name="Ducks", exact=True)
        page.goto(link.get_attribute("href"))
        with page.expect_response(lambda answer: "/interest/" in answer.url):
            page.get_by_role("button", name="Interested").first.click()
        return page

    return come


def test_it_moves_while_one_looks_at_another_page(nell, open_page, camp):
    page, colleague = nell("Nell"), open_page("organiser")
    page.goto(f"/{camp}/record/")
    page.evaluate("window.sameDocument = true")
    move(colleague, camp, "Ducks", "Room 5")
    publish(colleague, camp)
    page.evaluate(LOOK)
    banner = page.locator(".moves")
    expect(banner).to_contain_text("“Ducks” is in Room 5")
    expect(page.locator("#said")).to_contain_text("“Ducks” is in Room 5, not Barn")
    assert page.evaluate("window.sameDocument") is True
    # The grid says it by a tag, and says it to listeners no second time.
    page.goto(f"/{camp}/grid/")
    expect(page.locator(".entry.mine .tag.unseen")).to_contain_text("Moved")
    expect(page.locator(".entry.mine .tag.moved:not(.unseen)")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for button in page.locator(".moves button").all():
        assert button.bounding_box()["height"] >= 44
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_role("heading", level=1, name="Ducks")).to_be_visible()
    expect(page.locator(".moves")).to_have_count(0)
    expect(page.locator(".tag.moved")).to_contain_text("Moved from Barn")


def test_the_press_is_first_and_then_the_browser_asks(nell, camp):
    page = nell("Noor", service_workers="allow")
    page.add_init_script(STUB)
    page.goto(f"/{camp}/my/tell/")
    press = page.get_by_role("button", name="Tell me on this device")
    expect(press).to_be_visible()
    assert page.evaluate("window.asked") == 0
    press.click()
    expect(page.get_by_text("This device is told from now on")).to_be_visible()
    expect(page.locator("[data-device]")).to_have_count(1)
    page.get_by_role("button", name="Take away").click()
    expect(page.get_by_text("is told nothing more")).to_be_visible()
    expect(page.locator("[data-device]")).to_have_count(0)


def test_who_says_no_is_told_where_to_change_it(nell, camp):
    page = nell("Nia")
    page.add_init_script(STUB + "Notification.requestPermission = async () => 'denied';")
    page.goto(f"/{camp}/my/tell/")
    page.get_by_role("button", name="Tell me on this device").click()
    expect(page.get_by_text("does not let Campgrid show messages")).to_be_visible()


def test_an_iphone_without_the_camp_on_it_is_told_how_to(nell, camp):
    page = nell("Nico", user_agent=IPHONE)
    page.add_init_script("delete window.PushManager; Object.defineProperty(navigator, 'standalone', { value: false });")
    page.goto(f"/{camp}/my/tell/")
    expect(page.get_by_text("press Share, then Add to Home Screen")).to_be_visible()
    expect(page.get_by_role("button", name="Tell me on this device")).to_be_hidden()


def test_a_message_is_shown_and_leads_to_its_page(nell, camp):
    page = nell("Nora", service_workers="allow")
    page.context.grant_permissions(["notifications"])
    page.goto(f"/{camp}/my/tell/")
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)"
    )
    worker = (
        page.context.service_workers[0]
        if page.context.service_workers
        else page.context.wait_for_event("serviceworker")
    )
    told = {"title": "Ducks", "body": "Moved", "address": f"/{camp}/grid/", "topic": "t", "until": 4e9, "person": ""}
    # Without a window the browser has no place to show it: what is asked of it is looked at.
    found = worker.evaluate(
        """(told) => new Promise((done) => {
            self.registration.showNotification = async (title, facts) => {
                done([title, facts.body, facts.tag, facts.data.address]);
            };
            self.dispatchEvent(new PushEvent('push', { data: JSON.stringify(told) }));
        })""",
        told,
    )
    assert found == ["Ducks", "Moved", "t", f"/{camp}/grid/"]
