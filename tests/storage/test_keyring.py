"""Secrets are strong or refused, and each purpose has a key of its own."""

from __future__ import annotations

import pytest

from server.storage.keyring import (
    SecretError,
    new_secret,
    parse_intake_secrets,
    parse_secret,
)


def test_a_new_secret_is_accepted():
    assert len(parse_secret(new_secret())) == 32


@pytest.mark.parametrize(
    "text", ["", "short", "A" * 43, "changeme" * 2, "not base64 !" * 6, "é" * 50]
)
def test_a_weak_secret_is_refused_with_the_way_to_a_good_one(text):
    with pytest.raises(SecretError, match="check --new-secret"):
        parse_secret(text)


def test_the_first_generation_is_the_current_one():
    secrets = parse_intake_secrets(f"7:{new_secret()}, 3:{new_secret()}")
    assert secrets.current == 7
    assert secrets.numbers() == (7, 3)
    assert secrets.derive("a") == secrets.derive("a", 7) != secrets.derive("a", 3)


def test_each_purpose_has_a_key_of_its_own():
    secrets = parse_intake_secrets(f"1:{new_secret()}")
    assert secrets.derive("a") != secrets.derive("b")


@pytest.mark.parametrize("text", ["", "{}", "x:{}", "1:", ",", "1:{},", "-1:{}"])
def test_a_secret_without_its_generation_is_refused(text):
    with pytest.raises(SecretError):
        parse_intake_secrets(text.format(new_secret()))


def test_a_generation_stands_once():
    with pytest.raises(SecretError, match="twice"):
        parse_intake_secrets(f"1:{new_secret()},1:{new_secret()}")


def test_a_generation_that_is_gone_is_named():
    with pytest.raises(SecretError, match="generation 2"):
        parse_intake_secrets(f"1:{new_secret()}").derive("a", 2)


def test_secrets_do_not_print():
    secrets = parse_intake_secrets(f"1:{new_secret()}")
    assert repr(secrets) == "IntakeSecrets(current=1)"
