"""The receipt in a partner's page: printed and copied from a frame that may ask for nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.citizen import Citizen, Receipt
from tests.browser.conftest import Embed
from tests.browser.embedded import Embedded

MODES = pytest.mark.parametrize("mode", ["inline", "dialog"])
PRINT = "window.printed = 0; window.print = () => { window.printed++; };"


def reported(host: Embedded, mode: str) -> tuple[Frame, Receipt]:
    host.page.add_init_script(PRINT)
    host.open((host.inline() if mode == "inline" else host.link(mode)) + host.loader + "<textarea>")
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    form = host.managed_form()
    return form, Citizen(form).report_with_script()


@MODES
def test_b31_it_is_copied_with_its_words_and_all_digits(embed: Embed, mode: str) -> None:
    host = embed()
    form, receipt = reported(host, mode)
    form.locator("#copy").click()
    expect(form.locator("#copy")).to_have_text("Copied")
    if mode == "dialog":
        host.page.get_by_role("button", name="× Close").click()
    host.page.locator("textarea").focus()
    host.page.keyboard.press("Control+V")
    copied = host.page.locator("textarea").input_value()
    for part in ("Reference", receipt.reference, "Receipt", receipt.receipt):
        assert part in copied
    assert host.watch.complaints == []


@MODES
def test_b31_it_is_printed_alone_and_without_what_only_a_screen_needs(
    embed: Embed, mode: str
) -> None:
    host = embed()
    form, _ = reported(host, mode)
    form.locator("#print").click()
    assert form.evaluate("printed") == 1
    assert host.page.evaluate("printed") == 0, "the frame prints itself, not the partner's page"
    host.page.emulate_media(media="print")
    for kept in ("#reference", "#receipt", "#thanks h2"):
        expect(form.locator(kept)).to_be_visible()
    for gone in ("header", "footer", "#copy", "#print"):
        expect(form.locator(gone).first).to_be_hidden()
