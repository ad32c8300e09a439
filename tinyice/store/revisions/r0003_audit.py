"""The audit: who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SEARCHED = ("at", "user", "action", "mount")


def upgrade() -> None:
    """Make the table, and an index for each filter."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("mount", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    for column in _SEARCHED:
        op.create_index(f"audit_{column}", "audit", [column])
