"""Nothing of the partner's page moves before the citizen acts."""

from __future__ import annotations

import re
from typing import cast

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo

AFTER_LOAD_MS = 3_000
NOTE_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver(list => list.getEntries().forEach(entry => shifts.push(entry.value)))
    .observe({ type: 'layout-shift', buffered: true });
"""
PARTNERS = ("telco", "charity", "police")
SCREENS = [(360, 740), (1280, 900)]


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("name", [*PARTNERS, "plain-html"])
def test_height_reserved_layout_shift_0_before_the_citizen_acts(
    demo: Demo, open_context: OpenContext, name: str, width: int, height: int
) -> None:
    page = _open(demo, open_context, name, width, height)
    page.goto(_origin(demo, name))
    _wait_for_the_form(page)
    page.wait_for_timeout(AFTER_LOAD_MS)
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("name", ["telco", "plain-html"])
def test_a_reader_who_scrolls_to_the_form_sees_nothing_move(
    demo: Demo, open_context: OpenContext, name: str
) -> None:
    """What the loader sizes out of view must not move what comes into view."""
    page = _open(demo, open_context, name, 360, 740)
    page.goto(_origin(demo, name))
    _wait_for_the_form(page)
    page.evaluate("document.querySelector('iframe[data-iwf]').scrollIntoView()")
    page.wait_for_timeout(AFTER_LOAD_MS)
    assert page.evaluate("shifts") == []


def test_the_measure_sees_a_page_that_moves(demo: Demo, open_context: OpenContext) -> None:
    page = _open(demo, open_context, "police", 360, 740)
    page.goto(_origin(demo, "police"))
    _wait_for_the_form(page)
    page.evaluate("document.body.style.paddingTop = '90px'")
    page.wait_for_function("shifts.length > 0")


def _open(demo: Demo, open_context: OpenContext, name: str, width: int, height: int) -> Page:
    page = open_context(viewport=cast(ViewportSize, {"width": width, "height": height})).new_page()
    page.add_init_script(NOTE_SHIFTS)
    return page


def _origin(demo: Demo, name: str) -> str:
    return demo.partners[name].origin if name in PARTNERS else demo.examples[name].origin


def _wait_for_the_form(page: Page) -> None:
    """The form is there, and the loader has its height."""
    frame = page.locator("iframe[data-iwf]")
    expect(frame).to_have_attribute("scrolling", re.compile("no|auto"))
    expect(frame.content_frame.locator("#territory")).to_be_visible()
