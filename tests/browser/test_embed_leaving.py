"""Leave this page now: from a partner's page, at once, with nothing to find by going back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.citizen import ADDRESS, DESCRIPTION
from tests.browser.conftest import Embed
from tests.browser.embedded import NEUTRAL, Embedded
from tests.widget.site import HOST

FORWARD = "button[value=check]"
MODES = pytest.mark.parametrize("mode", ["inline", "dialog"])


def typed(host: Embedded, mode: str, *, script: bool = True) -> Frame:
    """Another page, then the partner's, where the citizen has typed."""
    host.page.goto(host.site.page(HOST, "/earlier", "<p>Earlier</p>"))
    host.open((host.inline() if mode == "inline" else host.link(mode)) + host.loader * script)
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    form = host.entered_form() if script else host.form()
    if script:
        form.locator(FORWARD).click()
        form.locator("[name=report_type][value=not_sure]").check()
        form.locator(FORWARD).click()
    form.locator("#addresses").fill(ADDRESS)
    return form


def expect_nothing_behind(host: Embedded) -> None:
    """Neither in the pages before, nor in their frames."""
    for _ in range(2):
        host.page.wait_for_load_state()  # a page that is just being left has no history to ask
        host.page.wait_for_timeout(300)
        host.page.go_back()
        host.page.wait_for_timeout(300)
        for frame in host.page.frames:
            values = frame.evaluate(
                "[...document.querySelectorAll('input,textarea')].map(e => e.value).join()"
            )
            for words in (ADDRESS, DESCRIPTION):
                assert words not in values + frame.content()


@MODES
def test_b33_the_button_replaces_the_partners_page(embed: Embed, mode: str) -> None:
    host = embed()
    typed(host, mode).locator("header .leave").click()
    host.page.wait_for_url(NEUTRAL)
    expect(host.page.get_by_text("neutral")).to_be_visible()
    host.page.go_back()
    assert host.page.url.endswith("/earlier"), "the partner's page is not in the history"
    host.page.go_forward()
    host.page.wait_for_url(NEUTRAL)
    expect_nothing_behind(host)


@MODES
def test_b33_esc_three_times_in_the_form_leaves(embed: Embed, mode: str) -> None:
    host = embed()
    typed(host, mode)
    for _ in range(3):
        host.page.keyboard.press("Escape")
        host.page.wait_for_timeout(60)
    host.page.wait_for_url(NEUTRAL)
    expect_nothing_behind(host)


@MODES
def test_b33_esc_now_and_then_stays(embed: Embed, mode: str) -> None:
    host = embed()
    form = typed(host, mode)
    for _ in range(3):
        host.page.keyboard.press("Escape")
        host.page.wait_for_timeout(1_050)
    assert host.page.url == host.site.origin(HOST) + "/"
    expect(form.locator("#addresses")).to_have_value(ADDRESS)


def test_b33_where_the_frame_may_not_navigate_the_loader_does(embed: Embed) -> None:
    """A sandbox keeps the frame from the top page; the loader stands outside of it."""
    host = embed()
    sandbox = 'sandbox="allow-scripts allow-forms allow-same-origin"'
    host.open(host.inline(attributes=sandbox) + host.loader)
    form = host.managed_form()
    form.locator("header .leave").click()
    host.page.wait_for_url(NEUTRAL)


@pytest.mark.parametrize("scripted", [True, False], ids=["no loader", "no script"])
def test_b33_without_the_loader_or_any_script_it_still_leaves(embed: Embed, scripted: bool) -> None:
    host = embed(java_script_enabled=scripted)
    form = typed(host, "inline", script=False) if not scripted else None
    if form is None:
        host.open(host.inline())
        form = host.form()
    link = form.locator("header .leave")
    assert link.get_attribute("href") == NEUTRAL
    assert link.get_attribute("target") == "_top"
    link.click()
    host.page.wait_for_url(NEUTRAL)
    expect(host.page.get_by_text("neutral")).to_be_visible()
