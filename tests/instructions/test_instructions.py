"""A report costs so many instructions of a bare Flask's request: noise cannot move this gate."""

import pytest

from bench.instructions import counted, gate, missing
from bench.intake.parts import BARE, HPKE, TOKENS, WHOLE

MOST = 3.5

pytestmark = pytest.mark.skipif(
    missing() is not None, reason=f"instructions cannot be counted without {missing()}"
)


def test_a_report_costs_at_most_so_much_of_a_bare_request() -> None:
    found = counted((BARE, WHOLE, HPKE, TOKENS))
    assert gate(found) <= MOST, found
