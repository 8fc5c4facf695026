"""The kept releases of the loader: each is what partners have pinned, and never changes again."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

RELEASES = Path(__file__).parent / "releases"
RECORD = "releases.json"
LOADER = "widget.js"

_FINAL = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", re.ASCII)


class ReleaseError(Exception):
    """A release cannot be recorded, or a kept one is not what it was; the message says which."""


@dataclass(frozen=True)
class Release:
    """One kept loader; `integrity` is its W3C SRI value."""

    version: str
    loader: bytes
    integrity: str


def integrity(content: bytes) -> str:
    """The SRI value of a file: SHA-384 in base64 (W3C Subresource Integrity, section 3.5)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def kept_releases(folder: Path = RELEASES) -> dict[str, Release]:
    """All kept releases by version, the oldest first.

    Raises:
        ReleaseError: a loader is missing, was not recorded, or is not the one that was.
    """
    recorded: dict[str, str] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    present = {path.parent.name for path in folder.glob(f"*/{LOADER}")}
    if odd := present.symmetric_difference(recorded):
        raise ReleaseError(f"{folder.name}/: {', '.join(sorted(odd))} is missing or not recorded")
    kept = {}
    for version in sorted(recorded, key=_number):
        loader = (folder / version / LOADER).read_bytes()
        if integrity(loader) != recorded[version]:
            raise ReleaseError(f"{folder.name}/{version}/{LOADER} was changed: restore it")
        kept[version] = Release(version, loader, recorded[version])
    return kept


def record_release(version: str, loader: bytes, folder: Path = RELEASES) -> Release:
    """Keep `loader` as the release `version` for good.

    Raises:
        ReleaseError: the version is no final one, is not above all others, or is kept already.
    """
    kept = kept_releases(folder)
    if version in kept:
        raise ReleaseError(f"{version} is released, and releases never change")
    number = _number(version)
    if kept and number <= max(map(_number, kept)):
        raise ReleaseError(f"{version} does not come after {list(kept)[-1]}")
    release = Release(version, loader, integrity(loader))
    recorded = {each.version: each.integrity for each in (*kept.values(), release)}
    (folder / version).mkdir()
    (folder / version / LOADER).write_bytes(loader)
    (folder / RECORD).write_text(json.dumps(recorded, indent=2) + "\n", encoding="utf-8")
    return release


def _number(version: str) -> tuple[int, ...]:
    """The three numbers of a final version, as it stands in addresses."""
    if not _FINAL.fullmatch(version):
        raise ReleaseError(f"{version} is no final version: write for instance 0.2.0")
    return tuple(map(int, version.split(".")))
