"""docs/operators/commands.md names every setting, command and option there is, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from server.cli import main
from server.config import SETTINGS
from server.staff.service import RoleName, permissions_of
from tests.docs.markdown import blocks, document, section

DOCUMENT = document("docs/operators/commands.md")
ALWAYS_THERE = {"--help"}


def commands(group: click.Group, words: str = "portals") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by what is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


COMMANDS = dict(commands(main))


def about(command: str) -> str:
    """The heading and the section of a command or of its group."""
    title = f"`{' '.join(command.split()[:2])}`"
    return title + section(DOCUMENT, title)


def test_every_setting_stands_in_the_table() -> None:
    table = section(DOCUMENT, "Settings")
    assert re.findall(r"^\| `(PORTALS_\w+)` \|", table, re.MULTILINE) == [
        setting.name for setting in SETTINGS
    ]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_given_with_its_default_and_its_secrecy(setting) -> None:
    row = re.search(rf"^\| `{setting.name}` \|(.*)\|(.*)\|$", DOCUMENT, re.MULTILINE)
    assert row
    meaning, default = row[1].strip(), row[2].strip()
    assert meaning.startswith("secret") is setting.is_secret
    if setting.default is None:
        assert default == "required"
    elif setting.default:
        assert default == f"`{setting.default}`"
    else:
        assert default in (
            "none",
            "required where the console is served",
            "required where the public surface is served",
        )


def test_every_setting_named_anywhere_exists() -> None:
    named = set(re.findall(r"PORTALS_[A-Z_]+[A-Z]", DOCUMENT))
    assert named == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_described_with_all_its_options_and_shown(command: str) -> None:
    text = about(command)
    assert f"`{command}" in text
    shown = "".join(block.text for block in blocks(text))
    assert re.search(rf"\b{command}\b", shown), "there is no example"
    options = {
        name
        for parameter in COMMANDS[command].params
        for name in parameter.opts
        if isinstance(parameter, click.Option)
    }
    missing = {option for option in options - ALWAYS_THERE if option not in text}
    assert not missing


def test_every_command_named_anywhere_exists() -> None:
    context = click.Context(main)
    names = main.list_commands(context)
    groups = {each for each in names if isinstance(main.get_command(context, each), click.Group)}
    for words in re.findall(r"\bportals ([a-z][a-z-]+(?: [a-z][a-z-]+)?)", DOCUMENT):
        first, _, second = words.partition(" ")
        if first in names:
            assert first not in groups or not second or f"portals {words}" in COMMANDS, words


def test_every_role_stands_in_the_table_with_what_it_may() -> None:
    rows = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \| (yes|no) \| (yes|no) \|$", DOCUMENT, re.MULTILINE
    )
    said = {
        role: (listed == "yes", opened == "yes")
        for names, listed, opened in rows
        for role in re.findall(r"\w+", names)
    }
    really = {
        role.value: (
            "reports.list" in permissions_of([role]),
            {"reports.read", "reports.read_contact"} <= permissions_of([role]),
        )
        for role in RoleName
    }
    assert said == really
