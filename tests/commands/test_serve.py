"""`portals serve` refuses what cannot work, in one line, before it serves anything."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from server.cli import main
from server.commands.serve import OPTIONS, serve
from server.serving import Serving
from tests.docs.markdown import document, section

DOCUMENT = section(document("docs/operators/serving.md"), "`portals serve`")


def test_a_port_that_another_program_would_share_is_refused(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--port", str(port)], env=environment)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: 127.0.0.1:{port} is in use by another program")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORTALS_PORT", "99999"), ("PORTALS_SOCKET_MODE", "999"), ("PORTALS_WORKERS", "many")],
)
def test_a_wrong_variable_is_named_by_serve_and_by_check(
    environment: dict[str, str], variable: str, value: str
) -> None:
    option = variable.removeprefix("PORTALS_").lower().replace("_", "-")
    served = CliRunner().invoke(main, ["serve"], env=environment | {variable: value})
    assert served.exit_code == 2
    assert f"--{option}" in served.stderr
    checked = CliRunner().invoke(main, ["check"], env=environment | {variable: value})
    assert checked.exit_code == 1
    assert f"refused: {variable}: " in checked.stderr


def test_every_option_is_in_the_operators_table() -> None:
    for option in serve.params:
        assert f"`{option.opts[0]}`" in DOCUMENT
        assert f"`{option.envvar}`" in DOCUMENT
    assert {name.replace("-", "_") for name, _, _ in OPTIONS} | {"surfaces"} == set(
        Serving.__dataclass_fields__
    )
