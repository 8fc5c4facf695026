"""Promise P12: real Chromium shows the form in the pages that a key names, and in no other.

Each cell is a key's list of origins, and a chain of documents from the page that the citizen opens
to the one that holds the frame. `frame-ancestors` is asked of each document in the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from server.config import load_settings
from server.partners import service
from server.storage.database import Database
from tests.browser.demo import Demo
from tests.browser.echo_site import echo, echo_site
from tests.services.chromium import ARGUMENTS, find_chromium

#: What Chromium shows in a frame instead of a document that does not want to be there.
REFUSED = "chrome-error://chromewebdata/"

#: Allowed origins by the name of the key that has them.
LISTS = {
    "exact": ("https://partner.test",),
    "subdomains": ("https://*.partner.test",),
    "port": ("https://partner.test:8443",),
    "subdomains+port": ("https://*.partner.test:8443",),
    "http": ("http://partner.test",),
    "http+port": ("http://partner.test:8080",),
    "idn": ("https://bücher.test",),
    "several": ("https://partner.test", "https://*.partner.test", "https://cache.test"),
}

OWN_PAGE = "a page of its own"
OURS, WWW, EVIL = "https://partner.test", "https://www.partner.test", "https://evil.test"
FREE, SAME = "sandboxed: allow-scripts", "sandboxed: allow-scripts allow-same-origin"

#: (list, chain from the outside to the inside, whether the form shows)
CELLS: list[tuple[str, tuple[str, ...], bool]] = [
    # The page itself, and how else its address can be written.
    ("exact", (OURS,), True),
    ("exact", ("https://PARTNER.test",), True),
    ("exact", ("https://partner.test:443",), True),
    ("exact", ("https://somebody:secret@partner.test",), True),
    # Other ports, schemes, domains above and below.
    ("exact", ("https://partner.test:8443",), False),
    ("exact", ("http://partner.test",), False),
    ("exact", ("http://partner.test:8080",), False),
    ("exact", (WWW,), False),
    ("exact", ("https://test",), False),
    # Look-alikes.
    ("exact", ("https://partner.test.evil.test",), False),
    ("exact", ("https://partner.test.evil.example",), False),
    ("exact", ("https://partner.test.evil.invalid",), False),
    ("exact", ("https://evilpartner.test",), False),
    ("exact", ("https://partner-test.example",), False),
    ("exact", ("https://partner.test.",), False),
    ("exact", ("https://partner.test@evil.test",), False),
    ("exact", ("https://partner.test:443@evil.test",), False),
    ("exact", ("https://pаrtner.test",), False),  # a Cyrillic letter
    ("exact", ("https://partner。evil.test",), False),  # an ideographic full stop
    # In each other.
    ("exact", (OURS, OURS), True),
    ("exact", (OURS, OURS, OURS), True),
    ("exact", (EVIL, OURS), False),
    ("exact", (OURS, EVIL), False),
    ("exact", (OURS, EVIL, OURS), False),
    ("exact", (EVIL, OURS, OURS), False),
    ("exact", ("http://partner.test", OURS), False),
    ("exact", ("https://partner.test:8443", OURS), False),
    # Documents without an origin of their own have their maker's, or none.
    ("exact", (OURS, "srcdoc:"), True),
    ("exact", (OURS, "about:blank"), True),
    ("exact", (OURS, "blob:"), True),
    ("exact", (OURS, "srcdoc:", "srcdoc:"), True),
    ("exact", (OURS, "data:"), False),
    ("exact", ("data:",), False),
    ("exact", ("about:blank",), False),
    ("exact", (EVIL, "srcdoc:"), False),
    ("exact", (EVIL, "about:blank"), False),
    ("exact", (EVIL, "blob:"), False),
    ("exact", (EVIL, "data:"), False),
    ("exact", (OURS, "data:", OURS), False),
    # Sandboxed hosts have no origin, unless their own is left to them.
    ("exact", (f"{FREE} {OURS}",), False),
    ("exact", (f"{SAME} {OURS}",), True),
    ("exact", (OURS, f"{FREE} {OURS}"), False),
    ("exact", (OURS, f"{SAME} {OURS}"), True),
    ("exact", (OURS, f"{FREE} srcdoc:"), False),
    ("exact", (f"{SAME} {EVIL}",), False),
    # All subdomains, and not the domain.
    ("subdomains", (WWW,), True),
    ("subdomains", ("https://a.b.partner.test",), True),
    ("subdomains", ("https://bücher.partner.test",), True),
    ("subdomains", (WWW, "https://shop.partner.test"), True),
    ("subdomains", (OURS,), False),
    ("subdomains", (OURS, WWW), False),
    ("subdomains", (WWW, EVIL), False),
    ("subdomains", ("https://www.partner.test:8443",), False),
    ("subdomains", ("http://www.partner.test",), False),
    ("subdomains", ("https://www.partner.test.",), False),
    ("subdomains", ("https://www.partner.test.evil.test",), False),
    ("subdomains", ("https://evilpartner.test",), False),
    ("subdomains", ("https://www.evilpartner.test",), False),
    ("subdomains", ("https://www.partner.test@evil.test",), False),
    ("subdomains", (WWW, "data:"), False),
    # Ports.
    ("port", ("https://partner.test:8443",), True),
    ("port", (OURS,), False),
    ("port", ("https://partner.test:9443",), False),
    ("port", ("https://www.partner.test:8443",), False),
    ("subdomains+port", ("https://www.partner.test:8443",), True),
    ("subdomains+port", (WWW,), False),
    ("subdomains+port", ("https://partner.test:8443",), False),
    # Without encryption. CSP lets the same host in with it, too (level 3, section 6.7.2.9).
    ("http", ("http://partner.test",), True),
    ("http", (OURS,), True),
    ("http", ("http://partner.test:8080",), False),
    ("http", ("http://www.partner.test",), False),
    ("http+port", ("http://partner.test:8080",), True),
    ("http+port", ("http://partner.test",), False),
    # Names beyond ASCII.
    ("idn", ("https://bücher.test",), True),
    ("idn", ("https://xn--bcher-kva.test",), True),
    ("idn", ("https://bu\u0308cher.test",), True),  # u and a mark: the same name
    ("idn", ("https://bucher.test",), False),
    ("idn", ("https://www.bücher.test",), False),
    # Several; and the form's own page, which stands in no other.
    ("several", ("https://cache.test", WWW), True),
    ("several", ("https://cache.test", EVIL), False),
    (OWN_PAGE, (OURS,), False),
    (OWN_PAGE, (OURS, "srcdoc:"), False),
]


def framing(child: str, inner: str) -> str:
    """The content of a document that shows `child`, whose own content is `inner`, in a frame."""
    *sandbox, child = child.split(" ") if child.startswith("sandboxed:") else [child]
    rules = " ".join(sandbox[1:])
    attribute = f'sandbox="{rules}"' if sandbox else ""
    # In a script no `<` of the content may end the script.
    text = json.dumps(inner).replace("<", "\\u003c")
    if child == "srcdoc:":
        return f'<iframe {attribute} srcdoc="{escape(inner)}"></iframe>'
    if child == "data:":
        return f'<iframe src="data:text/html,{quote(inner, safe="")}"></iframe>'
    if child == "about:blank":
        return f"<iframe></iframe><script>frames[0].document.body.innerHTML = {text}</script>"
    if child == "blob:":
        return (
            f"<script>const page = new Blob([{text}], {{type: 'text/html'}});"
            "const frame = document.createElement('iframe'); frame.src = URL.createObjectURL(page);"
            "document.documentElement.append(frame)</script>"
        )
    return f'<iframe src="{echo(child, inner, sandbox=rules if sandbox else None)}"></iframe>'


def content_of(chain: tuple[str, ...], form: str) -> str:
    """The content of the outermost document of a chain."""
    content = f'<iframe src="{form}"></iframe>'
    for child in reversed(chain[1:]):
        content = framing(child, content)
    return content


def open_outermost(page: Page, place: str, content: str) -> None:
    """Open a page of this content at the place."""
    if place == "about:blank":
        page.goto(place)
        page.set_content(content, wait_until="commit")
    elif place == "data:":
        page.goto(f"data:text/html,{quote(content, safe='')}", wait_until="commit")
    else:
        *sandbox, origin = place.split(" ") if place.startswith("sandboxed:") else [place]
        rules = " ".join(sandbox[1:]) if sandbox else None
        page.goto(echo(origin, content, sandbox=rules), wait_until="commit")
        # No upgrade of the browser's own has put another page in its place.
        assert page.url.partition("://")[0] == origin.partition("://")[0]


@pytest.fixture(scope="module")
def keys(demo: Demo) -> dict[str, str]:
    """A key for each list."""
    settings = load_settings(dict(demo.environment))
    database = Database(settings.database_url)
    partner = demo.partners["telco"]
    try:
        with database.transaction() as session:
            return {
                name: service.issue_key(
                    session,
                    service.get_partner(session, partner.slug),
                    service.get_portal(session, partner.portal),
                    service.KeyTerms(label=name, origins=origins),
                    secrets=settings.intake_secrets,
                    actor="test",
                ).text
                for name, origins in LISTS.items()
            }
    finally:
        database.dispose()


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a browser that takes every host for this machine."""
    with echo_site(tmp_path_factory.mktemp("echo")) as site:
        arguments = [*ARGUMENTS, *site.browser_arguments()]
        worldly = browser.browser_type.launch(executable_path=find_chromium(), args=arguments)
        context = worldly.new_context(ignore_https_errors=True)
        yield context.new_page()
        worldly.close()


def cell_id(cell: tuple[str, tuple[str, ...], bool]) -> str:
    name, chain, shows = cell
    return f"{name}: {' > '.join(chain)} {'shows' if shows else 'refused'}"


@pytest.mark.parametrize("cell", CELLS, ids=cell_id)
def test_p12_the_form_shows_where_its_key_says_and_nowhere_else(
    demo: Demo, keys: dict[str, str], page: Page, cell: tuple[str, tuple[str, ...], bool]
) -> None:
    name, chain, shows = cell
    path = f"/r/{keys['exact']}" if name == OWN_PAGE else f"/embed/{keys[name]}"
    form = f"{demo.public_url}{path}?lang=en"
    with page.expect_event("framenavigated", lambda frame: frame.url in (form, REFUSED)):
        open_outermost(page, chain[0], content_of(chain, form))
    innermost = page.frames[-1]
    assert (innermost.url == form) is shows
    if shows:
        innermost.locator("form h2:visible").first.wait_for()
    else:
        assert [frame.url for frame in page.frames if frame.locator("form").count()] == []


def test_p12_there_are_sixty_cells_at_least_and_each_is_another() -> None:
    assert len({cell_id(cell) for cell in CELLS}) == len(CELLS) >= 60
