"""A dialog link that stays in its corner of the screen."""

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import Embed

LONG = '<div style="height: 3000px">{}</div>'


def floating(embed: Embed, body: str = "", attributes: str = "") -> dict[str, float]:
    """Open a page with a floating link; where the link is."""
    link = embed.link("floating", attributes)
    embed.open(f"<html {attributes}>" + LONG.format(link + body) + embed.script)
    embed.page.wait_for_function("getComputedStyle(document.querySelector('a')).position==='fixed'")
    return place(embed)


def place(embed: Embed) -> dict[str, float]:
    box = embed.page.locator("a").first.bounding_box()
    assert box is not None
    return dict(box)


def test_it_stays_at_the_lower_end_of_the_line_and_is_large_enough(embed: Embed) -> None:
    box = floating(embed)
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert box["x"] + box["width"] == pytest.approx(784, abs=16)
    assert box["y"] + box["height"] == pytest.approx(384)
    embed.page.evaluate("scrollTo(0, 900)")
    assert place(embed) == box


def test_where_text_runs_from_right_to_left_it_is_on_the_left(embed: Embed) -> None:
    assert floating(embed, attributes="dir=rtl")["x"] <= 32


def test_it_opens_the_dialog(embed: Embed) -> None:
    floating(embed)
    embed.page.locator("a").click()
    embed.form()
    expect(embed.page.get_by_role("dialog", name="Report it")).to_be_visible()


def test_what_has_the_focus_is_never_under_it(embed: Embed) -> None:
    field = '<input style="position: absolute; top: {}px; width: 700px">'
    floating(embed, field.format(345) + field.format(100))
    low, high = embed.page.locator("input").all()
    low.evaluate("e => e.focus()")
    embed.page.wait_for_function("document.querySelector('a').getBoundingClientRect().top < 60")
    high.evaluate("e => e.focus()")
    embed.page.wait_for_function("document.querySelector('a').getBoundingClientRect().top > 300")


def test_its_own_focus_does_not_move_it(embed: Embed) -> None:
    before = floating(embed)
    embed.page.locator("a").focus()
    embed.page.wait_for_timeout(100)
    assert place(embed) == before


def test_the_page_may_colour_it_but_not_misplace_it(embed: Embed) -> None:
    style = (
        "<style>a { background: rgb(1, 2, 3) !important; position: static !important;"
        " opacity: 0 !important }</style>"
    )
    floating(embed, style)
    shown = embed.page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('a'));"
        " return [s.backgroundColor, s.position, s.opacity] })()"
    )
    assert shown == ["rgb(1, 2, 3)", "fixed", "1"]


def test_sweeping_styles_leave_it_usable(embed: Embed) -> None:
    box = floating(embed, "<style>* { all: unset }</style>")
    assert box["height"] >= 44


def test_destroy_puts_the_link_back(embed: Embed) -> None:
    floating(embed, attributes="style='color: red'")
    embed.page.evaluate("IWFReport('destroy')")
    assert embed.page.locator("a").first.get_attribute("style") == "color: red;"


def test_a_frame_that_gets_the_focus_does_not_send_it_to_the_other_corner(embed: Embed) -> None:
    """There the frame has its own way out of the page; and a dialog covers the link anyway."""
    before = floating(embed, embed.iframe)
    embed.form()
    embed.act()
    embed.page.wait_for_timeout(100)
    assert place(embed) == before
    embed.page.locator("a").click()
    embed.form(nth=1)
    embed.page.wait_for_timeout(100)
    assert place(embed) == before
