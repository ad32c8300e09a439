"""What files look like, as they were measured."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table; what was measured before is measured again when somebody looks."""
    op.create_table(
        "waveforms",
        sa.Column("root", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("path", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
