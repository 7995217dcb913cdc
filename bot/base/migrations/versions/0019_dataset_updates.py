"""Lines that are sent to datasets that stand."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "dataset_update",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.Column("dataset_id", sa.String(), nullable=False, index=True),
        sa.Column("live_key", sa.String(), nullable=True, unique=True),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("story", sa.String(), nullable=False),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("dataset_update")
