"""Every page of the console: accessible, within 320 px, in light and dark, and light to load."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response

from tests.architecture.routes import current_routes
from tests.browser import axe
from tests.browser.demo import Demo

MAX_BYTES = 150_000
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
#: Pages with something in their address, and where the way to one is found.
INNER = {
    "portals/zambia/edit": None,
    "portals": r"/console/portals/[a-z-]+",
    "partners/police/edit": None,
    "partners/police/branding": None,
    "partners/police/branding/publish": None,
    "partners/police/keys/new?portal=zambia": None,
    "partners/police": r"/console/keys/[0-9a-f-]{36}",
    "directory": r"/console/directory/[0-9a-f-]{36}",
    "staff": r"/console/staff/\d+",
    "search?q=a": None,
    "statistics?period=90": None,
}
OF_A_KEY = ("edit", "rotate", "revoke", "kit", "sightings")
#: Downloads, another site, and a step that comes after another.
NOT_A_PAGE = re.compile("export|download|/sso|authenticator")


def plain_pages() -> list[str]:
    """Pages of the console whose address holds nothing that varies."""
    return [
        path
        for path, methods in current_routes()["console"].items()
        if path.startswith("/console/")
        and "<" not in path
        and "GET" in methods
        and not NOT_A_PAGE.search(path)
    ]


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", DESK), ("dark", PHONE)], ids=["desk", "phone"]
)
def test_each_page_is_accessible_fits_and_is_light(
    demo: Demo, sign_in: Callable[..., Page], scheme: str, viewport: dict[str, int]
) -> None:
    page = sign_in(color_scheme=scheme, viewport=viewport)
    found = [wrong for address in addresses(page, demo) for wrong in judge(page, demo, address)]
    assert found == []


def addresses(page: Page, demo: Demo) -> Iterator[str]:
    """Every page, one of each kind."""
    yield from plain_pages()
    for path, link in INNER.items():
        yield f"/console/{path}"
        if link is None:
            continue
        inner = re.search(rf'href="({link})"', page.content())
        assert inner, f"no {link} on {path}"
        yield inner[1]
        if "/keys/" in inner[1]:
            yield from (f"{inner[1]}/{part}" for part in OF_A_KEY)


def judge(page: Page, demo: Demo, address: str) -> list[str]:
    weights: list[int] = []

    def weigh(response: Response) -> None:
        if response.status == 200:
            weights.append(len(response.body()))

    page.on("response", weigh)
    answer = page.goto(demo.public_url + address)
    page.remove_listener("response", weigh)
    found = [f"{address}: {each}" for each in axe.violations(page)]
    if answer is None or answer.status != 200:
        found.append(f"{address}: {answer and answer.status}")
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if overflow > 0:
        found.append(f"{address}: {overflow} px too wide")
    if sum(weights) > MAX_BYTES:
        found.append(f"{address}: {sum(weights)} bytes")
    return found
