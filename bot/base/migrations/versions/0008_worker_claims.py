"""Labelers say which address in the workforce is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "worker_claim",
        sa.Column("team_id", sa.String(), primary_key=True),
        sa.Column("email", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("worker_claim")
