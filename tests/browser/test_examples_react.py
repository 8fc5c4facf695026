"""The React example, built for use and for development, where strict mode mounts all twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from playwright.sync_api import Page, expect

from server.demo.pages import ExamplePages
from tests.browser.citizen import Citizen
from tests.browser.demo import ROOT, Demo
from tests.browser.watch import Watch

REACT = ROOT / "examples/react"
BUILDS = {"for use": "build", "in development": "build:development"}
FORM = "iframe[data-iwf]"
#: Counts what listens on the window, by type.
COUNT_LISTENERS = """window.listening = {};
for (const [name, step] of [['addEventListener', 1], ['removeEventListener', -1]]) {
  const original = window[name];
  window[name] = function (type, ...rest) {
    window.listening[type] = (window.listening[type] || 0) + step;
    return original.call(this, type, ...rest);
  };
}"""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with what its lock names, and nothing built."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here; the React example needs Node 20 or newer")
    folder = tmp_path_factory.mktemp("examples") / "react"
    shutil.copytree(REACT, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    npm(folder, "ci")
    return folder


def npm(folder: Path, *words: str) -> None:
    done = subprocess.run(
        ["npm", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2_000:]


@pytest.fixture(scope="module", params=BUILDS)
def origin(request: pytest.FixtureRequest, installed: Path, demo: Demo) -> Iterator[str]:
    """Where the built page is served, as the demo serves it."""
    npm(installed, "run", BUILDS[request.param])
    with Server(("127.0.0.1", 0), Silent) as server:
        origin = f"http://react.localhost:{server.server_port}"
        key = demo.issue_key("police", origin=origin)
        server.set_app(ExamplePages(demo.public_url, {"react": key}, installed.parent))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield origin
        server.shutdown()
        thread.join()


def test_the_page_says_how_to_build_it_until_it_is_built(
    installed: Path, demo: Demo, tmp_path: Path
) -> None:
    shutil.copytree(REACT, tmp_path / "react", ignore=shutil.ignore_patterns("dist"))
    pages = ExamplePages(demo.public_url, {"react": "key"}, tmp_path)

    def get() -> str:
        environ = {"HTTP_HOST": "react.localhost", "PATH_INFO": "/"}
        return b"".join(pages(environ, lambda status, headers: None)).decode()

    before = get()
    (tmp_path / "react/dist").mkdir()
    scripts = json.loads((REACT / "package.json").read_text())["scripts"]
    commands = [line.removeprefix("npm run ") for line in before.splitlines() if "npm run" in line]
    assert [command.partition("<")[0] for command in commands] == ["build"]
    assert "build" in scripts
    assert 'src="dist/page.js"' in get()


def test_a_report_to_the_receipt(demo: Demo, origin: str, watched: Callable[..., Watch]) -> None:
    watch = watched()
    page = watch.context.new_page()
    page.goto(origin)
    form = page.locator(FORM).element_handle().content_frame()
    Citizen(form).report_with_script()
    expect(page.get_by_role("status")).to_have_text("Thank you for reporting.")
    assert watch.strangers(demo.hosts | {origin.partition("//")[2]}) == []
    assert watch.kept() == []
    assert [said for said in watch.complaints if "React DevTools" not in said] == []


def test_one_frame_and_nothing_left_of_those_that_went(
    origin: str, watched: Callable[..., Watch]
) -> None:
    page = watched().context.new_page()
    page.add_init_script(COUNT_LISTENERS)
    page.goto(origin)
    expect(page.locator(FORM)).to_have_count(1)
    fitted(page)
    assert page.locator("script[src$='/widget/v1.js']").count() == 1
    first = listening(page)
    for _ in range(3):
        page.get_by_role("button", name="Put the form away").click()
        expect(page.locator(FORM)).to_have_count(0)
        page.get_by_role("button", name="Show the form").click()
        expect(page.locator(FORM)).to_have_count(1)
        fitted(page)
    assert page.locator("script[src$='/widget/v1.js']").count() == 1
    assert listening(page) == first


def listening(page: Page) -> dict[str, int]:
    return {name: n for name, n in page.evaluate("window.listening").items() if n}


def fitted(page: Page) -> None:
    """Wait until the loader has adopted the frame."""
    page.wait_for_function("document.querySelector('iframe').style.height !== ''")
