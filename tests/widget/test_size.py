"""The frame's height in the partner's page: follows the content, hides none of it."""

from tests.widget.conftest import Embed
from tests.widget.site import PORTAL


def test_height_follows_the_content_both_ways(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    for height in (1234, 300, 2000):
        embed.say("size", {"height": height})
        embed.wait_for_height(height)


def test_a_fraction_is_rounded_up_so_that_nothing_is_cut(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.say("size", {"height": 612.2})
    embed.wait_for_height(613)


def test_a_difference_below_one_pixel_changes_nothing(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    for height in (500.6, 499.4, 500.99):
        embed.say("size", {"height": height})
        embed.wait_for_height(500)


def test_height_is_never_under_120(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    embed.say("size", {"height": 3})
    embed.wait_for_height(120)


def test_a_height_that_no_form_has_is_ignored(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    for height in ("1e9", "20001", "Infinity", "NaN", "-5", "0", "'700'", "null", "[700]", "700n"):
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
    assert embed.page.locator("iframe").get_attribute("scrolling") is None


def test_a_document_that_does_not_answer_can_be_scrolled(embed: Embed) -> None:
    """A form sent without script, or the page for a key that ceased, knows no protocol."""
    embed.open().wait_for_height(500)
    iframe = embed.page.locator("iframe")
    assert iframe.get_attribute("scrolling") == "no"
    long = embed.site.page(PORTAL, "/embed/done", "<p style='height: 3000px'>Thank you")
    embed.frame.evaluate("address => { location = address }", long)
    embed.page.wait_for_function("!document.querySelector('iframe').hasAttribute('scrolling')")
    embed.wait_for_height(500)
    iframe.hover()
    embed.page.mouse.wheel(0, 200)
    embed.frame.wait_for_function("scrollY > 0")


def test_the_next_document_in_the_frame_is_sized_too(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    frame = embed.site.pages[PORTAL, "/embed/key"][0].replace("height = 500", "height = 800")
    after = embed.site.page(PORTAL, "/embed/after", frame)
    embed.frame.evaluate("address => { location = address }", after)
    embed.wait_for_height(800)
    assert embed.page.locator("iframe").get_attribute("scrolling") == "no"
