"""The demo as a newcomer meets it: up, complete, restarted when a part dies, gone when told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from server.demo.examples import EXAMPLE_NAMES
from server.demo.supervisor import CHECK_EVERY_S, RESTART_PAUSE_S


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path="/", host=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection):
        connection.request("GET", path, headers={"Host": f"{host or 'localhost'}:{port}"})
        response = connection.getresponse()
        return response.status, response.read().decode()


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"not so within {seconds} s")


def children(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def everyone(pid):
    return {p for child in children(pid) for p in (child, *children(child))}


def report(port, key):
    """Send a report, as a citizen's browser does."""
    body = {"key": key, "language": "fr", "report_type": "not_sure"}
    body["addresses"] = [{"url": "https://example.com/a"}]
    headers = {"Content-Type": "application/json", "Idempotency-Key": "A" * 22}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection):
        connection.request("POST", "/api/v1/reports", json.dumps(body), headers)
        assert connection.getresponse().status == 201


def counted(data):
    """How many reports the worker has counted."""
    with closing(sqlite3.connect(data / "portals.db")) as database:
        return database.execute(
            "SELECT sum(reports) FROM tallies WHERE dimension = 'total'"
        ).fetchone()[0]


def start(data, port, partner_port):
    arguments = ["--data", str(data), "--port", str(port), "--partner-port", str(partner_port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "demo", *arguments],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: (data / "demo.json").exists() and get(port, "/healthz")[0] == 200)
    wait_until(lambda: get(partner_port, "/", "telco.localhost")[0] == 200)
    return process


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    data, port, partner_port = tmp_path_factory.mktemp("demo") / "demo", free_port(), free_port()
    process = start(data, port, partner_port)
    yield process, data, port, partner_port
    if process.poll() is None:
        stop(process)


@pytest.fixture(scope="module")
def second_start(demo):
    """What demo.json said before and after, and which ports answered in between.

    In between partners.json became one from before the examples had keys.
    """
    process, data, port, partner_port = demo
    first = json.loads((data / "demo.json").read_text())
    stop(process)
    answered = [used for used in (port, partner_port) if answers(used)]
    kept = json.loads((data / "partners.json").read_text())
    del kept["examples"]
    (data / "partners.json").write_text(json.dumps(kept))
    (data / "demo.json").unlink()
    stop(start(data, port, partner_port))
    return first, json.loads((data / "demo.json").read_text()), answered


def answers(port):
    try:
        get(port)
    except OSError:
        return False
    return True


def test_the_demo_is_described_and_everything_it_names_answers(demo):
    _, data, port, partner_port = demo
    description = json.loads((data / "demo.json").read_text())
    assert set(description) == {
        *("public_url", "console_url", "sign_in_link", "partners", "examples", "environment"),
    }
    assert description["public_url"] == f"http://localhost:{port}"
    assert description["environment"]["PORTALS_DATABASE_URL"].startswith("sqlite:///")
    assert [entry["slug"] for entry in description["partners"]] == ["telco", "charity", "police"]
    for entry in description["partners"]:
        assert set(entry) == {"slug", "portal", "origin", "key", "test_key", "secret_key"}
        status, page = get(partner_port, "/", f"{entry['slug']}.localhost")
        assert status == 200
        assert f"{description['public_url']}/embed/{entry['key']}" in page
        assert get(port, f"/embed/{entry['key']}")[0] == 200
        assert get(port, f"/embed/{entry['test_key']}")[0] == 200
    for example in description["examples"]:
        assert set(example) == {"name", "origin", "key"}
        assert example["key"].startswith("iwfpk_test_")
        assert get(partner_port, "/", f"{example['name']}.localhost")[0] == 200
        assert get(port, f"/embed/{example['key']}")[0] == 200
    assert get(port, "/widget/v1.js")[0] == 200
    sign_in = description["sign_in_link"].partition(f":{port}")[2]
    assert get(port, sign_in)[0] == 200


def test_the_examples_serve_nothing_but_themselves(demo):
    partner_port = demo[3]
    for path in ("/../README.md", "/%2e%2e/README.md", "/..%2f..%2fpyproject.toml", "/nothing"):
        assert get(partner_port, path, "telco.localhost")[0] == 404
    assert get(partner_port, "/", "nobody.localhost")[0] == 404


def test_programs_that_are_killed_are_started_again(demo):
    process, data, port, _ = demo
    killed_ones = everyone(process.pid)
    for child in killed_ones:
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: len(children(process.pid)) == 3 and not killed_ones & everyone(process.pid))
    wait_until(lambda: get(port, "/healthz")[0] == 200)
    report(port, json.loads((data / "demo.json").read_text())["partners"][0]["key"])
    wait_until(lambda: counted(data) == 1)


def test_a_dead_program_is_noticed_and_started_within_2_seconds():
    assert len(("server", "worker", "pages")) * RESTART_PAUSE_S + CHECK_EVERY_S < 2


def test_the_demo_ends_with_all_its_programs(second_start):
    assert second_start[2] == []


def test_a_second_start_keeps_keys_and_reports(second_start):
    first, second, _ = second_start
    assert second["partners"] == first["partners"]
    assert second["environment"] == first["environment"]
    assert second["sign_in_link"] != first["sign_in_link"]


def test_a_data_folder_from_before_the_examples_gets_their_keys(second_start):
    _, second, _ = second_start
    assert [example["name"] for example in second["examples"]] == list(EXAMPLE_NAMES)
