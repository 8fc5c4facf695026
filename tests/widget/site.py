"""A web server for tests that is many sites at once: what it answers depends on the host asked."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

HOST = "host.localhost"
PORTAL = "portal.localhost"
STRANGER = "stranger.localhost"


@dataclass
class Site:
    """Pages by host and path. Chromium takes each `*.localhost` host for an origin of its own."""

    pages: dict[tuple[str, str], tuple[str, str, dict[str, str]]] = field(default_factory=dict)

    def __enter__(self) -> "Site":
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers["Host"].split(":")[0]
                known = pages.get((host, self.path.split("?")[0]))
                body, kind, headers = known or ("", "text/plain", {})
                content = body.encode()
                # A browser's own request for an icon is no error of the page.
                missing = 204 if self.path == "/favicon.ico" else 404
                self.send_response(200 if known else missing)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def origin(self, host: str) -> str:
        return f"http://{host}:{self._server.server_port}"

    def page(self, host: str, path: str, body: str, headers: dict[str, str] | None = None) -> str:
        """Serve an HTML page; returns its address."""
        self.pages[host, path] = ("<!doctype html>" + body, "text/html", headers or {})
        return self.origin(host) + path

    def script(self, host: str, path: str, body: str) -> str:
        """Serve a script; returns its address."""
        self.pages[host, path] = (body, "text/javascript", {})
        return self.origin(host) + path
