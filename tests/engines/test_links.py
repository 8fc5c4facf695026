"""Links of each kind without scripts: plain links to the form's own page."""

from __future__ import annotations

import pytest

from tests.engines.citizen import Citizen
from tests.engines.conftest import OpenWindow
from tests.engines.partner_page import PartnerPage


@pytest.mark.parametrize("kind", ["dialog", "floating"])
def test_without_scripts_it_is_a_link_to_the_form(
    open_window: OpenWindow, partner_page: PartnerPage, kind: str
) -> None:
    window = open_window(scripted=False)
    window.open(partner_page.write(partner_page.link(kind) + partner_page.script))
    window.click("#link")
    window.until(lambda: window.has("#addresses"))
    assert Citizen(window).report(scripted=False).reference


@pytest.mark.parametrize("kind", ["dialog", "floating"])
def test_a_blocked_loader_leaves_a_link_to_the_form(
    open_window: OpenWindow, partner_page: PartnerPage, kind: str
) -> None:
    window = open_window()
    window.open(partner_page.write(partner_page.link(kind)))
    window.click("#link")
    window.until(lambda: window.has("#addresses"))
    assert Citizen(window).report(scripted=True).reference


def test_the_floating_link_keeps_its_corner(
    open_window: OpenWindow, partner_page: PartnerPage
) -> None:
    """At least 44 CSS px each way, in the lower corner at the end of a line, however far down."""
    window = open_window()
    tall = partner_page.link("floating") + partner_page.script + '<p style="height:3000px">'
    window.open(partner_page.write(tall))
    where = (
        "var box = document.getElementById('link').getBoundingClientRect();"
        "return [box.width, box.height, innerWidth - box.right, innerHeight - box.bottom]"
    )
    # A scroll bar may take a part of the width.
    window.until(lambda: all(0 <= each <= 40 for each in window.script(where)[2:]))
    window.script("scrollTo(0, 1000)")
    width, height, right, bottom = window.script(where)
    assert min(width, height) >= 44
    assert 0 <= right <= 40
    assert 0 <= bottom <= 40
