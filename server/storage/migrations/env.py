"""Alembic's entry: runs on the connection that `server.storage.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from server.storage.tables import all_tables
from server.storage.types import UtcDateTime


def render_plain_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write what a column is in the database, so that a migration outlives the models' types."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, sa.JSON):
        autogen.imports.add("from server.storage.model import Json")
        return "Json"
    if isinstance(item, sa.types.TypeDecorator):
        return "sa.UnicodeText()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_item=render_plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
