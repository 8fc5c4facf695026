"""The steps of the real form in a page that is longer than the window: what moves, and what not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Embed
from tests.browser.embedded import Embedded

WINDOW = {"width": 800, "height": 600}
ABOVE, BELOW = '<p style="height: 900px">above</p>', '<p style="height: 2000px">below</p>'
FORWARD = "button[value=check]"


@pytest.fixture
def host(embed: Embed) -> Embedded:
    """The form between 900 px above and 2,000 px below."""
    host = embed(viewport=WINDOW)
    host.open(ABOVE + host.inline() + BELOW + host.loader)
    host.managed_form()
    return host


def scrolled(host: Embedded) -> float:
    return float(host.page.evaluate("scrollY"))


def top_of(host: Embedded) -> float:
    return float(host.page.evaluate("document.querySelector('iframe').getBoundingClientRect().top"))


def scroll_to_top_at(host: Embedded, pixels: int) -> None:
    host.page.evaluate(
        "y => scrollBy(0, document.querySelector('iframe').getBoundingClientRect().top - y)", pixels
    )


def press_without_looking(host: Embedded, selector: str) -> None:
    """A press where the test's own driver scrolls nothing."""
    host.form().locator(selector).evaluate("e => { e.focus({preventScroll: true}); e.click(); }")


@pytest.mark.parametrize("place", ["above", "below", "in view"])
def test_b22_nothing_is_scrolled_or_focused_on_load(embed: Embed, place: str) -> None:
    host = embed(viewport=WINDOW)
    before = {"above": ABOVE + ABOVE, "below": "", "in view": '<p style="height: 100px">'}[place]
    host.open(before + host.inline() + BELOW)
    host.form()
    if place == "below":
        host.page.evaluate("scrollTo(0, 1200)")
    start = scrolled(host)
    host.page.evaluate(
        "address => { document.head.append(Object.assign(document.createElement('script'),"
        " {src: address})) }",
        f"{host.demo.public_url}/widget/v1.js",
    )
    host.managed_form()
    host.page.wait_for_timeout(500)
    assert scrolled(host) == start
    assert host.page.evaluate("document.activeElement.tagName") == "BODY"
    assert host.form().evaluate("document.activeElement.tagName") == "BODY"


def test_b22_a_step_whose_top_is_in_view_scrolls_nothing(host: Embedded) -> None:
    scroll_to_top_at(host, 40)
    start = scrolled(host)
    for heading in ("#step2", "#step1"):
        press_without_looking(host, FORWARD if heading == "#step2" else "#back")
        expect(host.form().locator(heading)).to_be_focused()
        host.page.wait_for_timeout(300)
        assert scrolled(host) == start


@pytest.mark.parametrize("top", [-500, -50, 650])
def test_b22_a_step_whose_top_is_out_of_view_is_brought_into_it(host: Embedded, top: int) -> None:
    scroll_to_top_at(host, top)
    press_without_looking(host, FORWARD)
    host.page.wait_for_function(
        "document.querySelector('iframe').getBoundingClientRect().top >= 0", timeout=5_000
    )
    host.settle()
    assert top_of(host) < WINDOW["height"] - 100
    heading = host.form().locator("#step2")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()


def test_b22_each_step_gives_the_focus_to_its_heading(host: Embedded) -> None:
    form = host.entered_form()
    for step in range(2, 6):
        if step == 3:
            form.locator("[name=report_type][value=not_sure]").check()
        if step == 4:
            form.locator("#addresses").fill("https://pictures.example/")
        form.locator(FORWARD).click()
        expect(form.locator(f"#step{step}")).to_be_focused()
    assert host.page.evaluate("document.activeElement.tagName") == "IFRAME"
    form.locator(FORWARD).click()
    expect(form.locator("#thanks h2")).to_be_focused()
    expect(form.locator("#thanks h2")).to_be_in_viewport()


def test_b22_what_is_wrong_is_brought_to_the_eye(host: Embedded) -> None:
    form = host.entered_form()
    form.locator(FORWARD).click()
    expect(form.locator("#step2")).to_be_focused()
    host.settle()
    scroll_to_top_at(host, -400)
    press_without_looking(host, FORWARD)
    expect(form.locator(".summary")).to_be_focused()
    host.page.wait_for_function(
        "document.querySelector('iframe').getBoundingClientRect().top >= 0", timeout=5_000
    )
    expect(form.locator(".summary")).to_be_in_viewport()
