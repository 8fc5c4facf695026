"""The frame's height in the partner's page: follows the content, hides none of it."""

import pytest

from tests.widget.conftest import Embed
from tests.widget.site import PORTAL


def test_height_follows_the_content_both_ways(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.act()
    for height in (1234, 300, 2000):
        embed.say("size", {"height": height})
        embed.wait_for_height(height)


def test_a_fraction_is_rounded_up_so_that_nothing_is_cut(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.say("size", {"height": 612.2})
    embed.wait_for_height(613)


def test_a_height_that_no_form_has_is_ignored(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.act()
    for height in ("1e9", "20001", "Infinity", "NaN", "-5", "0", "119", "null", "'tall'", "{}"):
        embed.frame.evaluate(f"send('size', {{height: {height}}})")
        embed.settle()
        assert embed.page.evaluate("document.querySelector('iframe').clientHeight") == 500, height


def test_a_border_does_not_eat_content(embed: Embed) -> None:
    style = "<style>iframe { box-sizing: border-box; border: 5px solid }</style>"
    embed.open(style + embed.iframe + embed.script).wait_for_height(500)
    assert embed.page.locator("iframe").get_attribute("scrolling") == "no"


def test_height_wins_over_the_pages_own_styles(embed: Embed) -> None:
    embed.open(
        "<style>iframe { height: 90px !important }</style>" + embed.iframe + embed.script
    ).wait_for_height(500)


def test_a_clipped_frame_can_be_scrolled(embed: Embed) -> None:
    style = "<style>iframe { max-height: 300px }</style>"
    embed.open(style + embed.iframe + embed.script).wait_for_height(300)
    assert not embed.is_managed()


def test_a_document_that_does_not_answer_can_be_scrolled(embed: Embed) -> None:
    """A form sent without script, or the page for a key that ceased, knows no protocol."""
    embed.open().wait_for_height(500)
    iframe = embed.page.locator("iframe")
    assert iframe.get_attribute("scrolling") == "no"
    long = embed.site.page(PORTAL, "/embed/done", "<p style='height: 3000px'>Thank you")
    embed.frame.evaluate("address => { location = address }", long)
    embed.page.wait_for_function("document.querySelector('iframe').scrolling === 'auto'")
    embed.wait_for_height(500)
    iframe.hover()
    embed.page.mouse.wheel(0, 200)
    embed.frame.wait_for_function("scrollY > 0", polling=50)


def test_the_next_document_in_the_frame_is_sized_too(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    frame = embed.site.pages[PORTAL, "/embed/key"][0].replace("height = 500", "height = 800")
    after = embed.site.page(PORTAL, "/embed/after", frame)
    embed.frame.evaluate("address => { location = address }", after)
    embed.wait_for_height(800)
    assert embed.page.locator("iframe").get_attribute("scrolling") == "no"


SHIFT = """
  window.shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value }))
    .observe({ type: 'layout-shift', buffered: true });
"""


@pytest.mark.parametrize("height", [300, 900])
def test_until_the_citizen_acts_nothing_in_view_moves(embed: Embed, height: int) -> None:
    """What the page reserved holds; what is longer can be scrolled, what is shorter has room."""
    embed.page.set_viewport_size({"width": 800, "height": 900})
    embed.page.add_init_script(SHIFT)
    embed.site.pages[PORTAL, "/embed/key"] = (
        embed.site.pages[PORTAL, "/embed/key"][0].replace("height = 500", f"height = {height}"),
        "text/html",
        {},
    )
    embed.open(embed.iframe + embed.script + "<p>The page goes on.")
    embed.form()
    embed.settle()
    assert embed.page.evaluate("document.querySelector('iframe').clientHeight") == 680
    assert embed.is_managed() == (height < 680)
    embed.page.wait_for_timeout(200)
    assert embed.page.evaluate("shift") == 0

    embed.act()
    embed.say("size", {"height": height})
    embed.wait_for_height(height)
    assert embed.is_managed()


def test_where_its_end_is_out_of_view_it_is_fitted_at_once(embed: Embed) -> None:
    embed.page.add_init_script(SHIFT)
    embed.open(embed.iframe + embed.script + "<p>The page goes on.").wait_for_height(500)
    embed.page.wait_for_timeout(200)
    assert embed.page.evaluate("shift") == 0


def test_destroy_gives_the_reserved_height_back(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.page.evaluate("IWFReport('destroy')")
    embed.wait_for_height(680)
    assert embed.page.locator("iframe").get_attribute("style") is None
    assert embed.page.locator("iframe").get_attribute("scrolling") is None


@pytest.mark.parametrize("overflow", ["hidden", "auto", "visible"])
def test_in_a_box_that_stays_lower_all_of_it_is_within_reach(embed: Embed, overflow: str) -> None:
    box = f'<div style="max-height: 300px; overflow: {overflow}">{{}}</div>'
    embed.open(box.format(embed.iframe) + embed.script)
    embed.form()
    embed.act()
    embed.say("size", {"height": 900})
    embed.wait_for_height(300 - 4)  # less a browser's own border
    assert not embed.is_managed()
