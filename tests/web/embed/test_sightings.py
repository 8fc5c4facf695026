"""Which pages ask for the form is counted by origin, and nothing else of the request is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text

from server.partners.models import PartnerKey, SightingNote
from server.storage.ids import new_id
from server.web.embed import sightings
from server.web.embed.sightings import BOOK
from tests.partners.test_sighted_origin import LOOK_ALIKES, MACHINES

ORIGIN = "https://www.example.org"
INSIDE = {"Referer": f"{ORIGIN}/", "Sec-Fetch-Dest": "iframe"}


@pytest.fixture(autouse=True)
def _flush_by_hand(monkeypatch):
    monkeypatch.setattr(sightings, "FLUSH_S", 3_600)


@pytest.fixture
def book(app):
    return app.extensions[BOOK]


@pytest.fixture
def counted(book, database, key):
    """What is known of the key once this process handed its counts over."""

    def read():
        book.flush()
        names = (SightingNote.origin, SightingNote.allowed)
        query = select(*names, func.sum(SightingNote.seen)).group_by(*names)
        with database.reading() as session:
            found = session.execute(query.where(SightingNote.key_id == key.row.id))
            return {(origin, allowed): seen for origin, allowed, seen in found}

    return read


def show(client, key, headers, path="/embed/{}?lang=en", **more):
    return client.get(path.format(key.text), headers=headers, **more)


def test_the_first_view_and_those_from_the_ready_copy_count_alike(client, key, counted):
    for _ in range(3):
        assert show(client, key, INSIDE).status_code == 200
    assert counted() == {(ORIGIN, True): 3}


def test_a_browser_that_has_the_form_already_counts(client, key, counted):
    etag = show(client, key, INSIDE).headers["ETag"]
    assert show(client, key, INSIDE | {"If-None-Match": etag}).status_code == 304
    assert counted() == {(ORIGIN, True): 2}


def test_a_page_that_the_key_does_not_name_is_counted_as_refused(client, key, counted):
    show(client, key, INSIDE | {"Referer": "https://elsewhere.example/"})
    assert counted() == {("https://elsewhere.example", False): 1}


def test_an_old_browser_that_does_not_say_where_it_shows_the_form_is_believed(client, key, counted):
    show(client, key, {"Referer": f"{ORIGIN}/"})
    assert counted() == {(ORIGIN, True): 1}


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"Sec-Fetch-Dest": "iframe"}, "/embed/{}"),
        (INSIDE | {"Sec-Fetch-Dest": "document"}, "/embed/{}"),
        (INSIDE, "/r/{}"),
        (INSIDE | {"Referer": "https://report.example.org/embed/x"}, "/embed/{}"),
        (INSIDE | {"Referer": "https://console.example.org/"}, "/embed/{}"),
    ],
    ids=["no referrer", "opened by itself", "a page of its own", "our frame", "our console"],
)
def test_what_is_no_partners_frame_is_no_sighting(client, key, counted, headers, path):
    for _ in range(2):
        assert show(client, key, headers, path).status_code == 200
    assert counted() == {}


def test_asking_for_headers_alone_is_no_sighting(client, key, counted):
    show(client, key, INSIDE)
    client.head(f"/embed/{key.text}?lang=en", headers=INSIDE)
    assert counted() == {(ORIGIN, True): 1}


def test_an_unknown_key_is_counted_nowhere(client, key, book):
    wrong = key.text[:-1] + ("a" if key.text[-1] != "a" else "b")
    client.get(f"/embed/{wrong}", headers=INSIDE)
    assert book._counts == {}


def test_nothing_of_the_citizen_reaches_the_database(client, key, counted, database):
    headers = {
        "Referer": f"{ORIGIN}/canary-path/of-a-citizen?canary-query=1",
        "User-Agent": "CanaryBrowser/1.0",
        "X-Forwarded-For": "203.0.113.77",
        "Accept-Language": "canary-tongue",
    }
    for _ in range(2):
        show(client, key, headers, environ_base={"REMOTE_ADDR": "203.0.113.78"})
    assert counted() == {(ORIGIN, True): 2}
    assert stored_text(database).count(ORIGIN) >= 1
    for canary in ("canary", "Canary", "203.0.113"):
        assert canary not in stored_text(database)


def stored_text(database):
    """All that the database holds, as text; of SQLite the files' bytes."""
    if database.is_sqlite:
        path = Path(database.engine.url.database)
        return b"".join(file.read_bytes() for file in path.parent.glob("portals.db*")).decode(
            "latin-1"
        )
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "".join(
            str(connection.execute(text(f'SELECT * FROM "{table}"')).all())  # noqa: S608
            for table in tables
        )


def test_the_moment_of_a_view_is_not_kept_but_that_of_the_count(client, key, book, database):
    show(client, key, INSIDE)
    viewed = datetime.now(UTC)
    book.flush()
    with database.reading() as session:
        assert session.scalars(select(SightingNote.last_at)).one() >= viewed


def test_what_looks_like_an_allowed_origin_never_passes_for_it(client, key, counted):
    for claimed in LOOK_ALIKES:
        address = claimed.encode("utf-8").decode("latin-1")
        show(client, key, INSIDE | {"Referer": address})
    found = counted()
    assert not any(allowed for _, allowed in found)
    assert sum(found.values()) == len(LOOK_ALIKES)


def test_what_could_name_a_machine_is_counted_without_its_name(client, key, counted):
    for page in MACHINES:
        show(client, key, INSIDE | {"Referer": page})
    assert counted() == {("other", False): len(MACHINES)}


def test_a_page_on_a_local_machine_is_named_when_the_key_allows_it(client, key, counted, database):
    with database.transaction() as session:
        session.get_one(PartnerKey, key.row.id).origins = ["http://192.168.1.20:8080"]
    show(client, key, INSIDE | {"Referer": "http://192.168.1.20:8080/"})
    assert counted() == {("http://192.168.1.20:8080", True): 1}


def test_the_encrypted_page_of_a_plain_entry_counts_as_allowed(client, key, counted, database):
    with database.transaction() as session:
        session.get_one(PartnerKey, key.row.id).origins = ["http://www.example.org"]
    show(client, key, INSIDE)
    assert counted() == {(ORIGIN, True): 1}


def test_a_flood_of_invented_pages_costs_51_rows_and_hides_no_real_one(
    client, key, counted, database
):
    for number in range(200):
        show(client, key, INSIDE | {"Referer": f"https://flood{number}.example/"})
    show(client, key, INSIDE)
    found = counted()
    assert found[ORIGIN, True] == 1
    assert found["other", False] == 150
    assert sum(found.values()) == 201
    with database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(SightingNote))
    assert rows == 50 + 1 + 1


def test_a_flood_below_a_wildcard_costs_51_rows_and_hides_no_listed_page(
    client, key, counted, database
):
    with database.transaction() as session:
        session.get_one(PartnerKey, key.row.id).origins = ["https://*.example.org", ORIGIN]
    for number in range(120):
        page = f"https://p{number}.example.org/"
        assert show(client, key, INSIDE | {"Referer": page}).status_code == 200
    show(client, key, INSIDE)
    found = counted()
    assert found[ORIGIN, True] == 1
    assert sum(found.values()) == 121
    with database.reading() as session:
        rows = session.execute(select(SightingNote.origin, SightingNote.seen)).all()
    assert len(rows) == 50 + 1 + 1
    assert ("https://*.example.org", 70) in rows


def test_a_process_holds_a_thousand_counts_and_hands_them_over_when_half_full(book, monkeypatch):
    begun = []
    monkeypatch.setattr(book, "_later", begun.append)
    keys = [new_id() for _ in range(30)]
    for number in range(1_200):
        origin = f"https://p{number}.example"
        book._count(keys[number % 30], sightings.Verdict(origin, False, "other"))
    assert len(book._counts) == sightings.MAX_ENTRIES + len(keys)
    assert sum(book._counts.values()) == 1_200
    assert len(begun) == 2


def test_a_database_that_fails_loses_counts_and_no_answer(client, key, book, database):
    with database.transaction() as session:
        session.execute(text("ALTER TABLE sighting_notes RENAME TO away"))
    try:
        assert show(client, key, INSIDE).status_code == 200
        book.flush()
        assert show(client, key, INSIDE).status_code == 200
    finally:
        book.forget()
        with database.transaction() as session:
            session.execute(text("ALTER TABLE away RENAME TO sighting_notes"))


def test_the_counts_are_handed_over_by_themselves(client, key, database, book, monkeypatch):
    begun = []
    monkeypatch.setattr(book, "_later", begun.append)
    show(client, key, INSIDE)
    show(client, key, INSIDE)
    assert [thread.interval for thread in begun] == [sightings.FLUSH_S]
    begun[0].function()
    assert book._counts == {}
    show(client, key, INSIDE)
    assert len(begun) == 2


def test_a_forked_process_does_not_count_the_others_again(client, key, book):
    show(client, key, INSIDE)
    sightings._forget_all()
    assert book._counts == {}
