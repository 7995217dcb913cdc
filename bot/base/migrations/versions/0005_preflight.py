"""The preflight of an open review: what the worker looks at while somebody reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "preflight",
        sa.Column("draft_id", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("view_id", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("preflight")
