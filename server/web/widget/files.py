"""The built widget: its files in memory, ready to be sent in every encoding."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from server.config import bundled
from server.web.ready import ReadyAnswer

EVERGREEN = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file of the widget; `digest` is 16 hexadecimal digits of its SHA-256."""

    content: bytes
    media_type: str
    digest: str


@lru_cache(maxsize=64)
def built_file(name: str) -> BuiltFile:
    """A file of static/widget/; raises FileNotFoundError when the widget was not built."""
    content = (bundled("static") / "widget" / name).read_bytes()
    return file_of(content, "application/json" if name.endswith(".json") else "text/javascript")


def file_of(content: bytes, media_type: str) -> BuiltFile:
    """A file with this content."""
    return BuiltFile(content, media_type, hashlib.sha256(content).hexdigest()[:16])


def released_loader(version: str) -> BuiltFile | None:
    """The loader of a release as it was released, or None when there is no such release."""
    releases = json.loads(built_file("releases.json").content)["releases"]
    return built_file(f"{version}/widget.js") if version in releases else None


def late_path(name: str) -> str:
    """Where the frame loads a file such as `solver.js` from: a new content has a new address."""
    return f"/widget/{built_file(name).digest}/{name}"


def ready_loader() -> ReadyAnswer:
    """The newest loader of protocol version 1."""
    return ready_file(built_file("v1.js"), EVERGREEN)


@lru_cache(maxsize=64)
def ready_file(file: BuiltFile, cache: str) -> ReadyAnswer:
    """A file for pages of any origin, compressed once, as well as it can be."""
    headers = {
        "Cache-Control": cache,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    content_type = f"{file.media_type}; charset=utf-8"
    return ReadyAnswer(file.content, headers, content_type=content_type, etag=file.digest)
