"""What a form may be sent that no person would type: always an answer, never an error of ours."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from server.reports.service import Report
from server.storage.database import Database
from tests.web.embed.visitor import ADDRESS, TYPED, Visitor

FORM = "application/x-www-form-urlencoded"


def refused(reader: Visitor, **typed: str | list[str]) -> str:
    """What is said at the field `addresses` or at the only field that was typed over."""
    document = reader.press("check", **{**TYPED, **typed})
    assert reader.response.status_code == 422
    return next(text for name, text in document.ids.items() if name.endswith("-error"))


@pytest.mark.parametrize(
    "addresses",
    [
        "",
        " \r\n \t ",
        "\n".join(f"https://example.org/{n}" for n in range(21)),
        "https://example.org/" + "a" * 2_029,
        "javascript:alert(1)",
        "data:image/png;base64,iVBORw0KGgo=",
        "file:///etc/passwd",
        "mailto:someone@example.org",
        "https://",
        "https:///path",
        "http://127.0.0.1/",
        "just some words",
        "https://example.org https://example.net",
        "https://a\x00b.example/",
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(reader: Visitor, addresses: str) -> None:
    assert len(refused(reader, addresses=addresses)) > 15


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (f"  {ADDRESS}  ", ADDRESS),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("hxxps://host[.]example/x", "https://host.example/x"),
        ("example.com/x", "https://example.com/x"),
        ("https://me:secret@example.org/", "https://example.org/"),
        ("https://example.org/" + "a" * 2_028, "a" * 2_028),
    ],
)
def test_what_can_be_understood_is_understood(reader: Visitor, typed: str, shown: str) -> None:
    assert shown in reader.press("check", **TYPED | {"addresses": typed}).text
    assert reader.response.status_code == 200


def test_twenty_addresses_are_taken(reader: Visitor) -> None:
    addresses = "\n".join(f"https://example.org/{n}" for n in range(20))
    reader.press("check", **TYPED | {"addresses": addresses})
    assert reader.response.status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seen_on", "2999-01-01"),
        ("seen_on", "yesterday"),
        ("contact", "not an address"),
        ("report_type", "unheard_of"),
        ("site_kind", "unheard_of"),
        ("already_reported_to", "unheard_of"),
        ("description", "x" * 1_001),
        ("access_note", "x" * 301),
        ("platform_user", "x" * 201),
        ("referrer_url", "javascript:alert(1)"),
        ("handle", "a group, but of what app"),
        ("territory", "x" * 5_000),
        ("description", "data:image/png;base64,iVBORw0KGgo="),
    ],
)
def test_what_is_wrong_is_said_at_its_field(reader: Visitor, field: str, value: str) -> None:
    document = reader.press("check", **{**TYPED, field: value})
    assert reader.response.status_code == 422
    blamed = [name for name in document.ids if name.endswith("-error")]
    assert blamed == ["platform-error" if field == "handle" else f"{field}-error"]


@pytest.mark.parametrize("code", ["\x00", "\x0b", "\x7f"])
def test_characters_that_cannot_be_read_are_refused_at_their_field(
    reader: Visitor, code: str
) -> None:
    assert "cannot be read" in refused(reader, description=f"a{code}b")


@pytest.mark.parametrize("body", [b"description=%FF", b"description=%ED%A0%80", b"addresses=\xc3("])
def test_bytes_that_are_no_text_are_400_with_what_to_do(reader: Visitor, body: bytes) -> None:
    reader.response = reader.client.post(reader.address, data=body, content_type=FORM)
    assert reader.response.status_code == 400
    assert "go back and type them again" in reader.document.text


def test_files_are_never_taken_and_the_reason_is_given(reader: Visitor) -> None:
    reader.response = reader.client.post(
        reader.address, data={"file": (io.BytesIO(b"picture"), "picture.png")}
    )
    assert reader.response.status_code == 415
    assert "We cannot take pictures or files" in reader.document.text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_kind_of_body_is_415(reader: Visitor, kind: str) -> None:
    response = reader.client.post(reader.address, data=b"{}", content_type=kind)
    assert response.status_code == 415


def test_more_than_64_kib_are_413(reader: Visitor) -> None:
    body = b"description=" + b"a" * 65_536
    reader.response = reader.client.post(reader.address, data=body, content_type=FORM)
    assert reader.response.status_code == 413
    assert "Nothing is lost" in reader.document.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_unknown_and_doubled_fields_do_no_harm(visitor: Visitor, database: Database) -> None:
    fields = visitor.press("check", **TYPED).fields
    fields.add("report_type", "adult_content")
    fields.add("is_admin", "1")
    fields["stage"] = "send"
    visitor.post(fields)
    with database.reading() as session:
        assert session.scalar(select(func.count(Report.id))) == 1


def test_a_made_up_retry_key_is_replaced(reader: Visitor) -> None:
    document = reader.press("check", **TYPED, idempotency="guess")
    assert len(document.fields["idempotency"]) == 22


def test_a_stage_that_does_not_exist_is_the_first(reader: Visitor) -> None:
    document = reader.press("hack", **TYPED)
    assert "token" in document.fields


@pytest.mark.parametrize(
    "payload",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "'-alert(1)-'"],
)
def test_words_never_become_markup(reader: Visitor, payload: str) -> None:
    reader.address = f"{reader.address}&campaign={payload}"
    for stage in ("check", "change"):
        typed = {"description": payload, "access_note": payload, "platform_user": payload}
        reader.press(stage, **TYPED, **typed, embed_origin=payload)
        html = reader.response.get_data(as_text=True)
        assert reader.response.status_code == 200
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "49" not in reader.document.ids.get("review", "")
