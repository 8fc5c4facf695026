"""The lane in front of Flask answers as Flask would: whatever is sent, in the same words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server.app import create_app
from server.config import Settings
from server.extensions import DATABASE
from server.intake.challenge import create_challenge
from server.intake.service import new_idempotency_key
from server.partners.service import IssuedKey
from server.reports.models import SealingKey
from server.storage.database import Database
from tests.crash.scale import scale
from tests.factories.key import KeyFactory
from tests.factories.report import report_body

EXAMPLES = scale(40, 500, 3_000)
A_KEY_IN_USE = "<a key in use>"
A_SECRET_KEY_IN_USE = "<a secret key in use>"
A_CHALLENGE = "<a challenge, not solved>"
A_FRESH_KEY = "<a fresh idempotency key>"
#: What is random, derived from what is, or the time.
OF_ITS_OWN = {"received_at", "receipt", "reference"}


@dataclass(frozen=True)
class Request:
    """What a client may send. `length` is what it says of the body's, None for the truth."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    length: str | None
    target: str


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(
        ["SN", "fr", "https://example.com/", "iwfpk_live_none", " ", "\x00", "\u202e"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    [*report_body(""), *("challenge", "email", "campaign", "seen_on", "access_note", "website")]
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A report, changed in a few fields or bytes; or anything."""
    body: dict[str, Any] = report_body(A_KEY_IN_USE) | draw(
        st.dictionaries(fields | st.text(max_size=5), json_values, max_size=1)
    )
    if draw(st.integers(0, 4)) == 0:
        body["challenge"] = draw(st.sampled_from([A_CHALLENGE, "", "e30="]))
    if draw(st.integers(0, 4)) == 0:
        body.pop(draw(st.sampled_from(sorted(body))))
    whole = json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return draw(
        st.one_of(
            *[st.just(whole)] * 4,
            st.sampled_from(
                [
                    b"\xef\xbb\xbf" + whole,
                    b" \n" + whole + b"\t",
                    whole + b"}",
                    whole[:-1],
                    whole[:-1] + b', "language": "en"}',
                    whole[:-1] + b', "note": NaN}',
                    whole.decode("utf-8", "replace").encode("utf-16"),
                    whole + b" " * 70_000,
                    b"[" * 20_000,
                    b'{"a":' * 5_000,
                    b"",
                ]
            ),
            st.binary(max_size=40),
            json_values.map(lambda value: json.dumps(value).encode()),
        )
    )


header_texts = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=24)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept-Language": st.sampled_from(["fr", "ar", "en;q=0.1, fr", "*", "ar-EG", "\xff"]),
        "Accept": st.sampled_from(["text/html", "application/json", "*/*;q=x"]),
        "Authorization": header_texts
        | st.sampled_from(
            [f"Bearer {A_SECRET_KEY_IN_USE}", f"bearer  {A_SECRET_KEY_IN_USE} ", "Bearer \xfc"]
        ),
        "Content-Encoding": st.sampled_from(["gzip", "identity"]),
        "Cookie": st.just("session=1"),
        "Expect": st.just("100-continue"),
        "Origin": st.sampled_from(["null", "https://www.example.com"]),
        "X-Forwarded-For": header_texts,
        "X-HTTP-Method-Override": st.just("GET"),
    },
)
idempotency_keys = st.one_of(
    *[st.just(A_FRESH_KEY)] * 5,
    st.none(),
    header_texts,
    st.sampled_from(["A" * 22, "A" * 21 + "B", " " + "A" * 22, "A" * 22 + ","]),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    sent = draw(headers)
    if (idempotency_key := draw(idempotency_keys)) is not None:
        sent["Idempotency-Key"] = idempotency_key
    types = ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;q", " "]
    types += ["text/plain", "application/problem+json", "multipart/form-data", "application/json,"]
    return Request(
        draw(bodies()),
        tuple(sent.items()),
        draw(st.one_of(*[st.just("application/json")] * 4, st.none(), st.sampled_from(types))),
        draw(
            st.one_of(
                *[st.none()] * 6,
                st.sampled_from(["", "0", "7", "-1", "+9", "٣", "9" * 9, "9" * 5_000]),
            )
        ),
        draw(st.sampled_from(["", "", "", "?key=1", "/", "//", "%20"])),
    )


@pytest.fixture
def without_lane(settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The same application on the same database, but for the lane."""
    monkeypatch.setattr("server.web.api.setup.ReportLane", lambda application, _: application)
    return create_app(settings, app.extensions[DATABASE])


@pytest.fixture
def insert(
    settings: Settings, database: Database, key: IssuedKey, sealing_key: SealingKey
) -> Callable[[str], str]:
    """Puts what is in use in place of what stands for it."""
    with database.transaction() as session:
        secret = KeyFactory(
            session=session, secrets=settings.intake_secrets, secret=True, origins=()
        ).text
    challenge = json.dumps(create_challenge(settings.intake_secrets, key.text))[:20]

    def inserted(text: str) -> str:
        for name, value in (
            (A_KEY_IN_USE, key.text),
            (A_SECRET_KEY_IN_USE, secret),
            (A_CHALLENGE, challenge.encode().hex()),
        ):
            text = text.replace(name, value)
        return text

    return inserted


def ask(
    app: Flask, request: Request, insert: Callable[[str], str], fresh: str
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body of the answer. How its JSON is spelled does not count."""
    body = insert(request.body.decode("latin-1")).encode("latin-1")
    environ = EnvironBuilder("/api/v1/reports", method="POST").get_environ()
    path, _, query = request.target.partition("?")
    environ |= {"PATH_INFO": environ["PATH_INFO"] + path, "QUERY_STRING": query}
    environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": request.length or str(len(body))}
    if request.length == "":
        del environ["CONTENT_LENGTH"]
    if request.content_type is not None:
        environ["CONTENT_TYPE"] = request.content_type
    for name, value in request.headers:
        environ["HTTP_" + name.upper().replace("-", "_")] = insert(value).replace(
            A_FRESH_KEY, fresh
        )
    chunks, status, sent = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    sent.remove("Content-Length")
    return int(status[:3]), dict(sent), json.loads(b"".join(chunks))


@given(request=requests())
@limits(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_with_the_lane_and_without_it_the_answer_is_the_same(
    app: Flask, without_lane: Flask, insert: Callable[[str], str], request: Request
) -> None:
    keys = new_idempotency_key(), new_idempotency_key()
    status, headers_, body = ask(app, request, insert, keys[0])
    other, other_headers, other_body = ask(without_lane, request, insert, keys[1])
    assert other == status
    assert status < 500
    assert without_its_own(other_body) == without_its_own(body)
    assert other_headers == headers_
    # And a retry is answered by either as it was by the other.
    assert ask(without_lane, request, insert, keys[0])[::2] == (status, body)
    assert ask(app, request, insert, keys[1])[::2] == (status, other_body)


def without_its_own(body: dict[str, Any]) -> dict[str, Any]:
    return body | dict.fromkeys(body.keys() & OF_ITS_OWN)


def test_most_of_what_is_compared_is_taken_by_the_lane(
    app: Flask, insert: Callable[[str], str]
) -> None:
    """Else it would compare Flask with itself."""
    whole = json.dumps(report_body(A_KEY_IN_USE)).encode()
    headers_ = (("Idempotency-Key", A_FRESH_KEY),)
    request = Request(whole, headers_, "application/json", None, "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "full_dispatch_request", None)
        status, _, _ = ask(app, request, insert, new_idempotency_key())
    assert status == 201
