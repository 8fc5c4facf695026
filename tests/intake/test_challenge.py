"""Challenges: solved with altcha's own solver, bound to a key, good once, for ten minutes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import altcha
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from server.intake.challenge import (
    Difficulty,
    create_challenge,
    difficulty_at,
    is_hasty,
    verify_challenge,
)
from server.intake.errors import ChallengeExpired, ChallengeForged
from server.intake.pressure import Level
from server.storage.keyring import new_secret, parse_intake_secrets

EASY = Difficulty(cost=1, counter_from=5, counter_to=20)
KEY = "iwfpk_live_one"


def solve(challenge):
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    return altcha.Payload(parsed, solution).to_base64()


def tampered(payload, change):
    content = json.loads(base64.b64decode(payload))
    change(content)
    return base64.b64encode(json.dumps(content).encode()).decode()


@pytest.fixture(scope="module")
def secrets():
    return parse_intake_secrets(f"1:{new_secret()}")


@pytest.fixture(scope="module")
def payload(secrets):
    return solve(create_challenge(secrets, KEY, EASY))


def test_a_solved_challenge_is_verified(secrets, payload):
    assert verify_challenge(secrets, KEY, payload).expires_at > datetime.now(UTC)


def test_the_solver_cannot_skip_to_the_counter(secrets):
    assert "counter" not in json.dumps(create_challenge(secrets, KEY, EASY))


def test_a_challenge_of_another_key_is_refused(secrets, payload):
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, "iwfpk_live_two", payload)


def test_a_challenge_of_another_server_is_refused(secrets):
    foreign = solve(create_challenge(parse_intake_secrets(f"1:{new_secret()}"), KEY, EASY))
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, KEY, foreign)


def test_a_challenge_of_an_old_secret_still_counts_after_rotation(secrets, payload):
    old = dict(secrets.generations)[1]
    text = base64.urlsafe_b64encode(old).decode().rstrip("=")
    rotated = parse_intake_secrets(f"2:{new_secret()},1:{text}")
    assert verify_challenge(rotated, KEY, payload)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["challenge"]["parameters"].update(cost=0),
        lambda c: c["challenge"]["parameters"].update(keyPrefix=""),
        lambda c: c["challenge"]["parameters"]["data"].update(key="iwfpk_live_two"),
        lambda c: c["challenge"]["parameters"].update(expiresAt=4_000_000_000),
        lambda c: c["challenge"]["parameters"].update(data=None),
        lambda c: c["challenge"]["parameters"]["data"].update(generation=True),
        lambda c: c["challenge"].update(signature="0" * 64),
        lambda c: c["challenge"].update(signature=None),
        lambda c: c["solution"].update(derivedKey="00" * 32),
        lambda c: c["solution"].update(derivedKey=7),
        lambda c: c.update(solution=None),
        lambda c: c["challenge"].update(parameters=[]),
    ],
)
def test_a_tampered_payload_is_refused(secrets, payload, change):
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, KEY, tampered(payload, change))


@pytest.mark.parametrize(
    "payload", ["", "x", "bm90IGpzb24=", "W10=", "bnVsbA==", "A" * 5_000, "é", "W" * 4_000]
)
def test_what_is_no_payload_is_refused(secrets, payload):
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, KEY, payload)


def test_an_old_challenge_is_expired_not_forged(secrets):
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=11)):
        old = solve(create_challenge(secrets, KEY, EASY))
    with pytest.raises(ChallengeExpired):
        verify_challenge(secrets, KEY, old)


def altcha_says(secrets, payload):
    """Whether altcha's own check takes the payload."""
    try:
        return altcha.verify_solution(
            payload,
            secrets.derive("challenge-signature", 1),
            hmac_key_secret=secrets.derive("challenge-solution", 1),
        ).verified
    except (ValueError, TypeError, AttributeError, OverflowError):
        return False


def we_say(secrets, payload):
    try:
        verify_challenge(secrets, KEY, payload)
    except ChallengeForged:
        return False
    return True


PARAMETERS = (
    *("algorithm", "nonce", "salt", "cost", "keyLength", "keyPrefix", "keySignature"),
    *("expiresAt", "data", "memoryCost", "parallelism"),
)


@settings(max_examples=50, deadline=None)
@given(
    name=st.sampled_from(PARAMETERS),
    value=st.none() | st.integers() | st.text(max_size=8) | st.dictionaries(st.text(), st.none()),
    drawn=st.data(),
)
def test_whatever_is_changed_altcha_refuses_too(secrets, payload, name, value, drawn):
    def change(content):
        parameters = content["challenge"]["parameters"]
        if drawn.draw(st.booleans(), "drop"):
            parameters.pop(name, None)
        else:
            parameters[name] = value

    changed = tampered(payload, change)
    assert we_say(secrets, changed) <= altcha_says(secrets, changed)


def test_what_altcha_takes_of_ours_we_take(secrets):
    for _ in range(20):
        made = solve(create_challenge(secrets, KEY, EASY))
        assert altcha_says(secrets, made)
        assert we_say(secrets, made)


def test_the_order_in_which_a_browser_writes_parameters_does_not_matter(secrets, payload):
    def turn(content):
        challenge = content["challenge"]
        challenge["parameters"] = dict(reversed(challenge["parameters"].items()))

    assert we_say(secrets, tampered(payload, turn))


def test_a_parameter_that_nobody_signed_is_refused(secrets, payload):
    extra = tampered(payload, lambda c: c["challenge"]["parameters"].update(extra=1))
    assert not we_say(secrets, extra)


def test_a_solution_spliced_into_another_challenge_is_refused(secrets, payload):
    other = create_challenge(secrets, KEY, EASY)
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, KEY, tampered(payload, lambda c: c.update(challenge=other)))


@pytest.mark.parametrize("level", [-1, 0, 3, None])
def test_the_level_that_it_was_made_at_cannot_be_changed(secrets, level):
    hard = Difficulty(cost=1, counter_from=5, counter_to=9, level=Level.RAISED)
    made = create_challenge(secrets, KEY, hard)
    assert made["parameters"]["data"]["level"] == 1

    def change(content):
        content["challenge"]["parameters"]["data"].update(level=level)

    changed = tampered(solve(made), change)
    with pytest.raises(ChallengeForged):
        verify_challenge(secrets, KEY, changed)


def test_one_solved_at_a_lower_level_than_now_demanded_still_counts(secrets, payload):
    create_challenge(secrets, KEY, difficulty_at(Level.EXTREME))
    assert verify_challenge(secrets, KEY, payload)


def test_more_pressure_makes_more_work_for_the_solver_and_none_for_the_server():
    each = [difficulty_at(level) for level in Level]
    assert [difficulty.level for difficulty in each] == list(Level)
    assert len({difficulty.cost for difficulty in each}) == 1
    work = [difficulty.counter_from + difficulty.counter_to for difficulty in each]
    assert work == sorted(set(work))
    assert work[-1] <= 7 * work[0]  # bearable on an old phone


@pytest.mark.parametrize(("age", "is_so"), [(0, True), (3, False), (500, False)])
def test_haste_is_told_by_the_challenges_own_age(secrets, age, is_so):
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(seconds=age), tick=False):
        made = solve(create_challenge(secrets, KEY, EASY))
    with time_machine.travel(now, tick=False):
        assert is_hasty(verify_challenge(secrets, KEY, made), datetime.now(UTC)) is is_so
