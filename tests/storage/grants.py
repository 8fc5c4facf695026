"""What each role may do, table by table, and how a database says so.

roles.sql is the truth; here it stands once more, so that a change of it is a decision. A verb with
a column in brackets is granted on that column alone.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from server.storage.roles import CONSOLE, PUBLIC, ROLES, WORKER

Grants = dict[str, set[str]]

READS, ADDS, CHANGES, DELETES = "SELECT", "INSERT", "UPDATE", "DELETE"


def only(verb: str, columns: str) -> set[str]:
    return {f"{verb}({column})" for column in columns.split()}


GRANTS: dict[str, Grants] = {
    PUBLIC: {
        "alembic_version": {READS},
        "authorities": {READS},
        "branding_drafts": {READS},
        "brandings": {READS},
        "envelopes": {ADDS},
        "kits": {READS},
        "outbox_messages": {ADDS},
        "partner_keys": {READS},
        "partners": {READS},
        "portals": {READS},
        "reports": {ADDS}
        | only(READS, "id idempotency_hash body_tag secret_generation received_at receipt_hmac")
        | only(READS, "reference portal_id state status updated_at"),
        "sealing_keys": only(
            READS,
            "id generation suite public_key created_at activated_at superseded_at retired_at",
        ),
        "sighting_notes": {READS, ADDS},
        "sightings": {READS},
        "spent_challenges": {ADDS} | only(READS, "digest"),
        "tallies": {READS},
    },
    CONSOLE: {
        "alembic_version": {READS},
        "audit_checkpoints": {READS},
        "audit_events": {READS, ADDS},
        "audit_links": {READS},
        "authorities": {READS, ADDS, CHANGES},
        "branding_drafts": {READS, ADDS, CHANGES, DELETES},
        "brandings": {READS, ADDS},
        "envelopes": {READS}
        | only(CHANGES, "damaged_at sealing_key_id wrapped_key content_key_id"),
        "kits": {READS, ADDS} | only(CHANGES, "closed_at"),
        "login_links": {READS, ADDS} | only(CHANGES, "used_at"),
        "outbox_messages": {READS} | only(CHANGES, "attempts available_at failed_at last_error"),
        "partner_keys": {READS, ADDS, CHANGES},
        "partners": {READS, ADDS, CHANGES},
        "periodic_jobs": {READS},
        "portals": {READS, ADDS, CHANGES},
        "reports": {READS} | only(CHANGES, "lane"),
        "roles_users": {READS, ADDS, DELETES},
        "sealing_keys": {READS, ADDS} | only(CHANGES, "activated_at superseded_at retired_at"),
        "sighting_notes": {READS},
        "sightings": {READS},
        "staff_accounts": {READS, ADDS, CHANGES},
        "staff_accounts_id_seq": {"USAGE"},
        "staff_identities": {READS, ADDS, DELETES},
        "staff_passkeys": {READS, ADDS, CHANGES, DELETES},
        "staff_passkeys_id_seq": {"USAGE"},
        "staff_roles": {READS, ADDS},
        "staff_roles_id_seq": {"USAGE"},
        "staff_sessions": {READS, ADDS, CHANGES, DELETES},
        "staff_sign_in_throttles": {READS, ADDS, CHANGES, DELETES},
        "tallied_days": {READS},
        "tallies": {READS},
    },
    WORKER: {
        "alembic_version": {READS},
        "audit_checkpoints": {READS, ADDS},
        "audit_events": {READS, ADDS},
        "audit_links": {READS, ADDS},
        "outbox_messages": {READS, CHANGES, DELETES},
        "partner_keys": only(READS, "id origins"),
        "periodic_jobs": {READS, ADDS, CHANGES},
        "reports": only(
            READS,
            "id mode received_at key_id portal_id partner_id campaign origin language territory "
            "status",
        ),
        "sighting_notes": {READS, DELETES} | only(CHANGES, "seen"),
        "sightings": {READS, ADDS, CHANGES, DELETES},
        "spent_challenges": {READS, DELETES},
        "staff_sign_in_throttles": {READS, DELETES},
        "tallied_days": {READS, ADDS, CHANGES},
        "tallies": {READS, ADDS, DELETES},
    },
}

_ALL_GRANTED = """
SELECT
  coalesce(rolname, 'everybody'), relname, privilege_type || coalesce('(' || attname || ')', '')
FROM (
    SELECT relname, NULL AS attname, (aclexplode(relacl)).*
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL
    SELECT relname, attname, (aclexplode(attacl)).*
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace
) AS granted
LEFT JOIN pg_roles ON pg_roles.oid = grantee
WHERE grantee <> grantor
"""


def granted(connection: Connection) -> dict[str, Grants]:
    """What everybody but the owner may do with tables and sequences, as the catalogue has it."""
    found: dict[str, Grants] = {role: {} for role in ROLES}
    for role, relation, privilege in connection.execute(text(_ALL_GRANTED)):
        found.setdefault(role, {}).setdefault(relation, set()).add(privilege)
    return found


def columns_of(verb: str, privileges: set[str]) -> set[str]:
    """The columns on which alone a verb is granted."""
    return {each[len(verb) + 1 : -1] for each in privileges if each.startswith(f"{verb}(")}
