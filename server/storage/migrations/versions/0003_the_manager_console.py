"""The manager's console: sessions, drafts, kits, sightings, tallies, leases and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.storage.model import Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WAITING = "done_at IS NULL"
_NOT_DEAD = "done_at IS NULL AND failed_at IS NULL"

#: The first part of an action names the package, not who acted: that is the event's actor.
_RENAMED = {
    "command:portal:added": "partners:portal:added",
    "command:partner:added": "partners:partner:added",
    "command:branding:published": "partners:branding:published",
    "command:key:issued": "partners:key:issued",
    "command:key:rotated": "partners:key:rotated",
    "command:key:paused": "partners:key:paused",
    "command:key:revoked": "partners:key:revoked",
    "command:directory:loaded": "directory:authorities:loaded",
    "command:sealing_key:created": "reports:sealing_key:created",
    "command:sealing_key:activated": "reports:sealing_key:activated",
    "command:staff:added": "staff:account:added",
    "command:staff:roles_changed": "staff:account:roles_changed",
    "command:staff:disabled": "staff:account:disabled",
    "command:staff:enabled": "staff:account:enabled",
    "command:login_link:issued": "staff:login_link:issued",
    "console:login_link:refused": "staff:login_link:refused",
    "console:staff:signed_in": "staff:session:signed_in",
    "console:staff:signed_out": "staff:session:signed_out",
    "console:report:opened": "reports:report:opened",
}
_APPEND_ONLY = ("audit_links", "audit_checkpoints")


def upgrade() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "periodic_jobs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("last_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_jobs")),
    )
    op.create_table(
        "sighting_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting_notes")),
    )
    op.create_table(
        "staff_sign_in_throttles",
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_staff_sign_in_throttles")),
    )
    op.create_table(
        "tallied_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("counted_marks", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tallied_days")),
    )
    op.create_table(
        "tallies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("portal_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "key_id", "dimension", "value", name=op.f("pk_tallies")),
    )
    op.create_index("ix_tallies_dimension_day", "tallies", ["dimension", "day"], unique=False)
    op.create_table(
        "audit_links",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_events.id"], name=op.f("fk_audit_links_event_id_audit_events")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_links_event_id")),
    )
    op.create_table(
        "branding_drafts",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("texts", Json, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_branding_drafts_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_branding_drafts")),
    )
    op.create_table(
        "staff_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff_accounts.id"],
            name=op.f("fk_staff_identities_user_id_staff_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_staff_identities_issuer_subject")),
    )
    op.create_index(
        op.f("ix_staff_identities_user_id"), "staff_identities", ["user_id"], unique=False
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff_accounts.id"],
            name=op.f("fk_staff_sessions_user_id_staff_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_staff_sessions_token_digest")),
    )
    op.create_index(op.f("ix_staff_sessions_user_id"), "staff_sessions", ["user_id"], unique=False)
    op.create_table(
        "kits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_id"], ["partner_keys.id"], name=op.f("fk_kits_key_id_partner_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kits")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_kits_token_digest")),
    )
    op.create_index(op.f("ix_kits_key_id"), "kits", ["key_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"], ["partner_keys.id"], name=op.f("fk_sightings_key_id_partner_keys")
        ),
        sa.PrimaryKeyConstraint("key_id", "day", "origin", "allowed", name=op.f("pk_sightings")),
    )
    op.create_index("ix_sightings_last_at", "sightings", ["last_at"], unique=False)
    op.add_column("authorities", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("authorities", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "authorities", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("brandings", sa.Column("published_by", sa.String(length=120), nullable=True))
    op.add_column(
        "login_links",
        sa.Column("purpose", sa.String(length=12), nullable=False, server_default="sign_in"),
    )
    op.add_column("staff_accounts", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column(
        "outbox_messages", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("outbox_messages", sa.Column("leased_by", sa.String(length=64), nullable=True))
    op.add_column(
        "outbox_messages", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("outbox_messages", sa.Column("last_error", sa.String(length=120), nullable=True))
    op.add_column(
        "partners", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "portals",
        sa.Column("reach", sa.String(length=24), nullable=False, server_default="countries"),
    )
    op.add_column("portals", sa.Column("continent", sa.String(length=2), nullable=True))
    op.add_column("portals", sa.Column("texts", Json, nullable=False, server_default="{}"))
    op.add_column("portals", sa.Column("default_partner_id", sa.Uuid(), nullable=True))
    op.add_column(
        "portals",
        sa.Column("shows_outcomes", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "portals", sa.Column("retention_days", sa.Integer(), nullable=False, server_default="365")
    )
    op.add_column(
        "portals", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    _wait_index(_NOT_DEAD)
    op.create_index(
        "ix_outbox_messages_dead",
        "outbox_messages",
        ["failed_at"],
        postgresql_where=sa.text("failed_at IS NOT NULL"),
        sqlite_where=sa.text("failed_at IS NOT NULL"),
    )
    _rename_actions(_RENAMED)
    for table in _APPEND_ONLY:
        _refuse_changes(table)


def downgrade() -> None:
    for table in _APPEND_ONLY:
        _allow_changes(table)
    _rename_actions({new: old for old, new in _RENAMED.items()})
    op.drop_index("ix_outbox_messages_dead", table_name="outbox_messages")
    _wait_index(_WAITING)
    op.drop_column("portals", "revision")
    op.drop_column("portals", "retention_days")
    op.drop_column("portals", "shows_outcomes")
    op.drop_column("portals", "default_partner_id")
    op.drop_column("portals", "texts")
    op.drop_column("portals", "continent")
    op.drop_column("portals", "reach")
    op.drop_column("partners", "revision")
    op.drop_column("outbox_messages", "last_error")
    op.drop_column("outbox_messages", "failed_at")
    op.drop_column("outbox_messages", "leased_by")
    op.drop_column("outbox_messages", "lease_until")
    op.drop_column("staff_accounts", "totp_step")
    op.drop_column("login_links", "purpose")
    op.drop_column("brandings", "published_by")
    op.drop_column("authorities", "revision")
    op.drop_column("authorities", "removed_at")
    op.drop_column("authorities", "checked_at")
    op.drop_index("ix_sightings_last_at", table_name="sightings")
    op.drop_table("sightings")
    op.drop_index(op.f("ix_kits_key_id"), table_name="kits")
    op.drop_table("kits")
    op.drop_index(op.f("ix_staff_sessions_user_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index(op.f("ix_staff_identities_user_id"), table_name="staff_identities")
    op.drop_table("staff_identities")
    op.drop_table("branding_drafts")
    op.drop_table("audit_links")
    op.drop_index("ix_tallies_dimension_day", table_name="tallies")
    op.drop_table("tallies")
    op.drop_table("tallied_days")
    op.drop_table("staff_sign_in_throttles")
    op.drop_table("sighting_notes")
    op.drop_table("periodic_jobs")
    op.drop_table("audit_checkpoints")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _wait_index(condition: str) -> None:
    name, where = "ix_outbox_messages_pending", sa.text(condition)
    op.drop_index(name, table_name="outbox_messages")
    op.create_index(
        name,
        "outbox_messages",
        ["available_at"],
        postgresql_where=where,
        sqlite_where=where,
    )


def _rename_actions(names: dict[str, str]) -> None:
    """Before the trail is chained: from now on the chain would show such a change."""
    if _is_sqlite():
        op.execute("DROP TRIGGER audit_events_no_update")
    else:
        op.execute("ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only")
    events = sa.table("audit_events", sa.column("action", sa.String))
    for old, new in names.items():
        op.execute(events.update().where(events.c.action == old).values(action=new))
    if _is_sqlite():
        _refuse("audit_events", "UPDATE")
    else:
        op.execute("ALTER TABLE audit_events ENABLE TRIGGER audit_events_append_only")


def _refuse_changes(table: str) -> None:
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            _refuse(table, verb)
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _refuse(table: str, verb: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END"
    )


def _allow_changes(table: str) -> None:
    if _is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
