"""The dialog with a keyboard, in each engine: from a link of the partner's page and back to it."""

from __future__ import annotations

import pytest

from tests.browser.citizen import ADDRESS
from tests.engines.citizen import Citizen
from tests.engines.conftest import OpenWindow
from tests.engines.partner_page import PartnerPage
from tests.engines.window import ENTER, ESCAPE, SHIFT, TAB, Window

FRAME = "dialog iframe"
# More than there are places for the focus in the first step.
ONCE_AROUND = 16
# Every element of the partner's page that got the focus, from now on.
NOTE_FOCUS = """
  window.visited = [];
  document.addEventListener('focus', function (event) {
    if (event.target !== document && !event.target.closest('dialog')) {
      visited.push(event.target.id);
    }
  }, true);
"""


@pytest.fixture(params=["dialog", "floating"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def window(open_window: OpenWindow, partner_page: PartnerPage, kind: str) -> Window:
    """The partner's page with a link, once the loader has come."""
    window = open_window()
    window.open(partner_page.write(partner_page.link(kind) + partner_page.script))
    window.until(lambda: window.script("return window.IWFReport && IWFReport.version"))
    return window


def open_by_key(window: Window) -> None:
    """Go to the link as a keyboard does, and press it; then the form has the focus."""
    window.script("document.getElementById('above').focus()")
    window.press(TAB)
    assert window.focused() == "link"
    window.press(ENTER)
    window.until(lambda: window.value("dialog", "open"))
    window.until(lambda: window.focused("tagName") == "IFRAME")


def test_a_report_from_the_dialog_reaches_its_receipt(window: Window) -> None:
    window.click("#link")
    window.enter_frame(FRAME)
    assert Citizen(window).report(scripted=True).reference


def test_focus_goes_into_the_form_and_tab_never_reaches_the_page(window: Window) -> None:
    open_by_key(window)
    window.script(NOTE_FOCUS)
    window.enter_frame(FRAME)
    window.until(lambda: window.shows("#step1"))
    window.script(
        "window.visited = []; document.addEventListener('focus', function (event) {"
        " visited.push(event.target.id) }, true)"
    )
    window.leave_frame()
    for _ in range(ONCE_AROUND):
        window.press(TAB)
    for _ in range(ONCE_AROUND):
        window.press(SHIFT, TAB)
    assert window.script("return visited") == []
    window.enter_frame(FRAME)
    assert "territory" in window.script("return visited")


def test_escape_from_inside_the_form_hides_it_and_keeps_the_text(window: Window) -> None:
    open_by_key(window)
    window.enter_frame(FRAME)
    citizen = Citizen(window)
    window.click("#step1")
    citizen.go_to(2)
    citizen.choose_type()
    citizen.go_to(3)
    citizen.say_where()
    window.press(ESCAPE)
    window.until(lambda: not window.value("dialog", "open"))
    assert not window.shows("dialog")
    assert window.focused() == "link"

    window.press(ENTER)
    window.until(lambda: window.value("dialog", "open"))
    window.enter_frame(FRAME)
    assert window.value("#addresses") == ADDRESS
    assert window.shows("#step3")


def test_the_button_closes_it_and_the_focus_returns(window: Window) -> None:
    open_by_key(window)
    window.click("dialog button")
    window.until(lambda: not window.value("dialog", "open"))
    assert window.focused() == "link"


def test_its_button_speaks_the_language_of_the_form(
    open_window: OpenWindow, partner_page: PartnerPage
) -> None:
    window = open_window()
    link = partner_page.link("dialog").replace("lang=en", "lang=fr")
    window.open(partner_page.write(link + partner_page.script))
    window.until(lambda: window.script("return window.IWFReport && IWFReport.version"))
    window.click("#link")
    window.until(lambda: "Fermer" in window.text("dialog button"))
