"""Reports as requests that are ready to send: an idempotency key and a solved challenge each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle

import altcha

from server.intake.challenge import Difficulty
from server.intake.service import create_challenge, new_idempotency_key
from server.storage.keyring import IntakeSecrets

#: Signed by the server's own secret like any other, and no work to solve.
EASY = Difficulty(cost=1, counter_from=1, counter_to=1)
DESCRIPTION = "Third row of the list, behind the second link on the page. " * 9


def requests(secrets: IntakeSecrets, keys: Sequence[str]) -> Iterator[bytes]:
    """One request after the other, for the partner keys in turn; about 0.2 ms each to make."""
    for key in cycle(keys):
        yield request(report(secrets, key))


def report(secrets: IntakeSecrets, key: str) -> bytes:
    """The JSON of a report of about 1 KB with its solved challenge."""
    challenge = altcha.Challenge.from_dict(create_challenge(secrets, key, EASY))
    solution = altcha.solve_challenge(challenge)
    body = {
        "key": key,
        "language": "fr",
        "territory": "SN",
        "report_type": "child_sexual_abuse_imagery",
        "addresses": [{"url": "https://files.example/a/1?page=3"}],
        "site_kind": "file_host",
        "description": DESCRIPTION.strip(),
        "challenge": altcha.Payload(challenge, solution).to_base64(),
    }
    return json.dumps(body).encode()


def request(body: bytes) -> bytes:
    """POST it, as the frame does."""
    return (
        b"POST /api/v1/reports HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nAccept: application/json\r\n"
        b"Accept-Encoding: gzip, deflate, br\r\nOrigin: https://partner.example\r\n"
        b"Idempotency-Key: %b\r\nContent-Length: %d\r\n\r\n%b"
        % (new_idempotency_key().encode(), len(body), body)
    )
