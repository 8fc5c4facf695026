"""What the measured browser is served: partners' pages, what rivals would load, and our portal.

One application for several hosts, for a server program to import: `BENCH_PLACES` is a JSON object
that says for each partner's host and port which portal its pages point to, and `BENCH_KEYS` holds
the keys.
"""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from bench.embed.weight import heavy_page, heavy_script
from server.wsgi import application as portal

PLACES: dict[str, str] = json.loads(os.environ["BENCH_PLACES"])
KEYS: dict[str, str] = json.loads(os.environ["BENCH_KEYS"])

SCRIPT = "/bench/injects.js"
HEAVY = "/bench/heavy"
PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Partner</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>body{{margin:0;font:1em/1.5 sans-serif}}h1,p{{margin:8px 16px}}</style>
<h1>Signaler</h1><p>Un formulaire anonyme, en quelques minutes.</p>
{body}
"""
FRAME = (
    '<iframe data-iwf src="{portal}{path}?lang=fr" title="Signaler" width="100%" height="680"'
    ' frameborder="0" referrerpolicy="origin"></iframe>'
    '<script async src="{portal}/widget/v1.js"></script>'
)
BODIES = {
    "/inline": FRAME.replace("{path}", "/embed/{plain}"),
    "/logo": FRAME.replace("{path}", "/embed/{logo}"),
    "/heavy": FRAME.replace("{path}", HEAVY),
    "/script": '<div id="form"></div><script async src="{portal}' + SCRIPT + '"></script>',
}
INJECTS = """(function () {{
  var frame = document.createElement('iframe');
  frame.src = new URL(document.currentScript.src).origin + '/embed/{plain}?lang=fr';
  frame.title = 'Signaler';
  frame.style.cssText = 'width:100%;height:680px;border:0';
  document.getElementById('form').appendChild(frame);
}})();
"""


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer for all hosts."""
    place, path = PLACES.get(environ["HTTP_HOST"]), environ["PATH_INFO"]
    if place and path in BODIES:
        html = PAGE.format(body=BODIES[path].format(portal=place, **KEYS)).encode()
        headers = [("Content-Type", "text/html; charset=utf-8")]
    elif path == SCRIPT:
        html, headers = _script()
    elif path == HEAVY:
        html, headers = _heavy()
    else:
        return portal(environ, start_response)
    start_response("200 OK", [*headers, ("Content-Length", str(len(html)))])
    return [html]


@functools.cache
def _script() -> tuple[bytes, list[tuple[str, str]]]:
    kind = ("Content-Type", "text/javascript; charset=utf-8")
    return heavy_script(INJECTS.format(**KEYS)), [kind, ("Content-Encoding", "br")]


@functools.cache
def _heavy() -> tuple[bytes, list[tuple[str, str]]]:
    """Our own form with dead weight in its head, under the headers that it has."""
    html, headers = _ask(f"/embed/{KEYS['plain']}", "lang=fr")
    kept = [each for each in headers.items() if each[0] not in ("ETag", "Content-Length")]
    return heavy_page(html), [*kept, ("Content-Encoding", "br")]


def _ask(path: str, query: str) -> tuple[str, Mapping[str, str]]:
    answered: dict[str, str] = {}
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        answered.update(headers)

    return b"".join(portal(environ, start)).decode(), answered
