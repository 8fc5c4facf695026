"""P9: after success, refusal, failure and crash nothing is left that leads to a citizen."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from server.intake.service import new_idempotency_key
from server.reports.models import Report
from tests.factories.report import report_body
from tests.privacy.canaries import FORWARDED, Canaries, hits, needles
from tests.privacy.installation import Installation, installed, request
from tests.privacy.places import DatabaseFiles, files_below, redis_contents, talkative

KINDS = {"log", "database", "spool", "redis", "temporary files"}


class Citizen:
    """Somebody all of whose traits and words are canaries."""

    def __init__(self, canaries: Canaries, there: Installation, key: str) -> None:
        self.canaries, self.there, self.key = canaries, there, key

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> int:
        telling = {
            "User-Agent": self.canaries.user_agent,
            "Referer": self.canaries.referrer,
            "X-Forwarded-For": f"{FORWARDED}, {self.canaries.word}",
            "Forwarded": f"for={FORWARDED}",
            "Cookie": f"session={self.canaries.word}",
            "Accept-Language": self.canaries.word,
            "Origin": f"https://{self.canaries.tag}.example",
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.there.send(request(method, path, body, telling | given))

    def report(self, idempotency_key: str = "", /, **changes: object) -> int:
        body = json.dumps(report_body(self.key, **(self.words() | changes))).encode()
        return self.post(body, idempotency_key or new_idempotency_key())

    def post(self, body: bytes, idempotency_key: str) -> int:
        kind = {"Content_Type": "application/json", "Idempotency_Key": idempotency_key}
        return self.ask("POST", f"/api/v1/reports?{self.canaries.word}", body, **kind)

    def words(self) -> dict[str, object]:
        canaries = self.canaries
        return {
            "addresses": [{"url": canaries.address}, {"platform": "x", "handle": canaries.word}],
            "description": f"It is at {canaries.address}, says {canaries.word}.",
            "access_note": canaries.word,
            "referrer_url": canaries.address,
            "platform_user": canaries.word,
            "contact": {"email": canaries.email},
            "embed_origin": f"https://{canaries.tag}.example",
        }

    def form(self) -> int:
        """The form without script, as far as the page that shows the answers once more."""
        fields = {"report_type": "not_sure", "addresses": self.canaries.address}
        sent = urlencode(fields | {"description": self.canaries.word}).encode()
        kind = "application/x-www-form-urlencoded"
        path = f"/embed/{self.key}?lang=fr&x={quote(self.canaries.address)}"
        return self.ask("POST", path, sent, Content_Type=kind)


def live_through(citizen: Citizen) -> None:
    """Success, and every kind of refusal."""
    word, key = citizen.canaries.word, citizen.key
    lookup = json.dumps({"receipt": word}).encode()
    as_json = {"Content_Type": "application/json"}
    assert citizen.ask("GET", f"/embed/{key}?lang=fr&x={word}") == 200
    assert citizen.form() == 200
    assert citizen.report() == 201
    assert citizen.post(f'{{"{word}": '.encode(), new_idempotency_key()) == 400
    assert citizen.report(word) == 400
    assert citizen.ask("GET", f"/{word}?{word}") == 404
    assert citizen.ask("GET", f"/embed/{word}") == 404
    assert citizen.ask("POST", "/api/v1/receipts/lookup", lookup, **as_json) in (404, 422)
    assert citizen.ask("DELETE", f"/api/v1/reports?{word}") == 405
    assert citizen.post(word.encode() * 5_000, new_idempotency_key()) == 413
    assert citizen.report(**{word: word}) == 422
    assert citizen.report(addresses=[{"url": f"javascript:{word}"}]) == 422
    assert citizen.report(challenge=base64.b64encode(word.encode()).decode()) in (403, 422)
    assert citizen.ask("GET", "/metrics", Authorization=f"Bearer {word}") == 404
    for malformed in (
        f"{word}\r\n\r\n",
        f"GET /{word} HTTP/1.1\r\nHost: x\r\n{word} {word}\r\n\r\n",
        f"GET /{word} HTTP/9.9\r\nHost: {word}\r\n\r\n",
        f"POST /{word} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{word}\r\n",
    ):
        assert citizen.there.send(malformed.encode()) in (0, 400, 404, 505)


def break_things(citizen: Citizen, database) -> None:
    """Tables that are gone: a 503, a real 500, and a report that goes to the spool."""
    lookup = json.dumps({"receipt": "12345678901234567890"}).encode()
    as_json = {"Content_Type": "application/json"}
    with without(database, "reports"), without(database, "login_links"):
        assert citizen.ask("POST", "/api/v1/receipts/lookup", lookup, **as_json) == 503
        assert citizen.ask("GET", f"/console/sign-in/{citizen.canaries.word}") == 500
        assert citizen.report() == 201


@contextmanager
def without(database, table: str) -> Iterator[None]:
    with database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


def test_nothing_that_leads_to_a_citizen_is_left_anywhere(
    database, environment, sealing_key, key, redis_url, tmp_path
):
    canaries, control = Canaries(), Canaries()
    environment = environment | {
        "PORTALS_REDIS_URL": redis_url,
        "PORTALS_METRICS_TOKEN": "a-token-of-thirty-two-characters-x",
    }
    spool, redis = Path(environment["PORTALS_SPOOL"]), Redis.from_url(redis_url)
    written = DatabaseFiles(database)
    with talkative(database), installed(environment, tmp_path / "served") as there:
        citizen = Citizen(canaries, there, key.text)
        live_through(citizen)
        break_things(citizen, database)
        spooled = files_below(spool)  # before it drains
        assert any(b".report" in name for name in spooled)
        there.kill_a_worker()
        plant(control, there, database, spool, redis)
        places = {
            "log": [there.log.read_bytes()],
            "database": written.contents(),
            "spool": spooled + files_below(spool),
            "redis": redis_contents(redis),
            "temporary files": files_below(there.folder / "tmp") + recent_files(tmp_path),
        }
    places["log"].append(there.log.read_bytes())
    assert b"unhandled exception" in places["log"][0]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Report)) >= 1
    assert hits(places, canaries) == set()
    assert {kind for kind, _ in hits(places, control)} == KINDS


def plant(control: Canaries, there: Installation, database, spool: Path, redis: Redis) -> None:
    """What the search must find: one canary on purpose in each kind of place."""
    with there.log.open("ab") as log:
        log.write(control.tag.encode())
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE partners SET name = :word"), {"word": control.tag})
    spool.mkdir(exist_ok=True)
    (spool / "control").write_bytes(base64.b64encode(control.address.encode()))
    redis.set("control", hashlib.sha256(control.email.encode()).digest(), ex=60)
    (there.folder / "tmp" / "control").write_text(quote(control.referrer))


def recent_files(tmp_path: Path) -> list[bytes]:
    """Files that lie in the system's temporary folders since this test began."""
    began = tmp_path.stat().st_ctime
    found = []
    for folder in (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")):  # noqa: S108
        for path in folder.glob("*"):
            try:
                status = path.stat()
                if path.is_file() and status.st_mtime >= began and status.st_size < 8_000_000:
                    found.append(path.read_bytes())
            except OSError:  # gone, or another user's
                continue
    return found


@pytest.mark.parametrize("form", [name for name in needles(Canaries("q7cnry")) if "q7cnry" in name])
def test_the_search_knows_every_form(form):
    canaries = Canaries("q7cnry")
    hidden = b"\x01\x02" + needles(canaries)[form] + b"\x03"
    assert ("here", form) in hits({"here": [hidden]}, canaries)


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
@pytest.mark.parametrize("after", [b"", b"z", b"yz"])
def test_a_word_is_found_in_the_base64_of_a_longer_text(before, after):
    canaries = Canaries()
    encoded = base64.b64encode(before + canaries.tag.encode() + after)
    assert hits({"here": [encoded]}, canaries)
