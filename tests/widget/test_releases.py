"""Releases of the loader: what partners have pinned stays as it is, byte for byte."""

import base64
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from widget import build as widget_build
from widget.build import BUNDLES, SOURCE, BuildError, build, bundled, main, project_version
from widget.released import RELEASES, ReleaseError, kept_releases, record_release

#: Beside the record in the tree, so that changing a release and its record together is seen too.
RELEASED = {
    "0.1.0": "sha384-B8VTLslJYxmmj1HHdcuSnj3fTkFiyhIto9OcqxkYhLn1xVC4XcoKmHunaOicaj8p",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the kept releases, to change."""
    copy = tmp_path / "releases"
    shutil.copytree(RELEASES, copy)
    return copy


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the widget's sources, to change."""
    copy = tmp_path / "source"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_every_release_is_what_it_was_when_partners_pinned_it() -> None:
    assert {version: kept.integrity for version, kept in kept_releases().items()} == RELEASED
    for version, pinned in RELEASED.items():
        content = (RELEASES / version / "widget.js").read_bytes()
        digest = hashlib.sha384(content).digest()
        assert f"sha384-{base64.b64encode(digest).decode()}" == pinned
        assert f"'{version}'".encode() in content, "it says its own version"


def test_a_changed_release_stops_the_build(source: Path, tmp_path: Path) -> None:
    with (source / "releases/0.1.0/widget.js").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ReleaseError, match=r"0\.1\.0/widget\.js was changed"):
        build(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_release_that_was_lost_or_smuggled_in_is_named(folder: Path) -> None:
    (folder / "0.1.0").rename(folder / "0.1.1")
    with pytest.raises(ReleaseError, match=r"0\.1\.0, 0\.1\.1 is missing or not recorded"):
        kept_releases(folder)


def test_a_new_release_is_kept_beside_the_old(folder: Path) -> None:
    record_release("0.10.0", b"ten", folder)
    record_release("0.11.0", b"eleven", folder)
    assert list(kept_releases(folder)) == ["0.1.0", "0.10.0", "0.11.0"]
    assert kept_releases(folder)["0.10.0"].loader == b"ten"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("0.1.0", "never change"),
        ("0.0.9", r"does not come after 0\.1\.0"),
        ("0.2.0.dev0", "no final version"),
        ("0.2", "no final version"),
        ("0.02.0", "no final version"),
        ("../../0.2.0", "no final version"),
    ],
)
def test_what_is_no_next_release_is_refused(folder: Path, version: str, reason: str) -> None:
    with pytest.raises(ReleaseError, match=reason):
        record_release(version, b"other", folder)
    assert list(kept_releases(folder)) == ["0.1.0"]


def test_the_build_serves_every_release_and_says_its_hash(built: Path) -> None:
    assert json.loads((built / "releases.json").read_text()) == {
        "latest": list(RELEASED)[-1],
        "releases": {
            version: {"loader": f"/widget/{version}/widget.js", "integrity": integrity}
            for version, integrity in RELEASED.items()
        },
    }
    for version in RELEASED:
        kept = (RELEASES / version / "widget.js").read_bytes()
        assert (built / version / "widget.js").read_bytes() == kept


def test_the_loader_as_it_stands_says_the_projects_version(built: Path) -> None:
    assert f"'{project_version()}'".encode() in (built / "v1.js").read_bytes()


def test_no_other_loader_calls_itself_by_the_name_of_a_release(
    source: Path, tmp_path: Path
) -> None:
    with pytest.raises(BuildError, match=r"v1\.js is not 0\.1\.0 as released"):
        build(source, tmp_path / "target", "0.1.0")
    loader = bundled(source, BUNDLES[0], "0.2.0")
    record_release("0.2.0", loader, source / "releases")
    build(source, tmp_path / "target", "0.2.0")
    assert (tmp_path / "target/v1.js").read_bytes() == loader


def test_a_refused_release_says_why_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(widget_build, "project_version", lambda: "0.2.0.dev0")
    assert main(["--release"]) == 1
    assert capsys.readouterr().err == ("0.2.0.dev0 is no final version: write for instance 0.2.0\n")
