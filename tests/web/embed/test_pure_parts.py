"""Parts of the form that are functions of their arguments: colours, layout, addresses, errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.partners.service import contrast_ratio
from server.web.embed.answers import digest, field_errors, lines
from server.web.embed.assets import DARK_GROUND, frame_style, glowing
from server.web.embed.tight import tighten

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(colours)
def test_every_brand_colour_can_be_read_in_the_dark(colour: str) -> None:
    assert contrast_ratio(glowing(colour), DARK_GROUND) >= 7


def test_the_dark_ground_is_that_of_the_style() -> None:
    assert f"--bg:{DARK_GROUND}" in frame_style("#1d4f76")


@pytest.mark.parametrize("colour", ["red", "#fff", "#1d4f7", "#1d4f76;}", "</style>", "#1D4F76"])
def test_nothing_but_a_colour_reaches_the_style(colour: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        frame_style(colour)


def test_layout_of_the_source_leaves_the_page_and_words_stay_apart() -> None:
    source = "<ul>\n  {% for x in y %}\n    <li>{{ x }}\n    more</li>\n  {% endfor %}\n</ul>\n"
    assert tighten(source) == "<ul>{% for x in y %}<li>{{ x }} more</li>{% endfor %}</ul>"


@given(st.dictionaries(st.sampled_from(["addresses", "description"]), st.lists(st.text())))
def test_a_digest_does_not_hang_on_the_order_of_fields(typed: dict[str, list[str]]) -> None:
    assert digest(typed) == digest(dict(reversed(typed.items())))


def test_a_digest_tells_answers_apart() -> None:
    texts = [
        {"addresses": ["a"]},
        {"addresses": ["a", "b"]},
        {"addresses": ["ab"]},
        {"description": ["a"]},
        {"addresses": ["a"], "description": ["b"]},
        {},
    ]
    assert len({digest(typed) for typed in texts}) == len(texts)


def test_empty_lines_are_no_addresses() -> None:
    assert lines({"addresses": ["\n a \n\n\tb\n"]}) == ["a", "b"]
    assert lines({}) == []


def test_errors_find_their_fields(app_context: None) -> None:
    messages = {
        "addresses": {0: {"url": ["first"]}, 2: {"handle": ["name it"]}},
        "contact": {"email": ["no email"]},
        "already_reported_to": {0: ["unknown"]},
    }
    assert field_errors(messages, {"addresses": ["a\nb"]}) == {
        "addresses": ["Address 1: first"],
        "platform": [],
        "handle": ["name it"],
        "contact": ["no email"],
        "already_reported_to": ["unknown"],
    }
