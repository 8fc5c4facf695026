"""Every loader that partners may have pinned works with the frame as it is today."""

from __future__ import annotations

import pytest

from tests.web.embed.served_form import Open, forward
from tests.widget.site import HOST
from widget.released import kept_releases

SNIPPET = """
<title>Partner</title>
<iframe data-iwf src="{origin}/embed/{key}?lang=en" width="600" height="680"></iframe>
<script async crossorigin="anonymous" integrity="{integrity}" src="{origin}{loader}"></script>
"""
#: The frame has fitted itself when it is no longer as high as the snippet says.
HEIGHT = "document.querySelector('iframe').clientHeight"


@pytest.mark.parametrize("version", kept_releases())
def test_a_pinned_loader_fits_the_form_and_follows_it(opened: Open, version: str) -> None:
    release = kept_releases()[version]
    body = SNIPPET.format(
        origin=opened.origin,
        key=opened.key,
        integrity=release.integrity,
        loader=f"/widget/{version}/widget.js",
    )
    opened.page.goto(opened.site.page(HOST, "/", body))
    opened.page.wait_for_function(f"{HEIGHT} !== 680")
    before = opened.page.evaluate(HEIGHT)
    form = opened.page.frames[1]
    forward(form).click()
    form.locator("section:nth-of-type(2) h2").wait_for()
    opened.page.wait_for_function(f"{HEIGHT} !== {before}")
    assert opened.complaints == []
