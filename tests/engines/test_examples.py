"""Each example's page takes a report to its receipt, in each engine."""

from __future__ import annotations

import pytest

from tests.browser.demo import Demo
from tests.browser.test_examples import FORM, PAGES
from tests.browser.test_examples_react import installed, origin
from tests.engines.citizen import Citizen
from tests.engines.conftest import OpenWindow

__all__ = ["installed", "origin"]

PARTNERS = ("telco", "charity", "police")


@pytest.mark.parametrize("name", [*PARTNERS, *PAGES])
def test_the_form_in_the_page(open_window: OpenWindow, demo: Demo, name: str) -> None:
    place = demo.partners[name] if name in PARTNERS else demo.examples[name]
    window = open_window()
    window.open(f"{place.origin}/{PAGES.get(name, '')}")
    window.enter_frame(FORM)
    assert Citizen(window).report(scripted=True).reference


@pytest.mark.parametrize("name", ["plain-html", "strict-csp"])
def test_the_form_in_a_dialog(open_window: OpenWindow, demo: Demo, name: str) -> None:
    window = open_window()
    window.open(demo.examples[name].origin)
    window.until(lambda: window.script("return window.IWFReport && IWFReport.version"))
    window.click("[data-iwf=dialog]")
    window.enter_frame("dialog iframe")
    assert Citizen(window).report(scripted=True).reference


def test_the_component_of_react(open_window: OpenWindow, origin: str) -> None:
    window = open_window()
    window.open(origin)
    window.enter_frame(FORM)
    assert Citizen(window).report(scripted=True).reference
