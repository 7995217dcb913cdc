"""Forms of datasets that stand open."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "dataset_draft",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("dataset_draft")
