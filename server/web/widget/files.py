"""The built widget: its files in memory, each with its media type, ETag and integrity."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from server.config import bundled


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file of the widget; `digest` is 16 hexadecimal digits of its SHA-256."""

    content: bytes
    media_type: str
    digest: str


@lru_cache(maxsize=8)
def built_file(name: str) -> BuiltFile:
    """A file of static/widget/; raises FileNotFoundError when the widget was not built."""
    content = (bundled("static") / "widget" / name).read_bytes()
    media_type = "application/json" if name.endswith(".json") else "text/javascript"
    return BuiltFile(content, media_type, hashlib.sha256(content).hexdigest()[:16])


@lru_cache(maxsize=1)
def latest_version() -> str:
    """The version of the loader that this server was released with."""
    return str(json.loads(built_file("releases.json").content)["latest"])


def late_path(name: str) -> str:
    """Where the frame loads `sender.js` or `solver.js` from: a new content has a new address."""
    return f"/widget/{built_file(name).digest}/{name}"
