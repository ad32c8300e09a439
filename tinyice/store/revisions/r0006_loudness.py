"""How loud files are, as they were measured."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "loudness",
        sa.Column("root", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("path", sa.LargeBinary, primary_key=True, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("size", "mtime_ns")),
        *(sa.Column(n, sa.Float, nullable=False) for n in ("lufs", "peak_db", "range_lu")),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
    )
