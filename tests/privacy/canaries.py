"""Words that lead to a citizen, and every form in which a careless program might keep them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex

#: An address of loopback that nobody else uses, and one for documents that a proxy might name.
CLIENT = "127.0.0.77"
FORWARDED = "203.0.113.77"
NETWORKS = ("127.0.0", "127.0.0.0", "127.0.0.0/24", "203.0.113", "203.0.113.0", "203.0.113.0/24")


@dataclass(frozen=True)
class Canaries:
    """What one run sends. The tag stands in every value, so that one search finds all of them."""

    tag: str = field(default_factory=lambda: f"q7cnry{token_hex(6)}")

    @property
    def user_agent(self) -> str:
        return f"Mozilla/5.0 ({self.tag}-agent)"

    @property
    def referrer(self) -> str:
        return f"https://www.example.org/{self.tag}-path?{self.tag}-query"

    @property
    def address(self) -> str:
        return f"https://{self.tag}.example/{self.tag}?{self.tag}#{self.tag}"

    @property
    def email(self) -> str:
        return f"{self.tag}@citizen.example"

    @property
    def word(self) -> str:
        return f"{self.tag}-word"

    def values(self) -> tuple[str, ...]:
        """Every whole value, as it was sent."""
        sent = (self.tag, self.user_agent, self.referrer, self.address, self.email, self.word)
        return (*sent, CLIENT, FORWARDED)


def needles(canaries: Canaries) -> dict[str, bytes]:
    """What to look for, by a name that says what it is."""
    found = {
        f"{name} of {word}": form
        for word in (canaries.tag, CLIENT, FORWARDED)
        for name, form in _forms(word.encode())
    }
    for value in (*canaries.values(), *NETWORKS):
        digest = hashlib.sha256(value.encode()).digest()
        found[f"SHA-256 of {value}"] = digest
        found[f"SHA-256 in hex of {value}"] = digest.hex().encode()
        found[f"SHA-256 in base64 of {value}"] = base64.b64encode(digest)[:42]
    return found


def hits(places: dict[str, list[bytes]], canaries: Canaries) -> set[tuple[str, str]]:
    """Which forms stand in which kinds of place."""
    looked_for = needles(canaries)
    return {
        (kind, name)
        for kind, contents in places.items()
        for content in contents
        for name, needle in looked_for.items()
        if needle in content
    }


def _forms(word: bytes) -> Iterator[tuple[str, bytes]]:
    yield "raw", word
    if word.upper() != word:
        yield "upper case", word.upper()
    yield "UTF-16", word.decode().encode("utf-16-le")
    yield "hex", word.hex().encode()
    yield "upper hex", word.hex().upper().encode()
    yield "URL-encoded", b"".join(b"%%%02X" % byte for byte in word)
    for shift in range(3):  # base64 of something longer, in which the word stands anywhere
        encoded = base64.b64encode(b"\0" * shift + word + b"\0\0")
        first, last = -(-shift * 8 // 6), (shift + len(word)) * 8 // 6
        yield f"base64, shifted by {shift}", encoded[first:last]
