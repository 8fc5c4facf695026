"""The frame is as high as the form, at any width, and then it rests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Page

from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo
from tests.widget.site import HOST, Site

WIDTHS = [240, 320, 360, 480, 640, 800, 1024, 1280, 1600]
QUIET_MS = 300
COUNT_SIZES = """
  window.sizes = [];
  addEventListener('message', event => {
    if (event.data && event.data.type === 'size') sizes.push(event.data.height);
  });
"""
CONTENT = "Math.ceil(document.documentElement.getBoundingClientRect().height)"
OUTER = "document.querySelector('iframe[data-iwf]').clientHeight"


@pytest.fixture
def embedded(demo: Demo, open_context: OpenContext) -> Iterator[tuple[Page, Frame]]:
    """A page that is all frame, whose citizen acts; and the form in it."""
    with Site() as site:
        key = demo.issue_key("police", origin=site.origin(HOST))
        address = site.page(
            HOST,
            "/",
            f"""<meta name="viewport" content="width=device-width">
            <style>body {{ margin: 0 }}</style>
            <iframe data-iwf src="{demo.public_url}/embed/{key}?lang=en" title="Report"
              width="100%" height="680" frameborder="0" referrerpolicy="origin"></iframe>
            <script async src="{demo.public_url}/widget/v1.js"></script>""",
        )
        page = open_context(viewport={"width": 800, "height": 600}).new_page()
        page.add_init_script(COUNT_SIZES)
        page.goto(address)
        page.wait_for_function("sizes.length > 0")
        form = page.frames[1]
        form.locator("#territory").focus()
        yield page, form


def test_height_follows_the_content_and_settles_without_a_loop_from_240_to_1600_px(
    embedded: tuple[Page, Frame],
) -> None:
    page, form = embedded
    wider = {width: _settled_height(page, form, width) for width in WIDTHS}
    narrower = {width: _settled_height(page, form, width) for width in reversed(WIDTHS)}
    assert narrower == wider
    # Fewer words on a line are more lines: the range is a range.
    assert wider[240] > wider[480] > wider[1600]


def test_height_follows_the_content_both_ways(embedded: tuple[Page, Frame]) -> None:
    page, form = embedded
    closed = _settled_height(page, form, 360)
    form.locator("details > summary").first.click()
    opened = _settled_height(page, form, 360)
    form.locator("details > summary").first.click()
    assert _settled_height(page, form, 360) == closed < opened


def _settled_height(page: Page, form: Frame, width: int) -> int:
    """The frame's height when it equals the content's, after which no message came any more."""
    page.set_viewport_size({"width": width, "height": 600})
    form.wait_for_load_state()
    _wait_until_equal(page, form, width)
    told = page.evaluate("sizes.length")
    page.wait_for_timeout(QUIET_MS)
    assert page.evaluate("sizes.length") == told, page.evaluate("sizes")[told - 3 :]
    assert page.evaluate(OUTER) == form.evaluate(CONTENT)
    assert page.locator("iframe[data-iwf]").get_attribute("scrolling") == "no"
    return int(page.evaluate(OUTER))


def _wait_until_equal(page: Page, form: Frame, width: int) -> None:
    for _ in range(150):
        if form.evaluate("innerWidth") == width and page.evaluate(OUTER) == form.evaluate(CONTENT):
            return
        page.wait_for_timeout(100)
    raise AssertionError(
        f"at {width} px the frame is {page.evaluate(OUTER)} px high, "
        f"its content {form.evaluate(CONTENT)} px"
    )
