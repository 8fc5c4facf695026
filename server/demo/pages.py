"""The partners' example pages, each under a host name of its own: `telco.localhost` and so on."""

from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from server.config import bundled

#: JSON for this program: {"public_url": …, "keys": {<slug>: <key>}}.
VARIABLE = "PORTALS_DEMO_PAGES"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class ExamplePages:
    """A WSGI application that serves `examples/<slug>/` for the host `<slug>.localhost`."""

    def __init__(self, public_url: str, keys: dict[str, str]) -> None:
        self.public_url = public_url
        self.keys = keys

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        found = self._find(environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "/"))
        if found is None:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"There is nothing here.\n"]
        content, media_type = found
        start_response(
            "200 OK",
            [
                ("Content-Type", media_type),
                ("Content-Length", str(len(content))),
                ("Cache-Control", "no-cache"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [content]

    def _find(self, host: str, path: str) -> tuple[bytes, str] | None:
        slug = host.partition(":")[0].removesuffix(".localhost")
        if slug not in self.keys:
            return None
        folder = (bundled("examples") / slug).resolve()
        file = (folder / (path.lstrip("/") or "index.html")).resolve()
        if not file.is_relative_to(folder) or not file.is_file():
            return None
        if file.suffix == ".html":
            return self._page(file, slug), "text/html; charset=utf-8"
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return file.read_bytes(), media_type

    def _page(self, file: Path, slug: str) -> bytes:
        page = file.read_text(encoding="utf-8")
        page = page.replace("{{ public_url }}", self.public_url)
        return page.replace("{{ key }}", self.keys[slug]).encode("utf-8")


def from_environment() -> ExamplePages:
    """The pages that the demo's supervisor asks for."""
    return ExamplePages(**json.loads(os.environ[VARIABLE]))
