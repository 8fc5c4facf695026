"""A defanged address is no link for anybody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.intake.defang import defang


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://files.example/a.b", "hxxps://files[.]example/a.b"),
        ("http://a.b.example:8080/", "hxxp://a[.]b[.]example:8080/"),
        ("http://192.0.2.7/x", "hxxp://192[.]0[.]2[.]7/x"),
        ("https://a.example/?u=http://b.example", "hxxps://a[.]example/?u=hxxp://b.example"),
        ("HTTPS://A.EXAMPLE", "Hxxps://A[.]EXAMPLE"),
    ],
)
def test_scheme_and_host_are_broken(url, shown):
    assert defang(url).lower() == shown.lower()


@given(st.text(max_size=200))
def test_no_text_keeps_a_web_scheme(text):
    assert not re.search(r"(?i)\bhttps?://", defang(text))


@given(st.from_regex(r"https?://[a-z.]{1,20}/[a-z./]{0,20}", fullmatch=True))
def test_defanging_twice_is_defanging_once(url):
    assert defang(defang(url)) == defang(url)
