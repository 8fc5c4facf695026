"""The real form where there is little room: old phones, a keyboard on the screen, 400 % zoom."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import Embed
from tests.browser.embedded import Embedded
from tests.browser.polling import come_in

SMALL = {"width": 320, "height": 568}
ZOOMED = {"width": 320, "height": 256}  # 1,280 x 1,024 at 400 %
UNDER_KEYBOARD = {"width": 360, "height": 300}
TYPED_INTO = "input:not([type=radio]):not([type=checkbox]), select, textarea"
HOST_HEAD = '<meta name="viewport" content="width=device-width"><style>body { margin: 0 }</style>'
LANGUAGES = {"en": "police", "fr": "telco", "ar": "charity"}
MODES = pytest.mark.parametrize("mode", ["inline", "dialog"])


def shown(host: Embedded, mode: str, language: str = "en") -> Frame:
    body = host.inline(f"lang={language}") if mode == "inline" else host.link(mode)
    body = body.replace("lang=en", f"lang={language}")
    direction = "rtl" if language == "ar" else "ltr"
    host.open(
        "<p>Around it.</p>" + body + "<p>Below it.</p>" + host.loader,
        attributes=f'lang="{language}" dir="{direction}"',
        head=HOST_HEAD,
    )
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    return host.managed_form()


def widest(document: Page | Frame) -> int:
    return int(
        document.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
        )
    )


@MODES
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("window", [SMALL, ZOOMED], ids=["320 px", "400 %"])
def test_b23_a_report_reaches_its_receipt_and_nothing_is_wider_than_the_window(
    embed: Embed, window: dict[str, int], language: str, mode: str
) -> None:
    host = embed(LANGUAGES[language], viewport=window)
    form = shown(host, mode, language)
    wide: dict[str, tuple[int, int]] = {}

    def look(name: str) -> None:
        form.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        wide[name] = (widest(host.page), widest(form))

    Citizen(form, look).report_with_script()
    assert len(wide) == 6
    assert max(max(each) for each in wide.values()) <= 320, wide
    assert len(host.reports()) == 1


@MODES
def test_b23_no_field_is_so_small_that_a_phone_zooms_in(embed: Embed, mode: str) -> None:
    host = embed(viewport={"width": 360, "height": 740})
    form = shown(host, mode)
    sizes = form.evaluate(
        """selector => [...document.querySelectorAll(selector)].filter(e => !e.hidden).map(
          e => [e.name, parseFloat(getComputedStyle(e).fontSize)])""",
        TYPED_INTO,
    )
    assert len(sizes) > 12
    assert [each for each in sizes if each[1] < 16] == []


@MODES
def test_b23_with_the_keyboard_up_the_field_and_the_way_on_are_in_reach(
    embed: Embed, mode: str
) -> None:
    """A keyboard takes over half of the window away, where the browser makes it smaller."""
    host = embed(viewport={"width": 360, "height": 740})
    shown(host, mode)
    form, page = host.entered_form(), host.page
    form.locator("button[value=check]").click()
    form.locator("[name=report_type][value=not_sure]").check()
    form.locator("button[value=check]").click()
    field = form.locator("#addresses")
    field.focus()
    page.set_viewport_size(UNDER_KEYBOARD)  # type: ignore[arg-type]
    page.keyboard.type("https://pictures.example/")
    expect(field).to_have_value("https://pictures.example/")
    # A browser brings the caret back into view with each letter.
    expect(field).to_be_in_viewport(ratio=0.3)  # the line with the caret, of three
    inside = form.evaluate(
        """() => { const e = document.activeElement.getBoundingClientRect();
          const h = document.querySelector('header');
          const isSticky = getComputedStyle(h).position === 'sticky';
          return !isSticky || e.top >= h.getBoundingClientRect().bottom - 1 }"""
    )
    assert inside, "not under the form's own header"
    form.locator("button[value=check]").click()
    expect(form.locator("#step4")).to_be_focused()
    expect(form.locator("#step4")).to_be_in_viewport()


@MODES
def test_b23_at_400_percent_the_header_leaves_room(embed: Embed, mode: str) -> None:
    form = shown(embed(viewport=ZOOMED), mode)
    if mode == "dialog":
        assert form.evaluate("getComputedStyle(document.querySelector('header')).position") == (
            "static"
        )
    come_in(form)
    for step in (1, 2):
        expect(form.locator("form > section").nth(step - 1).locator("h2")).to_be_visible()
        form.locator("button[value=check]").click()
    expect(form.locator(".summary")).to_be_in_viewport()
