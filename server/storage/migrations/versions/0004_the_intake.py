"""The intake: envelopes that do not open are set apart, reports are listed by lane; sealing keys
stay open until they are retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DAMAGED = sa.text("damaged_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("envelopes") as envelopes:
        envelopes.add_column(sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
        envelopes.add_column(sa.Column("content_key_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_envelopes_damaged",
        "envelopes",
        ["sealing_key_id"],
        sqlite_where=_DAMAGED,
        postgresql_where=_DAMAGED,
    )
    with op.batch_alter_table("sealing_keys") as keys:
        keys.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    # What was called retired until now had a successor, and still opens what it sealed.
    op.execute("UPDATE sealing_keys SET superseded_at = retired_at, retired_at = NULL")
    op.create_index("ix_reports_lane_newest", "reports", ["mode", "lane", "id"])


def downgrade() -> None:
    op.drop_index("ix_reports_lane_newest", "reports")
    op.execute("UPDATE sealing_keys SET retired_at = superseded_at WHERE retired_at IS NULL")
    with op.batch_alter_table("sealing_keys") as keys:
        keys.drop_column("superseded_at")
    op.drop_index("ix_envelopes_damaged", "envelopes")
    with op.batch_alter_table("envelopes") as envelopes:
        envelopes.drop_column("content_key_id")
        envelopes.drop_column("damaged_at")
