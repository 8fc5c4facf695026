"""A brand colour can be read wherever the form uses it; one that cannot gets its nearest darker."""

from __future__ import annotations

import colorsys
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.partners.colour import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    MIN_CONTRAST,
    ColourTooLight,
    check_colour,
    contrast_ratio,
    corrected_colour,
    glowing,
    legibility,
)
from server.partners.errors import BrandingError
from tests.architecture.tree import ROOT

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
few = settings(max_examples=50, deadline=None)


def channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_black_on_white_has_the_contrast_that_wcag_names() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_forms_style() -> None:
    css = (ROOT / "widget/frame/frame.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")[:2]
    for part, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        found = re.findall(r"--(?:bg|fill): (#\w+);", part)[:2]
        assert tuple("#ffffff" if each == "#fff" else each for each in found) == grounds


def test_a_dark_colour_is_taken_in_small_letters() -> None:
    assert check_colour(" #1D4F76 ") == "#1d4f76"


@pytest.mark.parametrize("colour", ["#777777", "#ffffff", "#ffcc00", "#00ff00"])
def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(colour: str) -> None:
    with pytest.raises(ColourTooLight, match="darken") as refused:
        check_colour(colour)
    assert refused.value.field == "colour"
    assert check_colour(refused.value.corrected) == refused.value.corrected


@pytest.mark.parametrize(
    "colour",
    ["red", "#fff", "#1d4f76;}", "url(x)", "#1d4f7g", "", "#1d4f76\n}", "１d4f76", "x" * 5_000],
)
def test_what_is_no_colour_never_reaches_a_style(colour: str) -> None:
    with pytest.raises(BrandingError, match="no colour") as refused:
        check_colour(colour)
    assert len(str(refused.value)) < 120


@few
@given(colours)
def test_a_corrected_colour_holds_in_the_light_and_in_the_dark(colour: str) -> None:
    corrected = corrected_colour(colour)
    assert legibility(corrected) >= MIN_CONTRAST
    glow = glowing(corrected)
    assert all(contrast_ratio(glow, ground) >= MIN_CONTRAST for ground in DARK_GROUNDS)


@few
@given(colours)
def test_a_colour_that_holds_stays_as_it_is(colour: str) -> None:
    corrected = corrected_colour(colour)
    assert (corrected == colour) is (legibility(colour) >= MIN_CONTRAST)
    assert corrected_colour(corrected) == corrected


@few
@given(colours)
def test_a_corrected_colour_is_darker_and_of_the_same_hue(colour: str) -> None:
    before, after = channels(colour), channels(corrected_colour(colour))
    assert all(new <= old for new, old in zip(after, before, strict=True))
    # In proportion, as exactly as 8 bits can say it.
    share = max(after) / max(before) if max(before) else 1
    assert all(abs(new - old * share) <= 0.5 for new, old in zip(after, before, strict=True))


@few
@given(colours)
def test_no_lighter_one_of_its_kind_would_hold(colour: str) -> None:
    after = channels(corrected := corrected_colour(colour))
    if corrected == colour:
        return
    before = channels(colour)
    step = (max(after) + 1) / max(before)
    lighter = "#" + "".join(f"{round(channel * step):02x}" for channel in before)
    assert legibility(lighter) < MIN_CONTRAST


def test_yellow_stays_yellow() -> None:
    hue, *_ = colorsys.rgb_to_hsv(*(c / 255 for c in channels(corrected_colour("#ffcc00"))))
    assert hue == pytest.approx(48 / 360, abs=0.005)
