"""References check themselves; receipts are read however they are written."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.references import (
    CHECK_SYMBOLS,
    CROCKFORD,
    derive_tokens,
    in_fours,
    parse_receipt,
    parse_reference,
    receipt_hmac,
    with_check_symbol,
)
from server.storage.keyring import new_secret, parse_intake_secrets

NUMBERS = st.integers(0, 2**60 - 1)


@given(NUMBERS)
def test_a_reference_reads_back(number):
    reference = with_check_symbol(number)
    assert len(reference) == 13
    assert parse_reference(reference) == reference
    assert (
        parse_reference(f" {reference[:4].lower()}-{reference[4:8]} {reference[8:]} ") == reference
    )


@given(NUMBERS, st.integers(0, 11), st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_noticed(number, position, character):
    reference = with_check_symbol(number)
    wrong = reference[:position] + character + reference[position + 1 :]
    assert (parse_reference(wrong) is None) == (wrong != reference)


@given(NUMBERS, st.integers(0, 10))
def test_two_swapped_characters_are_noticed(number, i):
    reference = with_check_symbol(number)
    swapped = reference[:i] + reference[i + 1] + reference[i] + reference[i + 2 :]
    assert (parse_reference(swapped) is None) == (swapped != reference)


def test_letters_that_look_like_digits_are_read_as_digits():
    assert with_check_symbol(1) == "0000000000011"
    assert parse_reference("OOOOOOOOOOOIl") == "0000000000011"


@given(st.text(max_size=20))
def test_other_text_is_no_reference(text):
    parsed = parse_reference(text)
    assert parsed is None or parsed[-1] in CHECK_SYMBOLS


@pytest.mark.parametrize(
    "written",
    [
        "12345678901234567890",
        "1234 5678 9012 3456 7890",
        "1234-5678-9012-3456-7890\n",
        "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠",
        "\u200f1234 5678 9012 3456 7890\u200e",
    ],
)
def test_a_receipt_is_read_however_it_is_written(written):
    assert parse_receipt(written) == "12345678901234567890"


@pytest.mark.parametrize("text", ["", "1" * 19, "1" * 21, "x" * 20, "²" * 20, "1" * 19 + "x"])
def test_other_text_is_no_receipt(text):
    assert parse_receipt(text) is None


def test_a_receipt_is_shown_in_fours():
    assert in_fours("12345678901234567890") == "1234 5678 9012 3456 7890"


@given(st.binary(min_size=16, max_size=16))
def test_tokens_follow_from_key_and_secret_alone(key):
    text = f"1:{'A' * 20}{'bcdefghijklmnopqrstuvwx'}"
    secrets, again = parse_intake_secrets(text), parse_intake_secrets(text)
    assert derive_tokens(secrets, key, 1) == derive_tokens(again, key, 1)
    assert parse_receipt(derive_tokens(secrets, key, 1).receipt)


def test_another_secret_gives_other_tokens_and_another_hmac():
    one, two = (parse_intake_secrets(f"1:{new_secret()}") for _ in range(2))
    key = b"0123456789abcdef"
    assert derive_tokens(one, key, 1) != derive_tokens(two, key, 1)
    assert receipt_hmac(one, "1" * 20, 1) != receipt_hmac(two, "1" * 20, 1)


@settings(max_examples=25)
@given(st.binary(min_size=16, max_size=16))
def test_tokens_are_those_of_hkdf(idempotency_key):
    secrets = parse_intake_secrets(f"1:{new_secret()}")

    def derived(label, length):
        salt = secrets.derive("report-tokens", 1)
        kdf = HKDF(SHA256(), length, salt=salt, info=b"portals/" + label)
        return int.from_bytes(kdf.derive(idempotency_key), "big")

    tokens = derive_tokens(secrets, idempotency_key, 1)
    assert tokens.reference == with_check_symbol(derived(b"reference", 8) >> 4)
    assert int(tokens.receipt) == derived(b"receipt", 16) % 10**20
