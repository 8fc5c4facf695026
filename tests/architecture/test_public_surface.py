"""A process that serves the public surface alone loads nothing of the console: half its memory."""

import os
import subprocess
import sys

import pytest

from server.demo.environment import demo_environment

#: What the console, the migrations and a Redis that nobody named would bring along.
NOT_LOADED = ("server.web.console.views", "flask_security", "alembic", "redis")

_SAY = """
import sys
from server.app import create_app
from server.config import load_settings
create_app(load_settings())
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    settings = demo_environment(tmp_path_factory.mktemp("public"), 8000)
    del settings["PORTALS_SEALING_KEY_FILE"]
    environment = os.environ | settings | {"PORTALS_SURFACES": "public"}
    said = subprocess.run(
        [sys.executable, "-c", _SAY], env=environment, check=True, capture_output=True, text=True
    )
    return said.stdout.split()


@pytest.mark.parametrize("module", NOT_LOADED)
def test_the_public_surface_does_without(loaded, module):
    assert module not in loaded
