"""Settings: frozen, read from the environment, refused when missing or weak."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from server.reports.service import PrivateKeys, parse_private_keys
from server.storage.keyring import IntakeSecrets, parse_intake_secrets, parse_secret

SURFACES = ("public", "console")


class SettingsError(ValueError):
    """One or more settings are missing or wrong. `problems` has one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Each field is set by `PORTALS_` and its name in capitals."""

    database_url: str
    public_url: str
    console_url: str
    surfaces: frozenset[str]
    intake_secrets: IntakeSecrets
    console_secret: bytes | None = field(repr=False)
    sealing_key_file: Path | None
    sealing_passphrase: str | None = field(repr=False)
    sealing_keys: PrivateKeys | None = field(repr=False)
    spool: Path | None
    spool_max_bytes: int
    spool_max_reports: int
    redis_url: str | None = field(repr=False)
    max_reports_per_second: int
    metrics_token: str | None = field(repr=False)
    audit_secret: bytes | None = field(repr=False)
    audit_anchor: Path | None
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None = field(repr=False)
    hotline_name: str
    hotline_url: str
    trusted_proxies: int

    @property
    def serves_public(self) -> bool:
        return "public" in self.surfaces

    @property
    def serves_console(self) -> bool:
        return "console" in self.surfaces


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `portals check` lists it. Without a default it is required."""

    name: str
    meaning: str
    parse: Callable[[str], object]
    default: str | None = None
    is_secret: bool = False

    @property
    def field(self) -> str:
        return self.name.removeprefix("PORTALS_").lower()


def bundled(name: str) -> Path:
    """`static`, `translations`, `examples` or `deploy`: inside a wheel, or in a checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "_bundled" / name
    return packed if packed.is_dir() else package.parent / name


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("write sqlite:////path/file.db or postgresql://user@host/name")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("write an origin such as https://report.example.org")
    return value.removesuffix("/")


def _surfaces(value: str) -> frozenset[str]:
    chosen = frozenset(part.strip() for part in value.split(",") if part.strip())
    if not chosen or not chosen <= frozenset(SURFACES):
        raise ValueError("write public, console, or public,console")
    return chosen


def _proxies(value: str) -> int:
    if not value.isdigit() or int(value) > 5:
        raise ValueError("write the number of reverse proxies, 0 to 5")
    return int(value)


def _count(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"write a number from {least} to {most}")
        return int(value)

    return parse


def _folder(value: str) -> Path:
    path = Path(value)
    if not path.is_absolute():
        raise ValueError("write an absolute path, such as /var/lib/portals/spool")
    return path


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write redis://host:6379/0, rediss://… or unix:///path/redis.sock")
    return value


def _token(value: str) -> str:
    if len(value) < 32:
        raise ValueError("at least 32 characters; make one with `portals check --new-secret`")
    return value


def _web_address(value: str) -> str:
    if not value.startswith("https://"):
        raise ValueError("write an https:// address")
    return value


def _issuer(value: str) -> str:
    """An https address; http for a provider on this machine, as in tests."""
    host = urlsplit(value).hostname or ""
    if value.startswith("http://") and (host == "localhost" or host.startswith("127.")):
        return value.removesuffix("/")
    return _web_address(value).removesuffix("/")


def _optional(parse: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: parse(value) if value else None


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "PORTALS_DATABASE_URL",
        "sqlite:////path/file.db or postgresql://user@host/name",
        _database_url,
    ),
    Setting("PORTALS_PUBLIC_URL", "origin under which citizens reach the form", _origin),
    Setting("PORTALS_CONSOLE_URL", "origin under which staff reach /console/", _origin),
    Setting("PORTALS_SURFACES", "public, console, or both", _surfaces, "public,console"),
    Setting(
        "PORTALS_INTAKE_SECRETS",
        "generation:secret, the current one first, old ones behind commas; "
        "each secret at least 32 bytes in base64url",
        parse_intake_secrets,
        is_secret=True,
    ),
    Setting(
        "PORTALS_CONSOLE_SECRET",
        "at least 32 bytes in base64url; needed where the console is served",
        _optional(parse_secret),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_SEALING_KEY_FILE",
        "file of the private sealing keys; console surface only",
        _optional(Path),
        "",
    ),
    Setting(
        "PORTALS_SEALING_PASSPHRASE",
        "opens the file of the private sealing keys",
        _optional(str),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_SEALING_KEYS",
        "private sealing keys from a secret store, id:base64 with commas between them; instead of "
        "the file, or besides it; console surface only",
        _optional(parse_private_keys),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_SPOOL",
        "folder that keeps reports while the database is away; needed where the public surface is "
        "served, on a disk that outlives the process",
        _optional(_folder),
        "",
    ),
    Setting(
        "PORTALS_SPOOL_MAX_BYTES",
        "how much the spool may hold",
        _count(1_048_576, 1_099_511_627_776),
        "1073741824",
    ),
    Setting(
        "PORTALS_SPOOL_MAX_REPORTS",
        "how many reports the spool may hold",
        _count(100, 10_000_000),
        "200000",
    ),
    Setting(
        "PORTALS_REDIS_URL",
        "Redis or Valkey, without persistence, in which all processes count for the limits; each "
        "counts in its memory without it",
        _optional(_redis_url),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_MAX_REPORTS_PER_SECOND",
        "above it, over ten seconds, reports are put off with 503; below it nobody is refused",
        _count(1, 1_000_000),
        "5000",
    ),
    Setting(
        "PORTALS_METRICS_TOKEN",
        "bearer token for GET /metrics, which answers 404 without it",
        _optional(_token),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_AUDIT_SECRET",
        "at least 32 bytes in base64url; signs the audit trail's checkpoints, needed by "
        "`portals work` and `portals audit`",
        _optional(parse_secret),
        "",
        is_secret=True,
    ),
    Setting(
        "PORTALS_AUDIT_ANCHOR",
        "file outside the database to which checkpoints are appended, so that a trail cut short "
        "is found out",
        _optional(Path),
        "",
    ),
    Setting(
        "PORTALS_OIDC_ISSUER",
        "https:// address of the OpenID Connect provider for staff; needs the extra `oidc`",
        _optional(_issuer),
        "",
    ),
    Setting("PORTALS_OIDC_CLIENT_ID", "the console's id at that provider", _optional(str), ""),
    Setting(
        "PORTALS_OIDC_CLIENT_SECRET",
        "the console's secret at that provider",
        _optional(str),
        "",
        is_secret=True,
    ),
    Setting("PORTALS_HOTLINE_NAME", "who assesses reports", str, "Internet Watch Foundation"),
    Setting(
        "PORTALS_HOTLINE_URL",
        "the hotline's own report page",
        _web_address,
        "https://report.iwf.org.uk/",
    ),
    Setting("PORTALS_TRUSTED_PROXIES", "reverse proxies in front of the server", _proxies, "0"),
)


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raises SettingsError naming every problem, not just the first."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    problems: list[str] = []
    for setting in SETTINGS:
        raw = source.get(setting.name, setting.default)
        if raw is None:
            problems.append(f"{setting.name} is missing: {setting.meaning}")
            continue
        try:
            values[setting.field] = setting.parse(raw.strip())
        except ValueError as error:
            problems.append(f"{setting.name}: {error}")
    if problems:
        raise SettingsError(problems)
    settings = Settings(**values)  # type: ignore[arg-type]
    problems = _contradictions(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    if settings.serves_console and settings.console_secret is None:
        problems.append(
            "PORTALS_CONSOLE_SECRET is missing: the console needs it; make one with "
            "`portals check --new-secret`, or set PORTALS_SURFACES=public"
        )
    opens_reports = {
        "PORTALS_SEALING_KEY_FILE": settings.sealing_key_file,
        "PORTALS_SEALING_KEYS": settings.sealing_keys,
    }
    problems += [
        f"{name} is set without the console surface: the public surface must not be able to read "
        "reports; remove it"
        for name, value in opens_reports.items()
        if value is not None and not settings.serves_console
    ]
    if settings.serves_public and settings.spool is None:
        problems.append(
            "PORTALS_SPOOL is missing: while the database is away reports are kept there; name a "
            "folder on a disk that outlives the process, such as /var/lib/portals/spool"
        )
    oidc = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(oidc) and not all(oidc):
        problems.append(
            "single sign-on needs PORTALS_OIDC_ISSUER, PORTALS_OIDC_CLIENT_ID and "
            "PORTALS_OIDC_CLIENT_SECRET, or none of them"
        )
    if all(oidc) and (find_spec("authlib") is None or find_spec("requests") is None):
        problems.append(
            "single sign-on needs the extra `oidc`: install the wheel with [oidc] behind its name, "
            "or leave the settings PORTALS_OIDC_… out"
        )
    return problems
