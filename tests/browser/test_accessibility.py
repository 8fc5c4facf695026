"""Every page that a citizen or the staff sees passes axe, light and dark, in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser import axe
from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo

PHONE = {"width": 360, "height": 740}
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


class Judge:
    """Collects what axe finds, by the name of what was shown."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.seen: list[str] = []

    def look(self, document: Page | Frame) -> Callable[[str], None]:
        return lambda name: self.judge(document, name)

    def look_without_script(self, document: Page, mirror: Page) -> Callable[[str], None]:
        """Nothing runs where script is off, axe neither: it judges a copy of the document."""

        def look(name: str) -> None:
            mirror.set_content(SCRIPTS.sub("", document.content()))
            self.judge(mirror, name)

        return look

    def judge(self, document: Page | Frame, name: str) -> None:
        self.seen.append(name)
        self.found += [f"{name}: {violation}" for violation in axe.violations(document)]


@SCHEMES
@pytest.mark.parametrize("slug", ["telco", "charity", "police"])
def test_the_form_and_the_partners_page(
    demo: Demo, open_context: OpenContext, slug: str, scheme: str
) -> None:
    judge, partner = Judge(), demo.partners[slug]
    page = open_context(color_scheme=scheme, viewport=PHONE, bypass_csp=True).new_page()
    page.goto(partner.origin)
    judge.judge(page, "partner's page")
    frame = page.locator("iframe[data-iwf]").element_handle().content_frame()
    assert frame is not None
    receipt = Citizen(frame, judge.look(frame)).report_with_script()
    page.goto(f"{demo.public_url}/status?lang={frame.locator('html').get_attribute('lang')}")
    judge.judge(page, "status")
    page.locator("#number").fill(receipt.receipt)
    page.locator("form button").click()
    expect(page.locator(".answer")).to_be_visible()
    judge.judge(page, "status of a report")
    assert judge.found == []
    assert len(judge.seen) == 9


@SCHEMES
def test_the_form_without_script_and_the_pages_beside_the_way(
    demo: Demo, open_context: OpenContext, scheme: str
) -> None:
    judge, partner = Judge(), demo.partners["police"]
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": PHONE}
    page = open_context(**options, java_script_enabled=False).new_page()
    look = judge.look_without_script(page, open_context(**options).new_page())
    form = f"{demo.public_url}/r/{partner.key}"
    page.goto(form)
    Citizen(page, look).report_without_script()
    for name, path in {
        "mistakes": "",
        "signpost": "[name=report_type][value=grooming_or_contact]",
    }.items():
        page.goto(form)
        if path:
            page.locator(path).check()
        page.locator("button[value=check]").click()
        look(name)
    page.goto(f"{demo.public_url}/r/iwfpk_live_unknown")
    look("safe page")
    assert judge.found == []
    assert len(judge.seen) == 6


@SCHEMES
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_console(
    demo: Demo, sign_in: Callable[..., Page], scheme: str, viewport: dict[str, int]
) -> None:
    judge = Judge()
    form = f"{demo.public_url}/r/{demo.partners['telco'].key}"
    page = sign_in(color_scheme=scheme, viewport=viewport, bypass_csp=True)
    page.goto(form)
    receipt = Citizen(page).report_with_script()
    page.goto(demo.console_url)
    judge.judge(page, "list")
    page.get_by_role("link", name=receipt.reference).click()
    judge.judge(page, "report")
    page.goto(f"{demo.console_url}?mode=test")
    judge.judge(page, "test reports")
    page.goto(f"{demo.console_url}reports/0000000000000")
    judge.judge(page, "error")
    page.context.clear_cookies()
    page.goto(demo.console_url)
    judge.judge(page, "sign-in")
    assert judge.found == []
