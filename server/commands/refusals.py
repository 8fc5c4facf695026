"""How a command says no: exit status 1 and one line on standard error."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from functools import wraps
from typing import Any

import click


def refusing(*kinds: type[Exception]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn these domain errors into exit status 1 with their reason on standard error."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def guarded(*args: Any, **kwargs: Any) -> None:
            try:
                command(*args, **kwargs)
            except kinds as error:
                raise click.ClickException(" ".join(str(error).split())) from error

        return guarded

    return decorate


def actor() -> str:
    """Who runs the command, for the audit trail."""
    return f"command:{getpass.getuser()}"
