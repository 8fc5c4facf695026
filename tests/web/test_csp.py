"""Policies as data: merged, and written so that no source can break out."""

from __future__ import annotations

import pytest

from server.web import csp


def test_none_yields_to_a_real_source_and_nothing_is_said_twice() -> None:
    merged = csp.merge(
        {"script-src": ("'none'",)}, {"script-src": ("'self'",)}, {"script-src": ("'self'",)}
    )
    assert merged == {"script-src": ("'self'",)}


def test_a_directive_without_source_stays_closed() -> None:
    assert csp.policy(csp.CLOSED, csp.framed_by(())) == (
        "default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize("source", ["a; script-src *", "a b", "a,b", "", "a\r\nSet-Cookie: x=1"])
def test_a_source_cannot_end_its_directive(source: str) -> None:
    with pytest.raises(ValueError, match="no source"):
        csp.policy(csp.framed_by([source]))


def test_a_hash_is_that_of_the_elements_text() -> None:
    # Example of CSP Level 3, section 8.4.
    assert csp.digest("alert('Hello, world.');") == (
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    )
