"""What a page did while a test looked on: whom it asked, what it kept, what it complained about."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

KEPT_BY_A_DOCUMENT = """async () => {
  try {
    // Where a frame may keep no database, as in pages of another site, it has none.
    const denied = error => { if (error.name === 'UnknownError') return []; throw error; };
    const databases = indexedDB.databases ? await indexedDB.databases().catch(denied) : [];
    const caches_ = self.caches ? await caches.keys() : [];
    return [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage),
      ...databases.map(each => each.name), ...caches_].filter(Boolean);
  } catch (error) {
    return error.name === 'SecurityError' ? [] : [String(error)];
  }
}"""


@dataclass
class Watch:
    """Follows every page and frame of a browser context."""

    context: BrowserContext
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _note_request(self, request: Request) -> None:
        self.requested.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def strangers(self, known: frozenset[str]) -> list[str]:
        """Requests to anyone but the hosts that the demo is made of."""
        return [
            address
            for address in self.requested
            if urlsplit(address).scheme not in ("data", "about", "blob")
            and urlsplit(address).netloc not in known
        ]

    def kept(self) -> list[str]:
        """Names of what the browser keeps: cookies, and every kind of storage of every frame."""
        cookies = [f"cookie {each.get('name')}" for each in self.context.cookies()]
        return cookies + [
            f"{frame.url}: {name}"
            for page in self.context.pages
            for frame in page.frames
            if frame.url.startswith("http")
            for name in frame.evaluate(KEPT_BY_A_DOCUMENT)
        ]
