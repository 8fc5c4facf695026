"""A session's browser is named coarsely, whatever it says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.web.console.browsers import browser_name

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME.format("X11; Linux x86_64"), "Chrome on Linux"),
        (CHROME.format("Windows NT 10.0; Win64; x64") + " Edg/150.0", "Edge on Windows"),
        (CHROME.format("Linux; Android 16"), "Chrome on Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1",
            "Safari on macOS",
        ),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_browsers_are_known(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


@settings(max_examples=50)
@given(st.text())
def test_nothing_of_what_it_says_is_kept(user_agent: str) -> None:
    assert len(browser_name(user_agent)) <= 60
    assert "on" not in browser_name(user_agent).split() or len(user_agent) > 3
