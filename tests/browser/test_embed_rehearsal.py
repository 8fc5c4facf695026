"""What a webmaster can try with a test key, in a page; and a form that the browser refuses."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import ADDRESS, Citizen
from tests.browser.conftest import Embed
from tests.browser.embedded import TITLE, Embedded

AFTER_LOAD_MS = 5_000  # widget/loader/connection.js
BUTTONS = (
    '<button id="above" onclick="this.textContent = \'clicked\'">Above</button>{}'
    '<button id="below" onclick="this.textContent = \'clicked\'">Below</button>'
)


def to_last_step(host: Embedded) -> None:
    """Fill in the form as far as the page that is sent."""
    form = host.entered_form()
    for step in range(1, 5):
        if step == 2:
            form.locator("[name=report_type][value=not_sure]").check()
        if step == 3:
            form.locator("#addresses").fill(ADDRESS)
        form.locator("button[value=check]").click()
    expect(form.locator("#review")).to_contain_text(ADDRESS)


@pytest.mark.parametrize("mode", ["inline", "dialog"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_test_key_says_so_on_its_ribbon(embed: Embed, mode: str, scheme: str) -> None:
    host = embed(test=True, color_scheme=scheme, viewport={"width": 360, "height": 740})
    host.open((host.inline() if mode == "inline" else host.link("dialog")) + host.loader)
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    ribbon = host.managed_form().locator(".test")
    expect(ribbon).to_have_text("Test: nothing is sent to analysts")
    box, frame = ribbon.bounding_box(), host.iframe.bounding_box()
    assert box is not None
    assert frame is not None
    assert (box["x"], box["width"]) == (frame["x"], frame["width"])
    assert box["y"] - frame["y"] < 10


def test_a_live_key_has_no_ribbon(embed: Embed) -> None:
    host = embed()
    host.open(host.inline() + host.loader)
    expect(host.form().locator(".test")).to_have_count(0)


def test_ok_is_taken_and_kept_apart(embed: Embed) -> None:
    host = embed(test=True)
    host.open(host.inline("lang=en&amp;campaign=ok") + host.loader)
    receipt = Citizen(host.managed_form()).report_with_script()
    (report,) = host.reports()
    assert report.reference == receipt.reference.replace(" ", "")
    assert (report.mode, report.campaign) == ("test", "ok")


def test_fail_says_so_and_loses_nothing(embed: Embed) -> None:
    host = embed(test=True)
    host.open(host.inline("lang=en&amp;campaign=fail") + host.loader)
    to_last_step(host)
    form = host.form()
    host.page.clock.install()
    form.locator("button[value=check]").click()
    for _ in range(20):  # 1, 3 and 9 s between the tries
        host.page.clock.run_for(1_000)
        host.page.wait_for_timeout(50)
    expect(form.locator("#out")).to_be_visible()
    expect(form.locator("#out a").first).to_have_attribute(
        "href", host.address("lang=en&campaign=fail")
    )
    expect(form.locator("button[value=check]")).to_be_enabled()
    expect(form.locator("#review")).to_contain_text(ADDRESS)
    assert host.reports() == []


def test_slow_takes_its_time_and_ends_at_the_receipt(embed: Embed) -> None:
    host = embed(test=True)
    host.open(host.inline("lang=en&amp;campaign=slow") + host.loader)
    to_last_step(host)
    form, begun = host.form(), time.monotonic()
    form.locator("button[value=check]").click()
    expect(form.locator("[role=status]")).not_to_be_empty()
    expect(form.locator("button[value=check]")).to_be_disabled()
    expect(form.locator("#receipt")).not_to_be_empty(timeout=15_000)
    assert time.monotonic() - begun > 3
    assert len(host.reports()) == 1


def test_blocked_is_refused_and_the_link_leads_to_a_whole_report(embed: Embed) -> None:
    host = embed(test=True)
    host.open(BUTTONS.format(host.inline("lang=en&amp;campaign=blocked")) + host.loader)
    assert [text for text in host.watch.complaints if "frame-ancestors" in text]
    assert host.page.frames[1].locator("form").count() == 0
    link = host.page.get_by_role("link", name=TITLE)
    expect(link).to_be_visible(timeout=AFTER_LOAD_MS + 20_000)
    with host.page.expect_popup() as popup:
        link.click()
    assert popup.value.url == host.address("lang=en&campaign=blocked")
    Citizen(popup.value).report_with_script()
    assert len(host.reports()) == 1


def test_b20_a_refused_frame_in_the_page_blocks_no_click(embed: Embed) -> None:
    host = embed(test=True)
    page = host.page
    host.open(BUTTONS.format(host.inline("campaign=blocked")) + host.loader)
    for when in ("before the link", "with the link"):
        for place in ("#above", "#below"):
            button = page.locator(place)
            button.evaluate("e => { e.textContent = 'fresh'; }")
            button.click(timeout=2_000)
            expect(button).to_have_text("clicked")
        if when == "before the link":
            expect(page.get_by_role("link", name=TITLE)).to_be_visible(timeout=10_000)
    link, frame = page.get_by_role("link", name=TITLE).bounding_box(), host.iframe.bounding_box()
    assert link is not None
    assert frame is not None
    assert frame["y"] <= link["y"] < link["y"] + link["height"] <= frame["y"] + frame["height"]


@pytest.mark.parametrize("way", ["button", "beside", "keyboard"])
@pytest.mark.parametrize("mode", ["dialog", "floating"])
def test_b20_a_refused_frame_in_a_dialog_gives_the_page_back(
    embed: Embed, mode: str, way: str
) -> None:
    host = embed(test=True, viewport={"width": 1_000, "height": 700})
    page = host.page
    host.open(BUTTONS.format(host.link(mode, "campaign=blocked")) + host.loader)
    page.locator("a[data-iwf]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_function("!document.querySelector('dialog iframe').contentDocument")
    if way == "button":
        page.get_by_role("button", name="×").click()
    elif way == "beside":
        page.mouse.click(20, 350)
    else:
        for _ in range(6):
            if page.evaluate("document.activeElement.tagName") == "BUTTON":
                break
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_be_hidden()
    for place in ("#above", "#below"):
        page.locator(place).click(timeout=2_000)
        expect(page.locator(place)).to_have_text("clicked")
