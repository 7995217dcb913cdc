"""Sheets of datasets that people look at."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "gallery",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_gallery_dataset_id", "gallery", ["dataset_id"])
    op.create_index("ix_gallery_waits", "gallery", ["waits"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("gallery")
