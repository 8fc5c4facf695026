"""The widget's files as they are served: small, cached as long as they stay, and whole."""

from __future__ import annotations

import gzip
import json

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import bundled
from server.web.locale import LANGUAGES, speaking
from server.web.widget.files import built_file, late_path
from server.web.widget.sender import sender_path, words
from widget.build import build, project_version
from widget.released import RELEASES, integrity

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EXPAND = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
EVERGREEN = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module", autouse=True)
def _widget() -> None:
    build()
    built_file.cache_clear()


def addresses() -> dict[str, tuple[str, str]]:
    """Each address with its file below static/widget/ and how long it may be kept."""
    return {
        "/widget/v1.js": ("v1.js", EVERGREEN),
        "/widget/releases.json": ("releases.json", EVERGREEN),
        "/widget/0.1.0/widget.js": ("0.1.0/widget.js", IMMUTABLE),
        late_path("solver.js"): ("solver.js", IMMUTABLE),
    }


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_every_file_comes_compressed_with_what_caches_need(
    client: FlaskClient, accepted: str
) -> None:
    for address, (name, cache) in addresses().items():
        content = (bundled("static") / "widget" / name).read_bytes()
        asked = {"Accept-Encoding": accepted}
        response, head = (call(address, headers=asked) for call in (client.get, client.head))
        body = response.get_data()
        assert EXPAND[accepted](body) == content
        assert response.headers.get("Content-Encoding", "identity") == accepted
        assert response.headers["Content-Length"] == str(len(body))
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["Cache-Control"] == cache
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert head.headers == response.headers
        assert head.get_data() == b""
        if accepted == "br":
            assert len(body) == len(brotli.compress(content, quality=11))
        again = client.get(address, headers={"If-None-Match": response.headers["ETag"]} | asked)
        assert (again.status_code, again.get_data()) == (304, b"")
        assert again.headers["Cache-Control"] == cache


def test_every_release_is_served_as_partners_pinned_it(client: FlaskClient) -> None:
    listed = client.get("/widget/releases.json").json
    assert listed is not None
    assert list(listed["releases"]) == list(json.loads((RELEASES / "releases.json").read_text()))
    for release in listed["releases"].values():
        assert integrity(client.get(release["loader"]).get_data()) == release["integrity"]


@pytest.mark.parametrize(
    "version", ["9.9.9", "0.1", "..", "%2e%2e", "0.1.0%2f..", "v1.js", "releases.json"]
)
def test_what_was_not_released_is_not_there(client: FlaskClient, version: str) -> None:
    assert client.get(f"/widget/{version}/widget.js").status_code == 404


def test_a_build_between_releases_has_no_pinned_address(client: FlaskClient) -> None:
    version = project_version()
    listed = client.get("/widget/releases.json").json
    assert listed is not None
    there = client.get(f"/widget/{version}/widget.js").status_code == 200
    assert there is (version in listed["releases"])
    assert f"'{version}'" in client.get("/widget/v1.js").text


def test_another_digest_is_another_address(client: FlaskClient) -> None:
    assert client.get(f"/widget/{'0' * 16}/fr/sender.js").status_code == 404
    assert client.get(f"/widget/{'0' * 16}/solver.js").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_late_part_of_the_script_speaks_the_forms_language(
    app: Flask, client: FlaskClient, language: str
) -> None:
    with app.app_context(), speaking(language):
        address, said = sender_path(language), words()
    response = client.get(address)
    first, rest = response.text.split("\n", 1)
    assert json.loads(first.removeprefix("window.iwfWords=").removesuffix(";")) == said
    assert rest == built_file("sender.js").content.decode()
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert client.get(address.replace(f"/{language}/", "/xx/")).status_code == 404


def test_the_loader_does_not_reach_flask(app: Flask, client: FlaskClient) -> None:
    reached = []
    app.before_request_funcs.setdefault(None, []).append(lambda: reached.append(1))
    for call in (client.get, client.head):
        assert call("/widget/v1.js").status_code == 200
    assert reached == []
    assert client.post("/widget/v1.js").status_code == 405
    assert reached == [1]
