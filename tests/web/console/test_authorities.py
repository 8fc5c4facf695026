"""The directory in the console: found, edited, checked, removed and brought back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server.directory.service import Authority, list_authorities, load_directory
from server.staff.service import RoleName
from server.storage.database import Database
from tests.directory.rows import a_row
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import URL, Visitor, text_of

LINK = "https://hotline.example.org/report"
UNVERIFIED = "https://unverified.example.org/"


@pytest.fixture
def row(database: Database) -> Authority:
    """A hotline in Ghana with a verified link, and one in Kenya whose link is not."""
    rows = [
        a_row(url=LINK),
        a_row(
            country_code="KE", country="Kenya", kind="police", name="Police",
            url=UNVERIFIED, verified="existence",
        ),
    ]  # fmt: skip
    with database.transaction() as session:
        load_directory(session, rows, now=datetime.now(UTC), actor="command:test")
        return list_authorities(session, territory="GH")[0]


@pytest.fixture
def manager(sign_in: SignIn, member: Member) -> Visitor:
    return sign_in(member(RoleName.PORTAL_MANAGER))


def stored(database: Database, *, removed: bool = False) -> Authority:
    with database.reading() as session:
        return list_authorities(session, territory="GH", removed=removed)[0]


def send(visitor: Visitor, path: str, **changes: Any) -> TestResponse:
    """Fill the form at `path` in and send it."""
    page = visitor.get(path)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    data = {
        "csrf_token": token[1],
        "revision": "1",
        "name": "Example Hotline",
        "kind": "inhope_hotline",
        "url": LINK,
        "verified": "url",
        "languages": "en",
        "emergency": "",
        "source": "seen on the hotline's own page",
        "note": "",
    }
    return visitor.client.post(
        path, base_url=URL, data=data | changes, headers={"Referer": URL + "/"}
    )


def press(visitor: Visitor, row: Authority, action: str, revision: int = 1) -> TestResponse:
    path = f"/console/directory/{row.id}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(path).text)
    assert token
    return visitor.client.post(
        f"{path}/{action}",
        base_url=URL,
        data={"csrf_token": token[1], "revision": str(revision)},
        headers={"Referer": URL + "/"},
    )


def test_the_list_links_what_was_verified_and_nothing_else(
    manager: Visitor, row: Authority
) -> None:
    page = manager.get("/console/directory").text
    assert f'href="{LINK}" rel="noreferrer noopener"' in page
    assert UNVERIFIED not in page
    assert "2 authorities, 1 with a verified link, 2 not checked for a year" in text_of(
        manager.get("/console/directory")
    )


def test_an_unverified_address_is_text_on_its_own_page(
    manager: Visitor, row: Authority, database: Database
) -> None:
    with database.reading() as session:
        (kenya,) = list_authorities(session, territory="KE")
    page = manager.get(f"/console/directory/{kenya.id}").text
    assert UNVERIFIED in page
    assert f'href="{UNVERIFIED}' not in page


def test_the_list_is_filtered(manager: Visitor, row: Authority, database: Database) -> None:
    def names(query: str) -> list[str]:
        page = manager.get(f"/console/directory?{query}").text
        return re.findall(r'class="row-name"[^>]*><bdi>([^<]+)', page)

    assert names("") == ["Example Hotline", "Police"]
    assert names("territory=KE") == ["Police"]
    assert names("kind=inhope_hotline") == ["Example Hotline"]
    assert names("verified=existence") == ["Police"]
    assert names("show=removed") == []
    press(manager, row, "check")
    assert names("show=overdue") == ["Police"]
    for query in ("territory=XX", "kind=%00", "show=eaten"):
        assert manager.get(f"/console/directory?{query}").status_code == 200


def test_an_edit_is_saved_and_shown(manager: Visitor, row: Authority, database: Database) -> None:
    path = f"/console/directory/{row.id}/edit"
    sent = send(manager, path, name="New Name", languages="en, fr;pt-BR", note="by phone")
    assert sent.status_code == 303
    page = text_of(manager.get(sent.location))
    assert "Saved." in page
    assert "New Name" in page
    assert "English, French, pt-BR" in page
    assert stored(database).languages == ["en", "fr", "pt-BR"]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    manager: Visitor, row: Authority, database: Database
) -> None:
    path = f"/console/directory/{row.id}/edit"
    answer = send(manager, path, url="http://typed.example.org/", source="", name="\u202egnilto")
    assert answer.status_code == 200
    assert 'id="url-error"' in answer.text
    assert "write the https:// address" in text_of(answer)
    assert 'id="source-error"' in answer.text
    assert "turn the direction" in text_of(answer)
    assert 'value="http://typed.example.org/"' in answer.text
    assert stored(database).url == LINK


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "eaten"},
        {"verified": ""},
        {"name": "x" * 5_000},
        {"note": "x" * 5_000},
        {"languages": "no language!"},
        {"url": "https://127.0.0.1/"},
        {"name": "a\0b"},
        {"revision": "one"},
    ],
)
def test_bad_input_is_refused_without_a_change(
    manager: Visitor, row: Authority, database: Database, changes: dict[str, str]
) -> None:
    answer = send(manager, f"/console/directory/{row.id}/edit", **changes)
    assert answer.status_code == 200
    assert "Nothing was changed yet" in answer.text
    assert stored(database).revision == 1


def test_the_second_editor_sees_both_and_decides(
    manager: Visitor, row: Authority, database: Database
) -> None:
    path = f"/console/directory/{row.id}/edit"
    send(manager, path, note="from the first")
    answer = send(manager, path, note="from the second")
    assert answer.status_code == 200
    assert "changed by somebody else" in text_of(answer)
    assert "from the first" in answer.text
    assert "from the second" in answer.text
    assert 'name="revision" type="hidden" value="2"' in answer.text
    send(manager, path, note="both", revision="2")
    assert stored(database).note == "both"


def test_an_authority_is_added_once(manager: Visitor, row: Authority, database: Database) -> None:
    path = "/console/directory/new"
    sent = send(manager, path, territory="SN", place="", name="Ligne verte", note="a <b>note</b>")
    assert sent.status_code == 303
    page = manager.get(sent.location)
    assert "Ligne verte" in page.text
    assert "<b>note" not in page.text
    again = send(manager, path, territory="SN", place="", name="Ligne verte")
    assert "is there already: edit it" in text_of(again)
    nowhere = send(manager, path, territory="", place="", name="Nowhere")
    assert 'id="place-error"' in nowhere.text


def test_check_remove_and_bring_back(manager: Visitor, row: Authority, database: Database) -> None:
    assert press(manager, row, "check").status_code == 303
    checked = stored(database).checked_at
    assert checked is not None
    assert datetime.now(UTC) - checked < timedelta(minutes=1)
    press(manager, row, "remove")
    page = text_of(manager.get(f"/console/directory/{row.id}"))
    assert "citizens do not see it" in page
    assert "Example Hotline" not in text_of(manager.get("/console/directory"))
    press(manager, row, "restore", revision=2)
    assert stored(database).removed_at is None


def test_a_stale_button_does_nothing_and_says_so(
    manager: Visitor, row: Authority, database: Database
) -> None:
    send(manager, f"/console/directory/{row.id}/edit", note="meanwhile")
    answer = press(manager, row, "remove", revision=1)
    assert "Nothing was done" in text_of(manager.get(answer.location))
    assert stored(database).removed_at is None


def test_who_may_only_look_has_no_button(
    sign_in: SignIn, member: Member, row: Authority, database: Database
) -> None:
    looking = sign_in(member(RoleName.ANALYST))
    page = looking.get(f"/console/directory/{row.id}")
    assert page.status_code == 200
    assert "I looked at it today" not in page.text
    assert looking.get(f"/console/directory/{row.id}/edit").status_code == 403
    assert press(looking, row, "remove").status_code == 403
    assert stored(database).removed_at is None


def test_what_is_not_there_is_not_found(manager: Visitor, row: Authority) -> None:
    nobody = "/console/directory/00000000-0000-7000-8000-000000000000"
    assert manager.get(nobody).status_code == 404
    assert manager.get(nobody + "/edit").status_code == 404
    assert manager.get("/console/directory/x").status_code == 404


def test_an_empty_directory_tells_the_next_step(manager: Visitor) -> None:
    assert "portals directory load" in text_of(manager.get("/console/directory"))
