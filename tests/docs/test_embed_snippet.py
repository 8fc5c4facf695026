"""What docs/partners/embed.md tells a webmaster to paste works as it says, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.architecture.tree import ROOT
from tests.browser.demo import Demo
from tests.browser.polling import wait_until
from tests.docs.markdown import blocks, document, section
from tests.widget.site import Site

DOCUMENT = document("docs/partners/embed.md")
SERVER, KEY = "https://report.example.org", "iwfpk_live_KEY"
HOST = "webmaster.localhost"
SNIPPET = blocks(section(DOCUMENT, "The snippet"))[0].text
(POLICY,) = (block.text.strip() for block in blocks(section(DOCUMENT, "Content security policy")))
DIALOG = blocks(section(DOCUMENT, "A dialog, or a floating button"))[0].text
STUB = blocks(section(DOCUMENT, "Single-page applications"))[0].text
PINNED = blocks(section(DOCUMENT, "A pinned script"))[0].text
SANDBOX = re.search(r"`(allow-[a-z -]+)`", section(DOCUMENT, "Content security policy"))[1]

#: The frame has fitted itself when it is no longer as high as the snippet says.
FITTED = "document.querySelector('iframe').clientHeight !== 680"


@dataclass
class Webmaster:
    """Somebody who pastes what the document says into a page of an allowed origin."""

    demo: Demo
    key: str
    page: Page
    site: Site

    def paste(self, snippet: str, policy: str = "") -> None:
        """Publish a page with the snippet, their own address and key filled in, and open it."""
        html = f"<title>A page</title>{self._own(snippet)}"
        headers = {"Content-Security-Policy": f"default-src 'none'; {self._own(policy)}"}
        self.page.goto(self.site.page(HOST, "/", html, headers if policy else {}))

    def expect_a_fitted_form(self) -> None:
        form = self.page.frame_locator("iframe")
        expect(form.get_by_role("heading", name="You are safe here")).to_be_visible()
        self.page.locator("iframe").hover()  # from now on the height may change in view
        self.page.wait_for_function(FITTED)

    def _own(self, text: str) -> str:
        return text.replace(SERVER, self.demo.public_url).replace(KEY, self.key)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture(scope="module")
def key(documented_demo: tuple[Demo, str], site: Site) -> str:
    demo, _ = documented_demo
    return demo.issue_key("telco", origin=site.origin(HOST))


@pytest.fixture
def webmaster(
    documented_demo: tuple[Demo, str], browser: Browser, site: Site, key: str
) -> Iterator[Webmaster]:
    with browser.new_context() as context:
        context.set_default_timeout(15_000)
        yield Webmaster(documented_demo[0], key, context.new_page(), site)


@pytest.fixture
def complaints(webmaster: Webmaster) -> list[str]:
    """What the browser's console says while the page is open."""
    said: list[str] = []
    webmaster.page.on("console", lambda message: said.append(message.text))
    return said


def test_the_snippet_shows_a_form_that_fits_under_the_strictest_policy(
    webmaster: Webmaster, complaints: list[str]
) -> None:
    webmaster.paste(SNIPPET, POLICY)
    webmaster.expect_a_fitted_form()
    assert complaints == []


def test_its_link_opens_the_form_as_a_page(webmaster: Webmaster) -> None:
    webmaster.paste(SNIPPET)
    webmaster.expect_a_fitted_form()
    with webmaster.page.expect_popup() as opened:
        # By key: the link moves away under the mouse while the frame above it is being fitted.
        webmaster.page.get_by_role("link", name="Open the form on a page of its own").press("Enter")
    expect(opened.value.get_by_role("heading", name="You are safe here")).to_be_visible()


def test_the_frame_is_refused_and_the_link_stays_when_the_policy_lacks_a_line(
    webmaster: Webmaster, complaints: list[str]
) -> None:
    webmaster.paste(SNIPPET, POLICY.replace("frame-src", "img-src"))
    expect(webmaster.page.get_by_role("link")).to_be_visible()
    webmaster.page.wait_for_timeout(300)
    assert any("default-src" in text for text in complaints)


def test_the_sandbox_that_is_given_lets_the_form_fit(webmaster: Webmaster) -> None:
    webmaster.paste(SNIPPET.replace("data-iwf", f'data-iwf sandbox="{SANDBOX}"'))
    webmaster.expect_a_fitted_form()


def test_a_pinned_script_passes_its_integrity_check(
    webmaster: Webmaster, complaints: list[str]
) -> None:
    with urlopen(f"{webmaster.demo.public_url}/widget/releases.json") as answer:
        releases = json.load(answer)
    version = releases["latest"]
    pinned = PINNED.replace("VERSION", version)
    pinned = pinned.replace("HASH", releases["releases"][version]["integrity"])
    webmaster.paste(re.sub(r"<script.*</script>\n", lambda _: pinned, SNIPPET))
    webmaster.expect_a_fitted_form()
    assert complaints == []


@pytest.mark.parametrize("mode", ["dialog", "floating"])
def test_the_link_opens_the_form_in_a_dialog_under_the_strictest_policy(
    webmaster: Webmaster, complaints: list[str], mode: str
) -> None:
    webmaster.paste(DIALOG.replace("dialog", mode), POLICY)
    wait_until(webmaster.page, "!!(window.IWFReport && IWFReport.version)")
    webmaster.page.get_by_role("link").click()
    form = webmaster.page.get_by_role("dialog").frame_locator("iframe")
    expect(form.get_by_role("heading", name="You are safe here")).to_be_visible()
    assert complaints == []


def test_calls_are_kept_until_the_script_has_come(webmaster: Webmaster) -> None:
    options = f"{{src: '{SERVER}/r/{KEY}?lang=en', title: 'Report'}}"
    early = f"<p id=place></p><script>IWFReport('mount', '#place', {options})</script>"
    stub, script = STUB.strip().splitlines()
    webmaster.paste(stub + early + script)
    webmaster.expect_a_fitted_form()


def test_a_wrong_call_says_what_the_document_says(webmaster: Webmaster) -> None:
    webmaster.paste(STUB)
    wait_until(webmaster.page, "!!(window.IWFReport && IWFReport.version)")
    with pytest.raises(Error, match="IWFReport: no #place"):
        webmaster.page.evaluate("() => { IWFReport('mount', '#place', {}) }")


def test_what_is_preset_is_seen(webmaster: Webmaster) -> None:
    (preset,) = re.findall(r"\?lang=en(#\S+)`", section(DOCUMENT, "Preset answers"))
    webmaster.paste(SNIPPET.replace("lang=en", f"lang=en{preset}", 1))
    form = webmaster.page.frame_locator("iframe")
    expect(form.locator("#territory")).to_have_value("Senegal")
    expect(form.locator("#site_kind")).to_have_value("forum")


def test_each_of_the_33_behaviours_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", section(DOCUMENT, "What is tested"), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 34))
    for _, named in rows:
        tests = re.findall(r"\[`(\w+)`\]\(\.\./\.\./(tests/[\w/]+\.py)\)", named)
        assert tests
        for name, file in tests:
            assert f"def test_{name}(" in (ROOT / file).read_text(), name
