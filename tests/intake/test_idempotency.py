"""Idempotency keys are 128 bits in one spelling; a body's tag ignores the order of its keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.intake.errors import IdempotencyKeyMalformed
from server.intake.idempotency import (
    body_tag,
    idempotency_hash,
    new_idempotency_key,
    parse_idempotency_key,
)


def test_a_new_key_is_128_bits_in_22_characters():
    text = new_idempotency_key()
    assert len(text) == 22
    assert len(parse_idempotency_key(text)) == 16


@pytest.mark.parametrize(
    "text",
    [None, "", "A" * 21, "A" * 23, "A" * 21 + "=", "A" * 21 + "B", "A" * 20 + "é" + "A", " " * 22],
)
def test_another_spelling_is_refused(text):
    with pytest.raises(IdempotencyKeyMalformed):
        parse_idempotency_key(text)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5))
def test_the_tag_does_not_depend_on_the_order_of_keys(body):
    turned = dict(reversed(list(body.items())))
    assert body_tag(b"k" * 16, body) == body_tag(b"k" * 16, turned)


def test_the_tag_depends_on_key_and_body():
    tags = {
        body_tag(b"a" * 16, {"x": "1"}),
        body_tag(b"b" * 16, {"x": "1"}),
        body_tag(b"a" * 16, {"x": "2"}),
    }
    assert len(tags) == 3


def test_the_stored_hash_is_not_the_key():
    assert b"k" * 16 not in idempotency_hash(b"k" * 16)
