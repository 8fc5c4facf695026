"""`portals check`: every setting, and whether a start would be refused."""

from __future__ import annotations

import os
import re

import click

from server.commands.check_files import SpoolFindings, key_file_warning, spool_findings
from server.commands.check_limits import proxy_warnings, redis_problem
from server.commands.check_role import RoleFindings, role_findings
from server.commands.serve import serve
from server.config import SETTINGS, SettingsError, load_settings
from server.storage.keyring import new_secret


def _without_password(value: str) -> str:
    return re.sub(r"(://[^/@:]*):[^@]*@", r"\1:***@", value)


@click.command("check")
@click.option("--new-secret", "make_secret", is_flag=True, help="Print a fresh secret and stop.")
def check(make_secret: bool) -> None:
    """List the settings and say what is wrong with them. Exit status 1 when anything is."""
    if make_secret:
        click.echo(new_secret())
        return
    for setting in SETTINGS:
        value = os.environ.get(setting.name)
        if value is None:
            shown = "missing" if setting.default is None else f"{setting.default or '-'} (default)"
        else:
            shown = "set" if setting.is_secret else _without_password(value)
        click.echo(f"{setting.name:28} {shown}\n{'':28} {setting.meaning}")
    wrong_options = serving_findings()
    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"refused: {problem}", err=True)
        raise SystemExit(1) from error
    for problem in wrong_options:
        click.echo(f"refused: {problem}", err=True)
    if wrong_options:
        raise SystemExit(1)
    for warning in proxy_warnings(settings) if settings.serves_public else ():
        click.echo(f"warning: {warning}", err=True)
    if settings.redis_url and (wrong := redis_problem(settings.redis_url)):
        click.echo(f"wrong: {wrong}", err=True)
        raise SystemExit(1)
    if exposed := key_file_warning(settings):
        click.echo(f"warning: {exposed}", err=True)
    looked_at: list[tuple[str, RoleFindings | SpoolFindings]]
    looked_at = [("database role", role_findings(settings))]
    if settings.serves_public and settings.spool is not None:
        looked_at.append(("spool", spool_findings(settings.spool, settings.spool_max_bytes)))
    for name, findings in looked_at:
        click.echo(f"{name:28} {findings.known}")
        for warning in findings.warnings:
            click.echo(f"warning: {warning}", err=True)
        for refusal in findings.refusals:
            click.echo(f"refused: {refusal}", err=True)
    if any(findings.refusals for _, findings in looked_at):
        raise SystemExit(1)
    click.echo("all settings are good")


def serving_findings() -> list[str]:
    """Show what the environment says of `portals serve`; what of it is wrong."""
    problems = []
    for option in serve.params:
        name = str(option.envvar)
        if name not in os.environ:
            continue
        click.echo(f"{name:28} {os.environ[name]}\n{'':28} {getattr(option, 'help', '')}")
        try:
            option.type.convert(os.environ[name], None, None)
        except click.BadParameter as error:
            problems.append(f"{name}: {error.message}")
    return problems
