"""Each snippet form takes a report to its receipt, with scripts and without, in each engine."""

from __future__ import annotations

from tests.browser.demo import Demo
from tests.engines.citizen import Citizen
from tests.engines.conftest import OpenWindow
from tests.engines.partner_page import PartnerPage


def test_the_inline_form_reports(
    open_window: OpenWindow, partner_page: PartnerPage, scripted: bool
) -> None:
    window = open_window(scripted=scripted)
    window.open(partner_page.write(partner_page.iframe() + partner_page.script))
    window.enter_frame()
    assert Citizen(window).report(scripted=scripted).reference


def test_the_inline_form_reports_where_the_loader_is_blocked(
    open_window: OpenWindow, partner_page: PartnerPage
) -> None:
    window = open_window()
    window.open(partner_page.write(partner_page.iframe()))
    window.enter_frame()
    assert Citizen(window).report(scripted=True).reference


def test_the_page_of_its_own_reports_and_knows_the_receipt(
    open_window: OpenWindow, demo: Demo, partner_page: PartnerPage, scripted: bool
) -> None:
    window = open_window(scripted=scripted)
    window.open(f"{demo.public_url}/r/{partner_page.key}?lang=en")
    receipt = Citizen(window).report(scripted=scripted)
    window.open(f"{demo.public_url}/status?lang=en")
    window.fill("#number", receipt.receipt)
    window.click("form button")
    window.until(lambda: receipt.reference in window.text(".answer"))


def test_a_bare_link_leads_to_the_form(
    open_window: OpenWindow, partner_page: PartnerPage, scripted: bool
) -> None:
    window = open_window(scripted=scripted)
    window.open(partner_page.write(partner_page.link() + partner_page.script))
    window.click("#link")
    window.until(lambda: window.has("#addresses"))
    assert Citizen(window).report(scripted=scripted).reference
