"""The floating link, with the real form behind it: large enough, named, and in nobody's way."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import Embed
from tests.browser.embedded import PHONE_HEAD, Embedded

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1_280, "height": 900}
TEXT = "Report online abuse"
FIELDS = "".join(
    f'<p style="height: 90px"><label>{n} <input style="width: 95%"></label><a href="#{n}">{n}</a>'
    for n in range(30)
)
COVERED = """() => {
  const e = document.activeElement, link = document.querySelector('a[data-iwf]');
  if (e === link || e === document.body) return '';
  const a = e.getBoundingClientRect(), b = link.getBoundingClientRect();
  const isApart = a.right <= b.left || a.left >= b.right || a.bottom <= b.top || a.top >= b.bottom;
  return isApart ? '' : JSON.stringify([e.outerHTML.slice(0, 40), a, b]);
}"""


def floating(embed: Embed, body: str = "", attributes: str = "lang=en", **options: Any) -> Embedded:
    host = embed(**options)
    host.open(host.link("floating", text=TEXT) + body + host.loader, attributes=attributes)
    host.page.wait_for_function(
        "getComputedStyle(document.querySelector('a[data-iwf]')).position === 'fixed'"
    )
    return host


def box_of(host: Embedded) -> dict[str, float]:
    box = host.page.get_by_role("link", name=TEXT).bounding_box()
    assert box is not None
    return dict(box)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_b21_it_is_named_large_and_in_the_lower_corner(
    embed: Embed, viewport: dict[str, int]
) -> None:
    host = floating(embed, FIELDS, viewport=viewport)
    box = box_of(host)
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert box["y"] + box["height"] == pytest.approx(viewport["height"] - 16)
    width = host.page.evaluate("document.documentElement.clientWidth")
    assert box["x"] + box["width"] == pytest.approx(width - 16)
    host.page.mouse.wheel(0, 800)
    host.page.wait_for_function("scrollY > 100")
    assert box_of(host) == box


def test_b21_where_text_runs_from_right_to_left_it_is_on_the_left(embed: Embed) -> None:
    host = floating(embed, attributes='lang="ar" dir="rtl"', partner="charity", viewport=PHONE)
    assert box_of(host)["x"] == pytest.approx(16)


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_b21_it_hides_nothing_that_has_the_focus(
    embed: Embed, viewport: dict[str, int], key: str
) -> None:
    host = floating(embed, FIELDS, viewport=viewport)
    covered, visited = [], set()
    for _ in range(62):
        host.page.keyboard.press(key)
        host.page.wait_for_timeout(20)  # its timer comes after the browser's own scrolling
        covered.append(host.page.evaluate(COVERED))
        visited.add(host.page.evaluate("scrollY"))
    assert not any(covered), [each for each in covered if each]
    assert len(visited) > 4, "the page was scrolled through"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_b21_it_keeps_clear_of_round_corners_and_bars(embed: Embed, direction: str) -> None:
    host = embed(viewport=PHONE)
    session = host.watch.context.new_cdp_session(host.page)
    insets = {"bottom": 34, "left": 21, "right": 44}
    session.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    host.open(
        host.link("floating", text=TEXT) + host.loader,
        attributes=f"dir={direction}",
        head=PHONE_HEAD.replace("width=device-width", "width=device-width, viewport-fit=cover"),
    )
    host.page.wait_for_function(
        "document.querySelector('a').getBoundingClientRect().bottom === innerHeight - 34 - 16"
    )
    box = box_of(host)
    if direction == "rtl":
        assert box["x"] == pytest.approx(21 + 16)
    else:
        assert box["x"] + box["width"] == pytest.approx(360 - 44 - 16)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_b21_a_report_behind_it_reaches_its_receipt(embed: Embed, viewport: dict[str, int]) -> None:
    host = floating(embed, FIELDS, viewport=viewport)
    host.page.get_by_role("link", name=TEXT).click()
    Citizen(host.managed_form()).report_with_script()
    host.page.keyboard.press("Escape")
    expect(host.page.locator("dialog")).to_be_hidden()
    expect(host.page.get_by_role("link", name=TEXT)).to_be_focused()
    assert len(host.reports()) == 1
    assert host.watch.complaints == []
