"""The intake: envelopes that do not open are set apart, reports are listed by lane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("envelopes") as envelopes:
        envelopes.add_column(sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_reports_lane_newest", "reports", ["mode", "lane", "id"])


def downgrade() -> None:
    op.drop_index("ix_reports_lane_newest", "reports")
    with op.batch_alter_table("envelopes") as envelopes:
        envelopes.drop_column("damaged_at")
