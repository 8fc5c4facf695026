"""The empty form from ready copies: what a warm request costs, and what a copy hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import event

from server.config import Settings
from server.extensions import KEYS
from server.partners import service as partners
from server.partners.key_format import mint_key
from server.partners.service import IssuedKey, KeyMode
from server.storage.database import Database
from server.web.embed import copies as copies_module
from server.web.embed.copies import EXTENSION, Copies
from server.web.encodings import QUICK
from server.web.kept import Kept
from tests.factories.key import KeyFactory
from tests.web.embed.visitor import Document

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    """The time by which the application's keys and copies grow old."""
    clock = Clock()
    app.extensions[KEYS].publishable.clock = clock
    for kept in (stores := app.extensions[EXTENSION]).plain, stores.marked, stores.campaigns:
        kept.clock = clock
    return clock


@pytest.fixture
def work(app: Flask, database: Database) -> Iterator[list[str]]:
    """What is done for the requests: each template and each query."""
    done: list[str] = []

    def rendered(_sender: object, template, **_context: object) -> None:  # type: ignore[no-untyped-def]
        done.append(template.name)

    def asked(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            done.append(statement)

    event.listen(database.engine, "before_cursor_execute", asked)
    with template_rendered.connected_to(rendered, app):
        yield done
    event.remove(database.engine, "before_cursor_execute", asked)


def revoke(database: Database, key: IssuedKey) -> None:
    with database.transaction() as session:
        partners.revoke_key(session, key.text, reason="test", actor="system")


@pytest.mark.parametrize("place", ["embed", "r"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?lang=ar", "?lang=fr&theme=dark", "?campaign=spring"])
def test_a_warm_form_costs_neither_template_nor_query(
    client: FlaskClient, key: IssuedKey, work: list[str], place: str, method: str, query: str
) -> None:
    address = f"/{place}/{key.text}{query}"
    cold = client.get(address)
    assert work, "the first one is made"
    work.clear()
    warm = client.open(address, method=method)
    assert work == []
    assert warm.status_code == 200
    assert warm.headers == cold.headers
    assert warm.get_data() == (cold.get_data() if method == "GET" else b"")


def test_a_warm_form_does_not_reach_flask(app: Flask, client: FlaskClient, key: IssuedKey) -> None:
    client.get(f"/embed/{key.text}")
    reached = []
    app.before_request_funcs.setdefault(None, []).append(lambda: reached.append(1))
    client.get(f"/embed/{key.text}")
    assert reached == []
    client.get(f"/embed/{key.text}?lang=ar")
    assert reached == [1]


def test_in_a_minute_it_costs_one_query_in_five_seconds(
    client: FlaskClient, key: IssuedKey, work: list[str], clock: Clock
) -> None:
    client.get(f"/embed/{key.text}")
    work.clear()
    for _ in range(55):
        clock.now += 1
        assert client.get(f"/embed/{key.text}").status_code == 200
    assert len(work) == 11
    assert all("FROM partner_keys" in each for each in work)


@pytest.mark.parametrize("place", ["embed", "r"])
def test_a_revocation_holds_within_five_seconds(
    client: FlaskClient, key: IssuedKey, database: Database, clock: Clock, place: str
) -> None:
    address = f"/{place}/{key.text}"
    etag = client.get(address).headers["ETag"]
    revoke(database, key)
    clock.now += 5
    assert client.get(address).status_code == 410
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 410


def test_a_revoked_key_takes_no_report_even_while_its_form_is_shown(
    client: FlaskClient, key: IssuedKey, database: Database
) -> None:
    """The intake asks the database: a day after, whatever the cache says."""
    client.get(f"/embed/{key.text}")
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=25)):
        revoke(database, key)
    assert client.post(f"/embed/{key.text}", data={"stage": "check"}).status_code == 410


def test_a_key_expires_by_the_clock_while_it_is_kept(
    client: FlaskClient, database: Database, settings: Settings, clock: Clock
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    with database.transaction() as session:
        key = KeyFactory(session=session, secrets=settings.intake_secrets, expires_at=soon)
    assert client.get(f"/embed/{key.text}").status_code == 200
    with time_machine.travel(soon, tick=False):
        assert client.get(f"/embed/{key.text}").status_code == 410


def test_another_branding_is_another_copy_with_another_etag(
    client: FlaskClient, key: IssuedKey, database: Database, clock: Clock
) -> None:
    before = client.get(f"/embed/{key.text}")
    with database.transaction() as session:
        found = partners.find_key(session, key.text)
        partners.publish_branding(
            session,
            partners.get_partner(session, found.partner_slug),
            display_name="Another name",
            colour="#204060",
            logo=None,
            texts={"fr": {"intro": "Bonjour"}},
            actor="system",
        )
    clock.now += 5
    after = client.get(f"/embed/{key.text}", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Another name" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]


def test_each_variant_has_a_weak_etag_of_its_own(client: FlaskClient, key: IssuedKey) -> None:
    variants = ["?lang=fr", "?lang=ar", "?lang=fr&theme=dark", "?lang=fr&theme=light"]
    variants += ["?lang=fr&campaign=a", "?lang=fr&campaign=b"]
    etags = [client.get(f"/embed/{key.text}{each}").headers["ETag"] for each in variants]
    etags.append(client.get(f"/r/{key.text}?lang=fr").headers["ETag"])
    assert all(each.startswith('W/"') for each in etags)
    assert len(set(etags)) == len(etags)


def test_a_renewed_copy_that_is_the_same_is_not_compressed_again(
    app: Flask, client: FlaskClient, key: IssuedKey, clock: Clock, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    client.get(f"/embed/{key.text}")
    clock.now += 61
    monkeypatch.setattr(copies_module, "ready", None)
    assert client.get(f"/embed/{key.text}").status_code == 200


@pytest.mark.parametrize("campaign", ["spring", "spring 2026", "é~x", "a.b_c-d", "٤"])
def test_a_campaign_is_put_in_where_rendering_would_write_it(
    client: FlaskClient, key: IssuedKey, campaign: str
) -> None:
    response = client.get(
        f"/embed/{key.text}", query_string={"lang": "en", "campaign": campaign, "theme": "dark"}
    )
    # The form with an error is rendered for its one citizen.
    rendered = client.post(
        f"/embed/{key.text}",
        query_string={"lang": "en", "campaign": campaign, "theme": "dark"},
        data={"stage": "change"},
    )
    assert f'data-campaign="{campaign}"' in response.text
    assert f'data-campaign="{campaign}"' in rendered.text
    assert Document(response.text).links == Document(rendered.text).links
    assert copies_module.MARK not in response.text


def test_invented_campaigns_cost_no_rendering_and_push_nothing_out(
    app: Flask, client: FlaskClient, key: IssuedKey, work: list[str]
) -> None:
    stores: Copies = app.extensions[EXTENSION]
    object.__setattr__(stores, "campaigns", Kept(8, 60))
    client.get(f"/embed/{key.text}")
    client.get(f"/embed/{key.text}?campaign=first")
    work.clear()
    for number in range(40):
        assert client.get(f"/embed/{key.text}?campaign=c{number}").status_code == 200
    client.get(f"/embed/{key.text}")
    assert work == []
    assert len(stores.campaigns) == 8
    assert (len(stores.plain), len(stores.marked)) == (1, 1)


def test_the_copy_of_all_is_compressed_best(client: FlaskClient, key: IssuedKey) -> None:
    packed = client.get(f"/embed/{key.text}", headers={"Accept-Encoding": "br"}).get_data()
    html = brotli.decompress(packed)
    assert len(packed) == len(brotli.compress(html, quality=11))
    assert len(packed) < len(brotli.compress(html, quality=QUICK))


def test_pages_in_its_stead_are_kept_too(client: FlaskClient, work: list[str]) -> None:
    client.get(f"/embed/{mint_key('iwfpk', KeyMode.LIVE).text}")
    work.clear()
    response = client.get(f"/embed/{mint_key('iwfpk', KeyMode.LIVE).text}")
    assert response.status_code == 404
    assert len(work) == 1, "one query for an unknown key, no template"
    client.get("/r/nonsense")
    assert len(work) == 1, "none for a malformed one"


@pytest.mark.parametrize("text", ["nonsense", "iwfpk_live_" + "1" * 36])
def test_the_page_for_an_unknown_key_answers_any_loader(client: FlaskClient, text: str) -> None:
    response = client.get(f"/embed/{text}?lang=en", headers={"Accept-Encoding": "br"})
    html = brotli.decompress(response.get_data())
    assert b'data-origins="*"' in html
    assert b"<script>" in html
    assert (
        "script-src 'self' 'unsafe-inline' 'sha256-"
        in (response.headers["Content-Security-Policy"])
    )
    assert len(response.get_data()) < 4_096


@pytest.mark.parametrize("query", ["?" + "x" * 600, "?lang=fr&lang=ar", "?campaign=%00", "?%ff"])
def test_odd_queries_get_the_form(client: FlaskClient, key: IssuedKey, query: str) -> None:
    for _ in range(2):
        response = client.get(f"/embed/{key.text}{query}")
        assert response.status_code == 200
        assert Document(response.text).root["lang"] == "fr"
