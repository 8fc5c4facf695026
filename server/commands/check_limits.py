"""What `portals check` says of the parts around the limits: proxies, and Redis."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import redis

from server.config import Settings
from server.storage.redis_counters import connect, keeps_on_disk


def proxy_warnings(settings: Settings) -> Iterator[str]:
    """Where the number of trusted proxies does not go with the public address."""
    address = urlsplit(settings.public_url)
    host = address.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost") or host.startswith("127.")
    if address.scheme == "https" and settings.trusted_proxies == 0:
        yield (
            "PORTALS_TRUSTED_PROXIES is 0, but something in front must speak https for "
            f"{settings.public_url}: without its count all citizens are one sender to the limits"
        )
    if address.scheme == "http" and settings.trusted_proxies > 0:
        yield (
            f"PORTALS_TRUSTED_PROXIES is {settings.trusted_proxies}, but PORTALS_PUBLIC_URL is "
            "http://: if no proxy stands in front, anybody can claim another address"
        )
    if address.scheme == "http" and not is_local:
        yield "PORTALS_PUBLIC_URL is http://: others on the network can read reports on their way"


def redis_problem(url: str) -> str | None:
    """Why the Redis of the limits is not used as it is; None when it is."""
    try:
        client = connect(url)
        client.ping()
        kept = keeps_on_disk(client)
    except redis.RedisError as error:
        kind = type(error).__name__
        return f"PORTALS_REDIS_URL: no answer ({kind}): each process counts in its memory"
    if kept is None:
        return None
    return (
        f"PORTALS_REDIS_URL: this server writes to a disk: {kept}. What is counted there must "
        'never reach one: set `save ""` and `appendonly no`. Until then each process counts in its '
        "memory"
    )
