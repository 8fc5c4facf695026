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

#: Further headers of a page, by name, in a file beside it; the same placeholders as in the page.
HEADERS = "headers.json"
#: Stands for the page of a folder whose bundle, in `dist/`, has not been built.
UNBUILT = "unbuilt.html"

Headers = list[tuple[str, str]]
StartResponse = Callable[[str, Headers], Any]


class ExamplePages:
    """A WSGI application that serves `examples/<slug>/` for the host `<slug>.localhost`."""

    def __init__(self, public_url: str, keys: dict[str, str], examples: Path | None = None) -> None:
        self.public_url = public_url
        self.keys = keys
        self.examples = (examples or bundled("examples")).resolve()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        slug = environ.get("HTTP_HOST", "").partition(":")[0].removesuffix(".localhost")
        file = self._find(slug, environ.get("PATH_INFO", "/"))
        if file is None:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"There is nothing here.\n"]
        headers: Headers = [("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff")]
        if file.suffix == ".html":
            content, media_type = self._filled(file, slug).encode(), "text/html; charset=utf-8"
            headers += self._headers(file.with_name(HEADERS), slug)
        else:
            content = file.read_bytes()
            media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers += [("Content-Type", media_type), ("Content-Length", str(len(content)))]
        start_response("200 OK", headers)
        return [content]

    def _find(self, slug: str, path: str) -> Path | None:
        if slug not in self.keys:
            return None
        folder = self.examples / slug
        index = "index.html"
        if (folder / UNBUILT).exists() and not (folder / "dist").is_dir():
            index = UNBUILT
        file = (folder / (path.lstrip("/") or index)).resolve()
        return file if file.is_relative_to(folder) and file.is_file() else None

    def _headers(self, file: Path, slug: str) -> Headers:
        return list(json.loads(self._filled(file, slug)).items()) if file.is_file() else []

    def _filled(self, file: Path, slug: str) -> str:
        text = file.read_text(encoding="utf-8").replace("{{ public_url }}", self.public_url)
        return text.replace("{{ key }}", self.keys[slug])


def from_environment() -> ExamplePages:
    """The pages that the demo's supervisor asks for."""
    return ExamplePages(**json.loads(os.environ[VARIABLE]))
