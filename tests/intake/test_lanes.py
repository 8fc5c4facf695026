"""The lane of a report, as a table: proof, pressure, key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.intake.lanes import Proof, Signals, lane_for
from server.intake.pressure import NO_PRESSURE, Level, Pressure
from server.partners.service import Standing
from server.reports.vocabulary import Lane

CALM, RAISED, HIGH, EXTREME = Level
TRUSTED, NORMAL, LOW, QUARANTINE = Lane.TRUSTED, Lane.NORMAL, Lane.LOW, Lane.QUARANTINE


@pytest.mark.parametrize(
    ("proof", "by_sender", "by_crowd"),
    [
        (Proof.SECRET_KEY, [TRUSTED, NORMAL, NORMAL, LOW], [TRUSTED] * 4),
        (Proof.CHALLENGE, [NORMAL, LOW, LOW, QUARANTINE], [NORMAL] * 4),
        (Proof.TIMED_FORM, [NORMAL, LOW, LOW, QUARANTINE], [NORMAL, LOW, LOW, QUARANTINE]),
        (Proof.NONE, [LOW, LOW, LOW, QUARANTINE], [LOW, LOW, LOW, QUARANTINE]),
    ],
)
def test_the_lane_by_proof_and_level(proof, by_sender, by_crowd):
    assert [lane_for(Signals(proof), Pressure(s, CALM), Standing.OPEN) for s in Level] == by_sender
    assert [lane_for(Signals(proof), Pressure(CALM, c), Standing.OPEN) for c in Level] == by_crowd


def test_a_flood_by_others_does_not_push_a_solved_challenge_out_of_the_normal_lane():
    flooded = Pressure(sender=CALM, crowd=EXTREME)
    assert lane_for(Signals(Proof.CHALLENGE), flooded, Standing.OPEN) is NORMAL


@pytest.mark.parametrize("proof", list(Proof))
def test_haste_and_a_key_that_ceased_lately_mean_the_low_lane(proof):
    hasty = Signals(proof, hasty=True)
    assert lane_for(hasty, NO_PRESSURE, Standing.OPEN) is LOW
    assert lane_for(Signals(proof), NO_PRESSURE, Standing.LATELY_CEASED) is LOW
    worst = Pressure(EXTREME, EXTREME)
    assert lane_for(hasty, worst, Standing.OPEN) in (LOW, QUARANTINE)


levels = st.sampled_from(Level)


@settings(max_examples=50)
@given(st.sampled_from(Proof), st.booleans(), levels, levels, levels, levels)
def test_more_pressure_never_means_a_better_lane(proof, hasty, sender, crowd, more, yet_more):
    order = [TRUSTED, NORMAL, LOW, QUARANTINE]
    signals = Signals(proof, hasty)
    less = lane_for(signals, Pressure(min(sender, more), min(crowd, yet_more)), Standing.OPEN)
    greater = lane_for(signals, Pressure(max(sender, more), max(crowd, yet_more)), Standing.OPEN)
    assert order.index(greater) >= order.index(less)
