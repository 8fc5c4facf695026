"""No address survives in free text in a form that a program would link."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.console.free_text import defang_free_text

LINKED = re.compile(r"(?i)https?://|(?<![\w@./\[-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w\]])")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://a.example/x, then", "see hxxps://a[.]example/x, then"),
        ("two: http://a.example http://b.test/y", "two: hxxp://a[.]example hxxp://b[.]test/y"),
        ("at www.a.example today", "at www[.]a[.]example today"),
        ("(a.example)", "(a[.]example)"),
        ("HTTPS://A.EXAMPLE", "Hxxps://A[.]EXAMPLE"),
        ("Page 3. Row 4.", "Page 3. Row 4."),
        ("ftp://a.example/x", "ftp://a[.]example/x"),
        ("xhttp://a.example", "xhxxp://a[.]example"),
        ("e.g. the 2nd, 3.5 MB", "e.g. the 2nd, 3.5 MB"),
        ("bücher.example", "bücher[.]example"),
        ("الصفحة الثانية", "الصفحة الثانية"),
        ("", ""),
    ],
)
def test_addresses_are_defanged_and_words_left_alone(written: str, shown: str) -> None:
    assert defang_free_text(written).lower() == shown.lower()


@given(st.text(alphabet="aB1.:/ht psx-[]@\n", max_size=80))
def test_nothing_linkable_is_left(text: str) -> None:
    assert not LINKED.search(defang_free_text(text))


@given(st.text(max_size=80))
def test_any_text_is_accepted_and_a_second_pass_changes_nothing(text: str) -> None:
    once = defang_free_text(text)
    assert defang_free_text(once) == once
