"""The least that Flask can do: what the form, when it is ready, is compared with."""

from __future__ import annotations

from flask import Flask

application = Flask("bare")


@application.get("/")
def hello() -> str:
    """A few bytes, no template, no hook."""
    return "hello"
