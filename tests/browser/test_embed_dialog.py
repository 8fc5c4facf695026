"""The real form in a dialog over a partner's page, and the page as it was when all is over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.citizen import ADDRESS, Citizen
from tests.browser.conftest import Embed
from tests.browser.embedded import TITLE, Embedded

#: Only ours listen while an event goes down.
COUNT_LISTENERS = """
  if (window === top) {
    window.listening = 0;
    ['add', 'remove'].forEach(verb => {
      const original = EventTarget.prototype[verb + 'EventListener'];
      EventTarget.prototype[verb + 'EventListener'] = function (type, act, options) {
        if (options === true) window.listening += verb === 'add' ? 1 : -1;
        return original.apply(this, arguments);
      };
    });
  }
"""
WITHIN = (
    '<button id="before">b</button>{}<main inert><a href="/">asleep</a></main><input id="after">'
)


def html_of(page: Page) -> str:
    return str(page.evaluate("document.documentElement.outerHTML"))


@pytest.fixture
def closed(embed: Embed) -> Embedded:
    """A page with a dialog link, between things of the page's own."""
    host = embed()
    return host.open(WITHIN.format(host.link("dialog")) + host.loader)


@pytest.fixture
def opened(closed: Embedded) -> Embedded:
    closed.page.locator("a[data-iwf]").click()
    closed.managed_form()
    return closed


def test_b18_destroy_puts_the_page_back_as_it_was(embed: Embed) -> None:
    host = embed()
    page = host.page
    page.add_init_script(COUNT_LISTENERS)
    host.open(
        '<div id="place"></div>'
        + host.inline(attributes='style="max-width: 600px; color: red;"')
        + host.link("dialog")
        + host.link("floating", text="Report")
    )
    host.form().locator("#territory").fill("Kenya")
    before, listening = html_of(page), page.evaluate("listening")
    for _ in range(2):
        page.evaluate(
            """address => new Promise(done => {
              delete window.IWFReport;
              const script = document.createElement('script');
              script.src = address;
              script.onload = () => { script.remove(); done(); };
              document.head.append(script);
            })""",
            f"{host.demo.public_url}/widget/v1.js",
        )
        page.evaluate(
            "src => { IWFReport('mount', '#place', {src, title: 'x'}) }",
            host.address("lang=fr", "embed"),
        )
        page.locator("#place iframe").element_handle()
        page.locator("[data-iwf=dialog]").click()
        host.managed_form()
        page.evaluate("IWFReport('close')")
        expect(page.locator("dialog")).to_be_hidden()
        page.wait_for_function("document.querySelector('body > iframe').scrolling")
        page.evaluate("IWFReport('open', {src: document.links[0].href + '#', title: 'x'})")
        assert html_of(page) != before
        page.evaluate("IWFReport('destroy')")
        assert html_of(page) == before
        assert page.evaluate("listening") == listening
        assert page.evaluate("document.activeElement.tagName") != "IFRAME"
    assert host.form().locator("#territory").input_value() == "Kenya"
    page.evaluate("document.body.append(document.createElement('p'))")
    page.wait_for_timeout(300)
    assert html_of(page) == before.replace("</body>", "<p></p></body>")
    assert host.watch.complaints == []


def test_b19_the_dialog_is_named_and_the_focus_goes_into_the_form(opened: Embedded) -> None:
    page = opened.page
    expect(page.get_by_role("dialog", name=TITLE)).to_be_visible()
    expect(page.get_by_role("button", name="× Close")).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    assert opened.watch.complaints == []


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_b19_tab_never_reaches_the_page_behind(opened: Embedded, key: str) -> None:
    page, form = opened.page, opened.form()
    visited, inside = set(), set()
    for _ in range(24):
        page.keyboard.press(key)
        visited.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        inside.add(form.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"territory", "leave"} <= inside
    assert "IFRAME" in visited
    assert not visited & {"before", "after", "A"}


def test_b19_the_first_esc_in_the_form_hides_it_and_keeps_what_was_typed(opened: Embedded) -> None:
    page, form = opened.page, opened.form()
    form.locator("button[value=check]").click()
    form.locator("[name=report_type][value=not_sure]").check()
    form.locator("button[value=check]").click()
    form.locator("#addresses").fill(ADDRESS)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("a[data-iwf]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert opened.form() == form
    expect(form.locator("#addresses")).to_have_value(ADDRESS)
    expect(form.locator("#addresses")).to_be_visible()


def test_b19_the_button_closes_and_the_focus_returns_to_the_link(opened: Embedded) -> None:
    opened.page.get_by_role("button", name="× Close").click()
    expect(opened.page.locator("dialog")).to_be_hidden()
    expect(opened.page.locator("a[data-iwf]")).to_be_focused()


def test_b19_what_the_page_has_made_inert_stays_so(opened: Embedded) -> None:
    page = opened.page
    assert page.evaluate("document.querySelector('main').inert")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    assert page.evaluate("[...document.querySelectorAll('[inert]')].map(e => e.tagName)") == [
        "MAIN"
    ]
    page.locator("#after").fill("the page is awake again")


def test_b19_a_report_from_the_dialog_reaches_its_receipt(opened: Embedded) -> None:
    receipt = Citizen(opened.form()).report_with_script()
    assert [each.reference for each in opened.reports()] == [receipt.reference.replace(" ", "")]
    opened.page.keyboard.press("Escape")
    expect(opened.page.locator("a[data-iwf]")).to_be_focused()
