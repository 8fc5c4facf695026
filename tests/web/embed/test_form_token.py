"""The signed token of the check page, by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.storage.keyring import IntakeSecrets, new_secret, parse_intake_secrets
from server.web.embed.form_token import TokenRefused, make_token, read_token

SECRETS = parse_intake_secrets(f"1:{new_secret()}")
NOW = datetime(2026, 11, 22, 10, 0, 0, 500_000, tzinfo=UTC)
DIGEST = b"d" * 32
RETRY_KEY = "A" * 22


def made(secrets: IntakeSecrets = SECRETS) -> str:
    return make_token(secrets, "iwfpk_live_x", DIGEST, RETRY_KEY, NOW)


def read(token: str, **changed: object) -> object:
    given = {"secrets": SECRETS, "key": "iwfpk_live_x", "digest": DIGEST, "now": NOW} | changed
    return read_token(given["secrets"], token, given["key"], given["digest"], given["now"])  # type: ignore[arg-type]


def test_what_was_signed_comes_back() -> None:
    token = read_token(SECRETS, made(), "iwfpk_live_x", DIGEST, NOW)
    assert token.idempotency == RETRY_KEY
    assert token.made_at == NOW


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "iwfpk_live_y"},
        {"digest": b"e" * 32},
        {"secrets": parse_intake_secrets(f"1:{new_secret()}")},
        {"now": NOW + timedelta(hours=24, seconds=1)},
    ],
)
def test_another_key_other_answers_another_server_or_a_day_later_is_refused(
    changed: dict[str, object],
) -> None:
    with pytest.raises(TokenRefused):
        read(made(), **changed)


def test_a_token_holds_for_a_day() -> None:
    read(made(), now=NOW + timedelta(hours=24))


def test_a_rotated_secret_refuses_nobody() -> None:
    new = IntakeSecrets(2, ((2, b"n" * 32), *SECRETS.generations))
    assert read(made(), secrets=new)


@pytest.mark.parametrize(("seconds", "timed"), [(0, False), (2.9, False), (3, True), (60, True)])
def test_three_seconds_are_a_persons_pace(seconds: float, timed: bool) -> None:
    token = read_token(SECRETS, made(), "iwfpk_live_x", DIGEST, NOW)
    assert token.timed(NOW + timedelta(seconds=seconds)) is timed


@given(st.text(max_size=200))
def test_any_other_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(TokenRefused):
        read(text)


@given(st.integers(0, len(made()) - 1), st.characters(codec="ascii"))
def test_one_changed_character_is_refused(position: int, character: str) -> None:
    token = made()
    changed = token[:position] + character + token[position + 1 :]
    if changed != token:
        with pytest.raises(TokenRefused):
            read(changed)
