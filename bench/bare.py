"""The least that Flask can do: what the ready form and the intake are compared with."""

from __future__ import annotations

from flask import Flask, request

application = Flask("bare")


@application.get("/")
def hello() -> str:
    """A few bytes, no template, no hook."""
    return "hello"


@application.post("/api/v1/reports")
def take() -> tuple[dict[str, int], int]:
    """Read a body, keep nothing, answer 201."""
    return {"length": len(request.get_data())}, 201
