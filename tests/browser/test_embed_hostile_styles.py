"""Style sheets of partners that sweep over everything: the form is usable all the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import Embed

SWEEPING = {
    "frames hidden": "iframe { display: none; width: 1px; opacity: 0 }",
    "frames hidden with force": (
        "iframe { display: none !important; width: 1px !important; opacity: 0 !important }"
    ),
    "all unset": "* { all: unset }",
    "both": "* { all: unset } iframe { display: none; width: 1px; opacity: 0 }",
    "dialogs hidden": "dialog { display: none; opacity: 0; width: 1px }",
}


@pytest.mark.parametrize("mode", ["inline", "dialog", "floating"])
@pytest.mark.parametrize("name", SWEEPING)
def test_b24_hostile_styles_do_not_keep_a_report_from_its_receipt(
    embed: Embed, name: str, mode: str
) -> None:
    host = embed(viewport={"width": 900, "height": 700})
    body = host.inline() if mode == "inline" else host.link(mode)
    host.open(body + "<p>text</p>" + host.loader, head=f"<style>{SWEEPING[name]}</style>")
    if mode != "inline":
        host.page.locator("a[data-iwf]").click()
    expect(host.iframe).to_be_visible()
    form = host.managed_form()
    box = host.iframe.bounding_box()
    assert box is not None
    assert box["width"] >= 240
    assert box["height"] >= 300
    assert host.iframe.evaluate("e => getComputedStyle(e).opacity") == "1"
    Citizen(form).report_with_script()
    assert len(host.reports()) == 1
    if mode != "inline":
        close = host.page.get_by_role("button", name="× Close")
        button = close.bounding_box()
        assert button is not None
        assert button["height"] >= 44
        close.click()
        expect(host.page.locator("dialog")).to_be_hidden()
