"""What the widget's tests share: the built files, and a page that hosts a frame."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.widget.site import HOST, PORTAL, STRANGER, Site
from widget.build import build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the widget as it is shipped."""
    target = tmp_path_factory.mktemp("widget")
    build(target_dir=target)
    return target


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a profile of its own. Waits are long: a busy machine is no failure."""
    context = browser.new_context(viewport={"width": 800, "height": 400})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def site(built: Path) -> Iterator[Site]:
    """Sites that know the built scripts and the frame that speaks the protocol."""
    with Site() as site:
        frame = Path(__file__).with_name("frame.html").read_text(encoding="utf-8")
        for host in (PORTAL, STRANGER):
            site.page(host, "/embed/key", frame)
        site.page(PORTAL, "/r/key", "<title>The form's own page</title>")
        site.script(PORTAL, "/widget/v1.js", (built / "v1.js").read_text(encoding="utf-8"))
        site.script("plain-http.test", "/solver.js", (built / "solver.js").read_text("utf-8"))
        site.script(PORTAL, "/solver.js", (built / "solver.js").read_text("utf-8"))
        yield site


@dataclass
class Embed:
    """A partner's page, open in the browser, and what it printed to its console."""

    page: Page
    site: Site
    console: list[str] = field(default_factory=list)

    @property
    def iframe(self) -> str:
        return f'<iframe data-iwf src="{self.site.origin(PORTAL)}/embed/key" height="680"></iframe>'

    @property
    def script(self) -> str:
        return f'<script async src="{self.site.origin(PORTAL)}/widget/v1.js"></script>'

    def link(self, mode: str, attributes: str = "") -> str:
        """A link to the form's own page, as partners paste it."""
        address = f"{self.site.origin(PORTAL)}/r/key"
        return f'<a data-iwf="{mode}" href="{address}" target="_blank" {attributes}>Report it</a>'

    def open(self, body: str | None = None, headers: dict[str, str] | None = None) -> "Embed":
        """Open a host page, by default with the snippet that partners paste."""
        address = self.site.page(HOST, "/", body or self.iframe + self.script, headers)
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.goto(address)
        return self

    @property
    def frame(self) -> Frame:
        """The document in the first iframe."""
        return self.page.frames[1]

    def form(self, nth: int = 0) -> Frame:
        """The document of the form, once it has come and was greeted."""
        self.page.wait_for_function("nth => frames.length > nth", arg=nth)
        frame = self.page.frames[1 + nth]
        # By the clock: a frame out of view gets no animation frames, the default wait.
        frame.wait_for_function("window.hellos && hellos.length > 0", polling=50)
        return frame

    def wait_for_height(self, pixels: int, nth: int = 0) -> None:
        self.page.wait_for_function(
            "([nth, pixels]) => document.querySelectorAll('iframe')[nth].clientHeight === pixels",
            arg=[nth, pixels],
        )

    def act(self) -> None:
        """Let the focus go into the first frame: from now on the citizen acts."""
        self.page.evaluate("document.querySelector('iframe').focus()")

    def is_managed(self) -> bool:
        """Whether the loader has taken the first frame's scroll bar, and so shows all of it."""
        return self.page.locator("iframe").first.get_attribute("scrolling") == "no"

    def say(self, type_: str, fields: dict[str, object] | None = None) -> None:
        """Let the frame send one message, and the host page hear all that was sent so far."""
        self.frame.evaluate("([type, fields]) => send(type, fields)", [type_, fields or {}])
        self.settle()

    def settle(self) -> None:
        """Wait until messages sent before have been heard: they arrive in order."""
        self.frame.evaluate("() => parent.postMessage('heard?', '*')")
        self.page.wait_for_function("() => window.heard > 0 && window.heard--")


@pytest.fixture
def embed(page: Page, site: Site) -> Embed:
    page.add_init_script(
        "window.heard = 0;"
        "addEventListener('message', e => { if (e.data === 'heard?') window.heard++; });"
    )
    return Embed(page, site)


@pytest.fixture
def neutral_page(page: Page) -> str:
    """The neutral page, from here: no test asks the network."""
    address = "https://www.wikipedia.org/"
    page.context.route(address + "**", lambda route: route.fulfill(body="neutral"))
    return address
