"""The form without script: from the empty form to the receipt, and whatever goes wrong between."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.config import Settings
from server.partners.service import IssuedKey
from server.reports.service import Report, load_private_keys, open_report
from server.reports.vocabulary import Lane
from server.storage.database import Database
from tests.conftest import PASSPHRASE
from tests.web.embed.visitor import ADDRESS, TYPED, Visitor

RECEIPT = re.compile(r"\d{4}( \d{4}){4}")


def stored(database: Database) -> list[Report]:
    with database.reading() as session:
        return list(session.scalars(select(Report)))


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Report.id))) or 0


def test_a_report_reaches_its_receipt(visitor: Visitor, database: Database) -> None:
    document = visitor.report()
    assert visitor.response.status_code == 200
    assert RECEIPT.fullmatch(document.ids["receipt"])
    assert document.ids["reference"] == stored(database)[0].reference


def test_every_answer_arrives_sealed(
    visitor: Visitor, database: Database, settings: Settings
) -> None:
    visitor.report(
        territory="Sénégal",
        addresses=f"{ADDRESS}\r\n\r\n example.net/second ",
        platform="Chat",
        handle="@group",
        site_kind="forum",
        access="login",
        access_note="Sign in first",
        referrer_url="https://example.org/links",
        platform_user="someone",
        seen_at="today",
        seen_on="2026-01-31",
        how_found="search",
        media_kind="image",
        description="Third\r\npost",
        already_reported_to=["platform", "police"],
        contact="citizen@example.org",
    )
    assert settings.sealing_key_file is not None
    private_keys = load_private_keys(settings.sealing_key_file, PASSPHRASE)
    with database.reading() as session:
        report = session.scalars(select(Report)).one()
        opened = open_report(session, report, private_keys)
    assert (report.territory, report.language) == ("SN", "en")
    assert opened.fields == {
        "report_type": "not_sure",
        "addresses": [
            {"url": ADDRESS},
            {"url": "https://example.net/second", "notices": ["assumed_https"]},
            {"platform": "Chat", "handle": "@group"},
        ],
        "site_kind": "forum",
        "access": "login",
        "access_note": "Sign in first",
        "referrer_url": "https://example.org/links",
        "platform_user": "someone",
        "seen_at": "today",
        "seen_on": "2026-01-31",
        "how_found": "search",
        "media_kind": "image",
        "description": "Third\npost",
        "already_reported_to": ["platform", "police"],
    }
    assert opened.contact == {"email": "citizen@example.org"}


def test_nothing_is_stored_before_sending(visitor: Visitor, database: Database) -> None:
    visitor.press("check", **TYPED)
    assert count(database) == 0


def test_campaign_and_language_of_the_address_stay_to_the_end(
    client: FlaskClient, key: IssuedKey, database: Database
) -> None:
    visitor = Visitor(client, f"/r/{key.text}?lang=ar&campaign=spring")
    assert visitor.report().root["lang"] == "ar"
    report = stored(database)[0]
    assert (report.campaign, report.language) == ("spring", "ar")


def test_errors_keep_what_was_typed_and_stand_at_their_fields(visitor: Visitor) -> None:
    document = visitor.press(
        "check", addresses="javascript:alert(1)", description="Below <the> fold", site_kind="blog"
    )
    assert visitor.response.status_code == 422
    assert {"report_type-error", "addresses-error"} <= set(document.ids)
    assert {"#report_type", "#addresses"} <= set(document.links)
    assert document.fields["addresses"] == "javascript:alert(1)"
    assert document.fields["description"] == "Below <the> fold"
    assert document.fields["site_kind"] == "blog"
    assert document.fields["step"] == "2", "with script the form opens where the first error is"


def test_the_wrong_one_of_several_addresses_is_named(visitor: Visitor) -> None:
    document = visitor.press("check", **TYPED | {"addresses": f"{ADDRESS}\nmailto:a@example.org"})
    assert "Address 2:" in document.ids["addresses-error"]


def test_a_country_that_nobody_knows_is_asked_for_again(visitor: Visitor) -> None:
    document = visitor.press("check", **TYPED, territory="Atlantis")
    assert visitor.response.status_code == 422
    assert "territory-error" in document.ids


@pytest.mark.parametrize("typed", ["السنغال", "Senegal", "SÉNÉGAL", "sn"])
def test_a_country_is_understood_in_every_language_of_the_form(
    visitor: Visitor, typed: str
) -> None:
    assert "Senegal" in visitor.press("check", **TYPED, territory=typed).text


def test_the_check_page_says_what_was_changed_in_an_address(visitor: Visitor) -> None:
    addresses = ["hxxp://a[.]example/", "https://me:pw@example.org/", "example.net/x"]
    document = visitor.press("check", **TYPED | {"addresses": "\n".join(addresses)})
    assert "http://a.example/" in document.text
    assert "We wrote it as a normal address." in document.text
    assert "https://example.org/" in document.text
    assert "We took a user name or password out of it." in document.text
    assert "We put https:// in front of it." in document.text


def test_a_reported_address_is_never_a_link(visitor: Visitor) -> None:
    document = visitor.press("check", **TYPED, referrer_url="https://example.org/links")
    assert "https://example.org/links" in document.text
    assert not [link for link in document.links if "example" in link]


def test_change_brings_everything_back_and_is_still_the_same_report(
    visitor: Visitor, database: Database
) -> None:
    first = visitor.press("check", **TYPED, description="Before")
    retry_key = first.fields["idempotency"]
    form = visitor.press("change")
    assert visitor.response.status_code == 200
    assert (form.fields["addresses"], form.fields["description"]) == (ADDRESS, "Before")
    assert visitor.press("check", description="After").fields["idempotency"] == retry_key
    visitor.press("send")
    assert count(database) == 1


@pytest.mark.parametrize("times", [2, 3])
def test_sending_the_same_page_again_is_one_report(
    visitor: Visitor, database: Database, times: int
) -> None:
    fields = visitor.press("check", **TYPED).fields
    fields["stage"] = "send"
    receipts = {visitor.post(fields).ids["receipt"] for _ in range(times)}
    assert len(receipts) == 1
    assert count(database) == 1


def test_something_else_under_the_same_retry_key_is_asked_about(
    visitor: Visitor, database: Database
) -> None:
    fields = visitor.press("check", **TYPED).fields
    visitor.press("send")
    visitor.post({**fields.to_dict(), "stage": "check", "description": "More"})
    document = visitor.press("send")
    assert "another one" in document.text
    assert count(database) == 1
    visitor.press("send")
    assert count(database) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"token": ""},
        {"token": "1.x.y"},
        {"token": "1795320786492.AAAAAAAAAAAAAAAAAAAAAA." + "0" * 64},
        {"token": "٣.AAAAAAAAAAAAAAAAAAAAAA.é"},
        {"addresses": "https://other.example/"},
        {"description": "added"},
    ],
)
def test_a_token_that_does_not_fit_loses_nothing(
    visitor: Visitor, database: Database, changed: dict[str, str]
) -> None:
    fields = visitor.press("check", **TYPED).fields
    document = visitor.post({**fields.to_dict(), **changed, "stage": "send"})
    assert visitor.response.status_code == 200
    assert "check your answers once more" in document.text
    assert count(database) == 0
    visitor.press("send")
    assert count(database) == 1


def test_a_token_of_another_key_is_refused(
    client: FlaskClient, key: IssuedKey, visitor: Visitor, database: Database, other_key: IssuedKey
) -> None:
    fields = visitor.press("check", **TYPED).fields
    visitor.address = f"/embed/{other_key.text}?lang=en"
    assert "once more" in visitor.post({**fields.to_dict(), "stage": "send"}).text
    assert count(database) == 0


@pytest.mark.parametrize(
    ("pause", "lane"), [(timedelta(seconds=2), Lane.LOW), (timedelta(seconds=3), Lane.NORMAL)]
)
def test_a_persons_pace_earns_the_normal_lane(
    visitor: Visitor, database: Database, pause: timedelta, lane: Lane
) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        visitor.press("check", **TYPED)
        clock.shift(pause)
        visitor.press("send")
    assert stored(database)[0].lane is lane


def test_a_day_later_the_answers_are_checked_once_more(
    visitor: Visitor, database: Database
) -> None:
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        visitor.press("check", **TYPED)
        clock.shift(timedelta(hours=24, seconds=1))
        assert "once more" in visitor.press("send").text
        assert count(database) == 0
        visitor.press("send")
    assert count(database) == 1


@pytest.mark.parametrize(
    ("choice", "help_at"),
    [
        ("adult_content", "stopncii"),
        ("grooming_or_contact", ""),
        ("picture_of_myself", "takeitdown"),
        ("something_else", ""),
    ],
)
def test_out_of_remit_ends_with_who_can_help_and_keeps_nothing(
    visitor: Visitor, database: Database, choice: str, help_at: str
) -> None:
    document = visitor.press("check", report_type=choice, addresses=ADDRESS)
    assert visitor.response.status_code == 200
    assert "Who can help" in document.text
    assert any(help_at in link for link in document.links)
    assert ADDRESS not in visitor.response.get_data(as_text=True)
    assert count(database) == 0


def test_the_script_asks_for_another_language_and_keeps_what_was_typed(
    client: FlaskClient, key: IssuedKey
) -> None:
    visitor = Visitor(client, f"/embed/{key.text}?lang=ar")
    document = visitor.post({"step": "3", "addresses": "half an addr"})
    assert visitor.response.status_code == 200
    assert document.root == {"lang": "ar", "dir": "rtl"}
    assert (document.fields["addresses"], document.fields["step"]) == ("half an addr", "3")
