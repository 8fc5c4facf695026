"""/status: whoever holds the receipt learns the status, and nobody learns anything else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from server.partners.service import IssuedKey
from server.web.locale import LANGUAGES
from tests.factories.key import ORIGIN
from tests.web.embed.conftest import _widget, form_site, unsent_form, visitor
from tests.web.embed.visitor import Document, Visitor

__all__ = ["_widget", "form_site", "unsent_form", "visitor"]

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture
def receipt(visitor: Visitor) -> str:
    return visitor.report().ids["receipt"]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda receipt: receipt,
        lambda receipt: receipt.replace(" ", ""),
        lambda receipt: receipt.replace(" ", "-"),
        lambda receipt: f"  {receipt}\t",
        lambda receipt: receipt.translate(ARABIC_INDIC),
    ],
    ids=["as shown", "no spaces", "hyphens", "around", "Arabic-Indic digits"],
)
def test_a_receipt_is_found_in_any_spelling(client: FlaskClient, receipt: str, spelling) -> None:  # type: ignore[no-untyped-def]
    response = client.post("/status?lang=en", data={"receipt": spelling(receipt)})
    assert response.status_code == 200
    assert "We have your report." in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "receipt", ["", "1", "0" * 20, "1" * 21, "x" * 20, "\x00", "<script>alert(1)</script>"]
)
def test_whatever_is_not_found_gets_one_neutral_answer(
    unsent_form: tuple[FlaskClient, IssuedKey], receipt: str
) -> None:
    response = unsent_form[0].post("/status?lang=en", data={"receipt": receipt})
    assert response.status_code == 200
    assert "We have your report." not in response.text
    assert ("We find no report" in response.text) is bool(receipt)
    assert "<script>alert" not in response.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_its_address(
    unsent_form: tuple[FlaskClient, IssuedKey], language: str
) -> None:
    document = Document(unsent_form[0].get(f"/status?lang={language}").text)
    assert document.root == {"lang": language, "dir": LANGUAGES[language].direction}


def test_by_itself_nobody_frames_it(unsent_form: tuple[FlaskClient, IssuedKey]) -> None:
    policy = unsent_form[0].get("/status").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy


def test_opened_from_a_frame_it_may_stand_in_that_frame(
    unsent_form: tuple[FlaskClient, IssuedKey],
) -> None:
    client, key = unsent_form
    form = Document(client.get(f"/embed/{key.text}?lang=en").text)
    address = next(link for link in form.links if link.startswith("/status"))
    response = client.get(address)
    assert f"frame-ancestors {ORIGIN};" in response.headers["Content-Security-Policy"]
    assert f"/embed/{key.text}?lang=en" in Document(response.text).links


@pytest.mark.parametrize("key", ["", "nonsense", "iwfpk_live_" + "0" * 36, "*"])
def test_a_key_that_is_none_lets_nobody_frame_it(
    unsent_form: tuple[FlaskClient, IssuedKey], key: str
) -> None:
    response = unsent_form[0].get("/status", query_string={"key": key})
    assert response.status_code == 200
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_no_cookie_and_all_headers(unsent_form: tuple[FlaskClient, IssuedKey]) -> None:
    for response in (unsent_form[0].get("/status"), unsent_form[0].post("/status", data={})):
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert response.headers["Referrer-Policy"] == "strict-origin"


def test_files_are_refused_here_too(unsent_form: tuple[FlaskClient, IssuedKey]) -> None:
    response = unsent_form[0].post("/status", data=b"x", content_type="multipart/form-data")
    assert response.status_code == 415
