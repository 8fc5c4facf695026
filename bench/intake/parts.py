"""One report in one process, whole and by its parts: work that can be timed, or counted."""

from __future__ import annotations

import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast
from wsgiref.types import WSGIApplication

from bench.bare import application as bare
from bench.intake.place import public_surface
from bench.intake.reports import report
from server.app import create_app
from server.config import Settings, load_settings
from server.demo.environment import demo_environment
from server.demo.seed import FILE, seed
from server.extensions import INTAKE, KEYS
from server.intake.challenge import verify_challenge
from server.intake.composing import Submitted
from server.intake.service import (
    Intake,
    canonical_address,
    create_challenge,
    new_idempotency_key,
    parse_idempotency_key,
)
from server.partners.service import KeyCache
from server.reports.outcome import Outcome
from server.reports.sealing import (
    PublicSealingKey,
    _public_key,
    _suite,
    generate_key_pair,
    seal,
)
from server.reports.service import NewReport, ReportWriter, Written, derive_tokens, receipt_hmac
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id
from server.web.limits import EXTENSION as LIMITS
from server.web.limits import Limits
from server.web.submission import load_submission

ROUNDS, CALLS = 15, 60

Work = Callable[[], object]

BARE = "bare Flask POST"
WHOLE = "a report, all but the store"
STORED = "a report, to the commit"
HPKE = "  of it: HPKE of the data key"
TOKENS = "reference and receipt"


class _Nowhere:
    """In place of the writer: says at once that a report is stored."""

    def write(self, _report: NewReport) -> Written:
        return Written(Outcome.STORED)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class _Prepared:
    """What the parts work on."""

    app: Any
    settings: Settings
    key: str
    body: bytes


def timed() -> Iterator[str]:
    """The table of the parts by time: medians of interleaved rounds."""
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        with parts(Path(name)) as works:
            seconds: dict[str, list[float]] = {each: [] for each in works}
            for round_ in range(ROUNDS + 1):
                for each, work in works.items():
                    took = _per_call(work)
                    if round_:
                        seconds[each].append(took)
    medians = {each: statistics.median(took) for each, took in seconds.items()}
    yield f"in one process, one thread: median of {ROUNDS} interleaved rounds of {CALLS} calls"
    yield f"{'':42}{'µs':>8}{'× bare Flask':>14}"
    for each, median in medians.items():
        yield f"{each:42}{median * 1e6:8.0f}{median / medians[BARE]:14.2f}"


def _per_call(work: Work) -> float:
    started = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - started) / CALLS


def prepare(folder: Path) -> None:
    """Seed what `parts` works on: apart, because it takes as long as everything else."""
    seed(load_settings(demo_environment(folder, 8000)), folder, 8001)


@contextmanager
def parts(folder: Path, *, store: bool = True) -> Iterator[dict[str, Work]]:
    """The works by name, on an application of its own on the SQLite file of a prepared `folder`.

    Without `store` the real writer is left out everywhere.
    """
    environment = public_surface(demo_environment(folder, 8000))
    settings = load_settings(environment)
    app = create_app(settings)
    key = json.loads((folder / FILE).read_text())["partners"][0]["key"]
    prepared = _Prepared(app, settings, key, report(settings.intake_secrets, key))
    intake = cast(Intake, app.extensions[INTAKE])
    real = intake._writer
    _hold_the_clock(app)
    try:
        yield _whole(prepared, intake, real if store else None) | _pieces(prepared)
    finally:
        real.close()


def _hold_the_clock(app: Any) -> None:
    """What is read anew every 5 s is not read here: under callgrind 5 s are few reports."""
    moment = time.monotonic()
    intake = cast(Intake, app.extensions[INTAKE])
    sealing_keys = cast("partial[Any]", intake._sealing_key).func.__self__  # type: ignore[attr-defined]
    for held in (app.extensions[KEYS].publishable, sealing_keys):
        held.clock = lambda: moment


def post(app: WSGIApplication, body: bytes, idempotency_key: str) -> None:
    """POST a report through an application's WSGI entry; raises RuntimeError unless 201."""
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/api/v1/reports",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost:8000",
        "HTTP_ACCEPT": "application/json",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_ORIGIN": "https://partner.example",
        "HTTP_IDEMPOTENCY_KEY": idempotency_key,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        if not status.startswith("201"):
            raise RuntimeError(status)

    answer = app(environ, start)
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()


def _whole(prepared: _Prepared, intake: Intake, real: ReportWriter | None) -> dict[str, Work]:
    app, body, secrets = prepared.app, prepared.body, prepared.settings.intake_secrets
    nowhere = cast(ReportWriter, _Nowhere())

    def all_but_the_store() -> None:
        intake._writer = nowhere
        post(app, body, new_idempotency_key())

    def to_the_commit() -> None:
        intake._writer = real  # type: ignore[assignment]
        post(app, next(fresh), new_idempotency_key())

    works: dict[str, Work] = {
        BARE: lambda: post(bare, body, new_idempotency_key()),
        WHOLE: all_but_the_store,
    }
    if real is not None:
        # Made before the clock runs: a challenge counts once.
        fresh = iter([report(secrets, prepared.key) for _ in range(2_000)])
        works[STORED] = to_the_commit
    return works


def _pieces(prepared: _Prepared) -> dict[str, Work]:
    """The parts of which `WHOLE` is made, one after the other, and the making of a challenge."""
    secrets, text = prepared.settings.intake_secrets, prepared.key
    extensions = prepared.app.extensions
    keys, limits = cast(KeyCache, extensions[KEYS]), cast(Limits, extensions[LIMITS])
    payload = json.loads(prepared.body)
    submission = load_submission(payload)
    idempotency_key = parse_idempotency_key(new_idempotency_key())
    public = PublicSealingKey(new_id(), generate_key_pair()[1])
    loaded, data_key, info = _public_key(public.public_bytes), os.urandom(32), bytes(60)
    content, environ = submission.sealed_content(), {"REMOTE_ADDR": "127.0.0.1"}

    def tokens() -> None:
        made = derive_tokens(secrets, idempotency_key, secrets.current)
        receipt_hmac(secrets, made.receipt, secrets.current)

    return {
        "JSON, read": lambda: json.loads(prepared.body.decode(), object_pairs_hook=dict),
        "fields, checked (with the address)": lambda: load_submission(payload),
        "  of it: an address, made canonical": lambda: canonical_address(
            "https://files.example/a/1?page=3"
        ),
        "key, looked up": lambda: keys.find(text),
        "limits, counted": lambda: limits.pressure_of(environ, text),
        "challenge, verified": lambda: verify_challenge(secrets, text, payload["challenge"]),
        "idempotency hash and body tag": lambda: Submitted.of(submission, idempotency_key),
        TOKENS: tokens,
        "content, sealed (with HPKE)": lambda: seal(content, new_id(), EnvelopeKind.REPORT, public),
        HPKE: lambda: _suite.encrypt(data_key, loaded, info),
        "aside: a challenge, created": lambda: create_challenge(secrets, text),
    }
