"""What citizens' pages need of the directory, as this process read it last: for a day while the
database is away."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app
from flask.blueprints import BlueprintSetupState

from server.directory.service import (
    AuthorityKind,
    AuthorityView,
    authorities_for,
    territories_with_authority,
)
from server.extensions import READS, SNAPSHOT
from server.storage.availability import BoundedReads, DatabaseAway
from server.storage.last_known import LastKnown
from server.storage.snapshot import Snapshot

EXTENSION = "portals.directory"
#: So old may be what a rule is worked out from, in seconds.
MAX_AGE_S = 60.0
_ALL = "all"

Owned = frozenset[str]
Authorities = tuple[AuthorityView, ...]


class KnownDirectory:
    """The territories that have authorities, and these; for all threads."""

    def __init__(self, reads: BoundedReads) -> None:
        self._owned: LastKnown[Owned] = LastKnown(
            reads, lambda session, _: territories_with_authority(session), kept_s=MAX_AGE_S
        )
        self._authorities: LastKnown[Authorities] = LastKnown(
            reads, lambda session, code: tuple(authorities_for(session, code)), kept_s=0
        )

    def survive(self, snapshot: Snapshot) -> None:
        """Take up what an earlier process knew, and let later ones know."""
        snapshot.keep("territories with authority", self._owned, sorted, frozenset)
        snapshot.keep("authorities", self._authorities, encode, decode)

    def owned(self) -> Owned:
        """The territories with an authority of their own, as they were at most a minute ago.

        Raises DatabaseAway when they cannot be read and were not read within a day.
        """
        return self._owned.get(_ALL) or frozenset()

    def authorities(self, territory: str | None) -> Authorities:
        """Who takes reports there; nobody that is known, rather than no page, if nobody can say."""
        try:
            return self._authorities.get(territory or "") or ()
        except DatabaseAway:
            return ()


def init_directory(state: BlueprintSetupState) -> None:
    """Hang it on the application of a blueprint."""
    extensions = state.app.extensions
    extensions[EXTENSION] = known = KnownDirectory(extensions[READS])
    known.survive(extensions[SNAPSHOT])


def directory() -> KnownDirectory:
    """The current application's."""
    return cast(KnownDirectory, current_app.extensions[EXTENSION])


def encode(authorities: Authorities) -> list[dict[str, Any]]:
    """What `decode` makes the same authorities of."""
    return [
        {
            "name": each.name,
            "url": each.url,
            "kind": each.kind.value,
            "languages": list(each.languages),
        }
        for each in authorities
    ]


def decode(records: list[dict[str, Any]]) -> Authorities:
    """Raises KeyError, TypeError or ValueError for anything that `encode` did not give."""
    return tuple(
        AuthorityView(
            name=record["name"],
            url=record["url"],
            kind=AuthorityKind(record["kind"]),
            languages=tuple(record["languages"]),
        )
        for record in records
    )
