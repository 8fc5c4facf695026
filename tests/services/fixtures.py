"""Fixtures of the services that tests use. tests/conftest.py loads them, once for all folders:
a process can hold one Playwright only."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.demo import Demo, served_demo
from tests.services.chromium import ChromiumMissing, launch
from tests.services.database_roles import LeastPrivilege, least_privilege_in
from tests.services.postgres import Cluster, PostgresFailed, PostgresMissing
from tests.services.redis_server import RedisMissing, RedisServer
from tests.services.shared_postgres import shared_cluster

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real PostgreSQL server, one for the whole run. A machine without it fails the test."""
    folder = tmp_path_factory.getbasetemp()
    if WORKER != "main":
        folder = folder.parent  # what the workers of one run have in common
    try:
        with shared_cluster(folder) as cluster:
            yield cluster
    except (PostgresMissing, PostgresFailed) as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """An empty PostgreSQL database of this worker's own, as PORTALS_DATABASE_URL takes it."""
    return postgres_cluster.create_database(f"portals_{WORKER}")


@pytest.fixture(scope="session")
def running_redis() -> Iterator[RedisServer]:
    """A real Redis, one for each worker. A machine without it fails the test."""
    try:
        server = RedisServer()
    except RedisMissing as error:
        pytest.fail(str(error), pytrace=False)
    yield server
    server.remove()


@pytest.fixture
def redis_url(running_redis: RedisServer) -> str:
    """An empty Redis, as PORTALS_REDIS_URL takes it."""
    running_redis.client().flushall()
    return running_redis.url


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of a test's own, to be stopped, frozen or filled."""
    try:
        server = RedisServer()
    except RedisMissing as error:
        pytest.fail(str(error), pytrace=False)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def least_privilege(postgres_cluster: Cluster) -> Iterator[LeastPrivilege]:
    """A PostgreSQL database with its roles, for tests of what each of them may do."""
    with least_privilege_in(postgres_cluster, WORKER) as database:
        yield database


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The product as `portals demo` serves it, one for each worker."""
    with served_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for each worker; a test opens a context of its own in it."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except ChromiumMissing as error:
            pytest.fail(str(error), pytrace=False)
        yield browser
        browser.close()
