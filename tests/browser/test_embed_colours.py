"""Light and dark, forced colours, less motion, and two directions on one page."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser import axe
from tests.browser.citizen import Citizen
from tests.browser.conftest import Embed

GROUNDS = {"light": (255, 255, 255), "dark": (21, 25, 29)}
PAGES = {"light": "#f0e8d8", "dark": "#102030"}
SCHEMES = {
    "none": "",
    "fixed": "html {{ color-scheme: {} }}",
    "both": "html {{ color-scheme: light dark }}",
}
MISMATCHES = pytest.mark.parametrize(
    ("ground", "form_theme"), [("dark", "light"), ("light", "dark")]
)


def ground_of(page: Page) -> tuple[int, ...]:
    """The colour of a place in the frame where nothing is written, as the screen shows it."""
    box = page.locator("iframe").bounding_box()
    assert box is not None
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    pixel = picture.getpixel((int(box["x"] + 4), int(box["y"] + 300)))
    assert isinstance(pixel, tuple)
    return pixel


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


@pytest.mark.parametrize("scripted", [True, False], ids=["loader", "no loader"])
@pytest.mark.parametrize("declared", SCHEMES)
@pytest.mark.parametrize("setting", ["light", "dark"])
@pytest.mark.parametrize("ground", PAGES)
def test_b25_until_the_form_comes_the_page_shows_through(
    embed: Embed, ground: str, setting: str, declared: str, scripted: bool
) -> None:
    host = embed(color_scheme=setting, viewport={"width": 700, "height": 500})
    held: list[Route] = []
    host.watch.context.route("**/embed/**", lambda route: held.append(route))
    style = f"html {{ background: {PAGES[ground]} }}" + SCHEMES[declared].format(ground)
    query = f"lang=en&amp;theme={ground}"
    html = f"<style>{style}</style>" + host.inline(query) + (host.loader if scripted else "")
    host.page.goto(host.site.page("host.localhost", "/", html), wait_until="commit")
    if scripted:
        host.wait_for_loader()
    host.page.wait_for_timeout(200)
    assert held
    assert ground_of(host.page) == rgb(PAGES[ground])
    for route in held:
        route.continue_()
    host.form()
    host.page.wait_for_timeout(200)
    assert ground_of(host.page) == GROUNDS[ground]


@pytest.mark.parametrize("setting", ["light", "dark"])
@MISMATCHES
def test_b25_a_form_unlike_its_page_is_legible_to_the_receipt(
    embed: Embed, ground: str, form_theme: str, setting: str
) -> None:
    host = embed(color_scheme=setting, bypass_csp=True)
    style = f"<style>html {{ background: {PAGES[ground]}; color-scheme: {ground} }}</style>"
    host.open(host.inline(f"lang=en&amp;theme={form_theme}") + host.loader, head=style)
    form, found = host.managed_form(), []
    assert ground_of(host.page) == GROUNDS[form_theme]
    Citizen(form, lambda name: found.extend(axe.violations(form))).report_with_script()
    assert found == []
    assert ground_of(host.page) == GROUNDS[form_theme]


UNBORDERED = """() => [...document.querySelectorAll(
    'button, .leave, input, select, textarea, a[data-iwf]')].filter(e => {
  const style = getComputedStyle(e), isBox = /radio|checkbox/.test(e.type);
  return e.offsetWidth && !isBox && !e.closest('.nav a') &&
    (style.borderTopStyle === 'none' || parseFloat(style.borderTopWidth) < 1);
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_b26_with_forced_colours_all_that_can_be_used_has_an_edge(
    embed: Embed, scheme: str
) -> None:
    host = embed(forced_colors="active", color_scheme=scheme)
    host.open(host.link("floating") + host.inline() + host.loader)
    form, missing = host.managed_form(), []

    def look(name: str) -> None:
        missing.extend(form.evaluate(UNBORDERED))

    assert host.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert host.page.evaluate(UNBORDERED) == []
    Citizen(form, look).report_with_script()
    assert missing == []
    form.locator("#copy").focus()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert form.evaluate(outline) == "solid"


def test_b26_with_forced_colours_the_chosen_answer_is_told_from_the_others(embed: Embed) -> None:
    host = embed(forced_colors="active")
    host.open(host.inline() + host.loader)
    form = host.entered_form()
    form.locator("button[value=check]").click()
    chosen = form.locator("fieldset label").first
    before = chosen.screenshot()
    form.locator("[name=report_type]").first.check()
    form.locator("#step2").focus()
    assert chosen.screenshot() != before


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_b26_nothing_moves(embed: Embed, motion: str) -> None:
    host = embed(reduced_motion=motion)
    host.open(host.link("floating") + '<p style="height: 900px">' + host.inline() + host.loader)
    form, moving = host.managed_form(), []
    asked = """() => [document.getAnimations().length,
      ...[...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e);
        return s.scrollBehavior !== 'auto' ||
        parseFloat(s.transitionDuration) || s.animationName !== 'none' }).map(e => e.tagName)]"""

    def look(name: str) -> None:
        moving.append(form.evaluate(asked))
        moving.append(host.page.evaluate(asked))

    Citizen(form, look).report_with_script()
    assert len(moving) == 12
    assert [each for each in moving if each != [0]] == []


@pytest.mark.parametrize("mode", ["inline", "dialog", "floating"])
@pytest.mark.parametrize(
    ("partner", "page_direction", "language", "direction"),
    [
        ("charity", "rtl", "en", "ltr"),
        ("police", "ltr", "en", "ltr"),
        ("charity", "ltr", "ar", "rtl"),
    ],
)
def test_b26_page_and_form_each_keep_their_direction(
    embed: Embed, partner: str, page_direction: str, language: str, direction: str, mode: str
) -> None:
    host = embed(partner, viewport={"width": 360, "height": 740})
    query = f"lang={language}"
    body = host.inline(query) if mode == "inline" else host.link(mode, query)
    host.open("<p>Text</p>" + body + host.loader, attributes=f"dir={page_direction}")
    if mode != "inline":
        host.page.locator("a[data-iwf]").click()
    form = host.managed_form()
    html = form.locator("html")
    expect(html).to_have_attribute("dir", direction)
    expect(html).to_have_attribute("lang", language)
    assert host.page.locator("html").get_attribute("dir") == page_direction
    Citizen(form).report_with_script()
    for document in (form, host.page):
        assert document.evaluate("document.documentElement.scrollWidth") <= 360
    box = host.iframe.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
