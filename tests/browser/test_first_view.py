"""What a page loads of ours before the citizen acts: two answers, within the budget."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo

#: Bytes of both answers with their heads, under a logo: inside one initial TCP window of 14,600.
FIRST_VIEW_WITH_LOGO = 13_312
QUIET_MS = 2_000


@pytest.mark.parametrize("slug", ["telco", "charity", "police"])
def test_two_requests_before_the_citizen_acts_within_the_budget(
    demo: Demo, open_context: OpenContext, slug: str
) -> None:
    context = open_context()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    page = context.new_page()
    page.goto(demo.partners[slug].origin)
    form = page.locator("iframe[data-iwf]").content_frame
    expect(form.locator("#territory")).to_be_visible()
    expect(page.locator("iframe[data-iwf][scrolling]")).to_be_visible()
    page.wait_for_timeout(QUIET_MS)
    ours = [each for each in asked if each.url.startswith(demo.public_url)]
    paths = [each.url.removeprefix(demo.public_url).partition("?")[0] for each in ours]
    assert sorted(paths) == [f"/embed/{demo.partners[slug].key}", "/widget/v1.js"]
    sizes = [each.sizes() for each in ours]
    weight = sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)
    assert 0 < weight <= FIRST_VIEW_WITH_LOGO

    # The country's list and what sends come when they are needed: the count would see them.
    form.locator("#territory").focus()
    page.wait_for_timeout(QUIET_MS)
    assert len([each for each in asked if each.url.startswith(demo.public_url)]) > 2
