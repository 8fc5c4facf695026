"""What is sealed opens with the private key, in its own row, and in no other way."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.sealing import (
    PADDED_SIZES,
    EnvelopeDamaged,
    PublicSealingKey,
    generate_key_pair,
    seal,
    unseal,
    unwrap_private_key,
    wrap_private_key,
)
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id

PRIVATE, PUBLIC = generate_key_pair()
KEY = PublicSealingKey(new_id(), PUBLIC)
REPORT = new_id()
TAG = 16


def sealed(content=None):
    return seal(content or {"text": "a"}, REPORT, EnvelopeKind.REPORT, KEY)


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_what_is_sealed_can_be_opened(content):
    part = seal(content, REPORT, EnvelopeKind.REPORT, KEY)
    assert unseal(part, REPORT, PRIVATE) == content


@given(st.integers(0, 20_000))
def test_the_length_shows_only_as_one_of_a_few_sizes(length):
    part = sealed({"text": "x" * length})
    assert len(part.ciphertext) - TAG in PADDED_SIZES


def test_a_short_and_a_shorter_report_look_alike():
    assert len(sealed({"a": "1"}).ciphertext) == len(sealed({"a": "1" * 900}).ciphertext) == 1_040


def test_the_largest_body_can_be_sealed_and_a_larger_one_says_so():
    assert sealed({"text": "é" * 65_000})
    with pytest.raises(ValueError, match="too long"):
        sealed({"text": "x" * 1_048_576})


def test_the_same_content_is_never_sealed_the_same_way():
    assert sealed().ciphertext != sealed().ciphertext


@pytest.mark.parametrize(
    "change",
    [
        lambda p: {"ciphertext": p.ciphertext[:-1]},
        lambda p: {"ciphertext": p.ciphertext[:-1] + bytes([p.ciphertext[-1] ^ 1])},
        lambda p: {"ciphertext": b""},
        lambda p: {"wrapped_key": p.wrapped_key[:-1]},
        lambda p: {"wrapped_key": b""},
        lambda p: {"wrapped_key": sealed().wrapped_key},
        lambda p: {"kind": EnvelopeKind.CONTACT},
        lambda p: {"schema_version": 1},
        lambda p: {"sealing_key_id": new_id()},
    ],
)
def test_an_altered_envelope_is_damaged(change):
    part = sealed()
    with pytest.raises(EnvelopeDamaged):
        unseal(dataclasses.replace(part, **change(part)), REPORT, PRIVATE)


def test_an_envelope_moved_to_another_report_is_damaged():
    with pytest.raises(EnvelopeDamaged):
        unseal(sealed(), new_id(), PRIVATE)


def test_another_private_key_opens_nothing():
    with pytest.raises(EnvelopeDamaged):
        unseal(sealed(), REPORT, generate_key_pair()[0])


def test_the_recovery_key_brings_a_private_key_back():
    recovery_private, recovery_public = generate_key_pair()
    copy = wrap_private_key(PRIVATE, recovery_public, KEY.id)
    assert PRIVATE not in copy
    assert unwrap_private_key(copy, recovery_private, KEY.id) == PRIVATE
    with pytest.raises(EnvelopeDamaged):
        unwrap_private_key(copy, recovery_private, new_id())
    with pytest.raises(EnvelopeDamaged):
        unwrap_private_key(copy, PRIVATE, KEY.id)
