"""The comparison sees where a document and the product part; else the transcripts prove nothing."""

from __future__ import annotations

import pytest

from tests.docs.comparison import Comparison
from tests.docs.markdown import steps

ACCEPTED = '{"reference": "0FJVXSQ9DWGF=", "status": "received"}\nHTTP 201\n'


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ('{"a": 1}\nHTTP 200\n', '{"a":1}\nHTTP 200\n'),
        ('{"a": 1, "…": "…"}\nHTTP 200\n', '{"b":[2],"a":1}\nHTTP 200\n'),
        ('{"a": [1, "…"]}\nHTTP 200\n', '{"a":[1,2,3]}\nHTTP 200\n'),
        ('{"a": "one … three"}\nHTTP 200\n', '{"a":"one two three"}\nHTTP 200\n'),
        ('{"a": "…"}\nHTTP 200\n', '{"a":{"b":null}}\nHTTP 200\n'),
        (ACCEPTED, '{"reference":"S1T0KQX3DJVND","status":"received"}\nHTTP 201\n'),
        ("one\n…\nfour\n", "one\ntwo\nthree\nfour\n"),
        ("key iwfpk_live_…\n", "key iwfpk_live_A1b2\n"),
        ("", ""),
    ],
)
def test_what_agrees(shown: str, real: str) -> None:
    assert Comparison().differences(shown, real) == []


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ('{"a": 1}\nHTTP 200\n', '{"a":2}\nHTTP 200\n'),
        ('{"a": 1}\nHTTP 200\n', '{"a":"1"}\nHTTP 200\n'),
        ('{"a": 1}\nHTTP 200\n', '{"a":true}\nHTTP 200\n'),
        ('{"a": 1}\nHTTP 200\n', '{"a":1}\nHTTP 201\n'),
        ('{"a": 1}\nHTTP 200\n', '{"a":1,"b":2}\nHTTP 200\n'),
        ('{"a": 1, "b": 2}\nHTTP 200\n', '{"a":1}\nHTTP 200\n'),
        ('{"a": [1]}\nHTTP 200\n', '{"a":[1,2]}\nHTTP 200\n'),
        ('{"a": [1, 2, "…"]}\nHTTP 200\n', '{"a":[1]}\nHTTP 200\n'),
        (ACCEPTED, '{"reference":"S1T0KQX3DJVN","status":"received"}\nHTTP 201\n'),
        (ACCEPTED, "curl: (7) Failed to connect\n"),
        ("one\nfour\n", "one\ntwo\nfour\n"),
        ("one\n", "one\ntwo\n"),
        ("one\n", ""),
    ],
)
def test_what_parts(shown: str, real: str) -> None:
    assert Comparison().differences(shown, real)


def test_a_value_that_is_shown_again_has_to_come_again() -> None:
    comparison = Comparison()
    first = '{"receipt":"69706452740239258936"}\nHTTP 201\n'
    assert comparison.differences('{"receipt": "11111111111111111111"}\nHTTP 201\n', first) == []
    again = '{"receipt":"87345773730922458311"}\nHTTP 201\n'
    assert comparison.differences('{"receipt": "11111111111111111111"}\nHTTP 201\n', again)


def test_a_value_that_comes_again_has_to_be_shown_again() -> None:
    comparison = Comparison()
    real = '{"receipt":"69706452740239258936"}\nHTTP 201\n'
    assert comparison.differences('{"receipt": "11111111111111111111"}\nHTTP 201\n', real) == []
    assert comparison.differences('{"receipt": "22222222222222222222"}\nHTTP 201\n', real)


def test_only_bash_blocks_are_run_each_with_what_is_shown_next() -> None:
    run = "```bash\na\n```\nso:\n```text\nx\n```\n"
    text = run + "```sh\nserve\n```\n```bash\nb\n```\n```nginx\nc\n```\n"
    assert [(step.command, step.shown and step.shown.text) for step in steps(text)] == [
        ("a\n", "x\n"),
        ("b\n", None),
    ]
