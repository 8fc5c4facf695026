#!/usr/bin/env python3
"""Send a report from a partner's own server, and look its receipt up. Standard library only.

    PORTALS_URL=https://report.example.org PORTALS_KEY=iwfpk_… PORTALS_SECRET_KEY=iwfsk_… \\
        python3 report.py https://example.com/page

For an app, a chat gateway or USSD: the citizen types, this program hands on. Prints the reference
and the receipt for the citizen as JSON, and keeps neither. It opens no reported address, and
neither should yours.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TRIES = 5
TIMEOUT_S = 15
FIRST_PAUSE_S = 0.5
#: The server asks for patience, or could not say whether it stored the report.
TRY_AGAIN = {429, 500, 502, 503, 504}


class ReportRefusedError(Exception):
    """The server said no, and will say no again; the text says what to mend."""


class NotSentError(Exception):
    """No answer in all tries. Keep the report and its idempotency key, and try again later."""


class _NoRedirects(HTTPRedirectHandler):
    """A redirected request would carry the secret key to wherever it leads."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Reporting:
    """The reporting server as a partner's server sees it. The secret key never leaves this host
    but to the reporting server: put it in no page, no app and no log."""

    def __init__(self, server: str, key: str, secret_key: str) -> None:
        parts = urlsplit(server)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
            raise ValueError("a secret key is sent over https only")
        self.api = server.rstrip("/") + "/api/v1"
        self._open = build_opener(_NoRedirects).open
        self.key = key
        self.secret_key = secret_key

    def send(self, report: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """Send a report; gives reference, receipt, status and received_at.

        However often it is called with one `idempotency_key` it is one report, with one answer:
        that makes retries safe. Raises ReportRefusedError or NotSentError.
        """
        headers = {
            "Authorization": f"Bearer {self.secret_key}",
            "Idempotency-Key": idempotency_key,
        }
        return self._post("/reports", {"key": self.key, **report}, headers)

    def look_up(self, receipt: str, language: str = "en") -> dict[str, Any]:
        """What became of a report; gives reference, status, status_text and updated_at."""
        return self._post("/receipts/lookup", {"receipt": receipt, "language": language}, {})

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        request = Request(  # noqa: S310  (the scheme was looked at)
            self.api + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        for attempt in range(TRIES):
            asked_for = 0.0
            try:
                with self._open(request, timeout=TIMEOUT_S) as answer:
                    return dict(json.load(answer))
            except HTTPError as error:
                if error.code not in TRY_AGAIN:
                    raise ReportRefusedError(_reason(error)) from error
                asked_for = _seconds(error.headers.get("Retry-After"))
            except (URLError, ConnectionError, TimeoutError, ValueError):
                pass  # no answer, or one that was cut off: the report may have arrived or not
            if attempt < TRIES - 1:
                # Doubled each time, and never at the same moment as all others.
                pause = FIRST_PAUSE_S * 2**attempt * (0.5 + secrets.randbelow(1000) / 1000)
                time.sleep(max(asked_for, pause))
        raise NotSentError(f"no answer from {self.api} in {TRIES} tries")


def new_idempotency_key() -> str:
    """128 random bits as 22 characters: one for each report. Store it with an unsent report."""
    return secrets.token_urlsafe(16)


def _reason(error: HTTPError) -> str:
    """What an RFC 9457 problem says; wrong fields are named in `errors`."""
    try:
        problem = json.load(error)
        return " ".join(str(problem[name]) for name in ("detail", "errors") if name in problem)
    except ValueError:
        return f"HTTP {error.code}"


def _seconds(text: str | None) -> float:
    return min(float(text), 60.0) if text and text.isdigit() else 0.0


def main() -> int:
    """Report the addresses on the command line."""
    addresses = sys.argv[1:]
    try:
        reporting = Reporting(
            *(os.environ[f"PORTALS_{name}"] for name in ("URL", "KEY", "SECRET_KEY"))
        )
    except KeyError as missing:
        print(f"Set {missing.args[0]}; see the top of this file.", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"PORTALS_URL: {error}", file=sys.stderr)
        return 2
    if not addresses:
        print("Name the addresses to report.", file=sys.stderr)
        return 2
    report = {
        "language": "en",
        "report_type": "not_sure",
        "campaign": "helpline",
        "addresses": [{"url": address} for address in addresses],
    }
    try:
        accepted = reporting.send(report, new_idempotency_key())
        status = reporting.look_up(accepted["receipt"])
    except (ReportRefusedError, NotSentError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({**accepted, "status_text": status["status_text"]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
