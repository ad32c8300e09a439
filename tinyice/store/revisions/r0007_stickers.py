"""What clients have noted about songs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, and an index for what is looked for by name."""
    op.create_table(
        "stickers",
        sa.Column("root", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("path", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("stickers_name", "stickers", ["root", "name"])
