"""What the engines' tests share: the served demo, a window in each engine, and a partner's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.demo import Demo
from tests.engines.firefox import Firefox
from tests.engines.partner_page import PartnerPage
from tests.engines.webkitgtk import WebKitGTK
from tests.engines.window import Window
from tests.engines.wire import EngineMissing, Wire
from tests.widget.site import HOST, Site

ENGINES: dict[str, Callable[..., Wire]] = {"firefox": Firefox, "webkitgtk": WebKitGTK}
WIDTH, HEIGHT = 1000, 900

OpenWindow = Callable[..., Window]


@pytest.fixture(params=ENGINES)
def open_window(request: pytest.FixtureRequest) -> Iterator[OpenWindow]:
    """Opens a window of the engine, in a profile that has never been anywhere."""
    opened: list[Wire] = []

    def open_one(*, scripted: bool = True, width: int = WIDTH, height: int = HEIGHT) -> Window:
        try:
            wire = ENGINES[request.param](scripted=scripted, width=width, height=height)
        except EngineMissing as error:
            pytest.fail(str(error), pytrace=False)
        opened.append(wire)
        return Window(wire)

    yield open_one
    for wire in opened:
        wire.close()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts."""
    return bool(request.param)


@pytest.fixture(scope="session")
def partner_page(demo: Demo) -> Iterator[PartnerPage]:
    """A partner's site on an origin of its own, with a key for it."""
    with Site() as site:
        key = demo.issue_key("telco", origin=site.origin(HOST))
        yield PartnerPage(site, demo.public_url, key)
