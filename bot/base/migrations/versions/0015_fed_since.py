"""Since when, and until when, a folder has fed a streaming job."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("feed", sa.Column("since", sa.Float(), nullable=True))
    op.add_column("feed", sa.Column("until", sa.Float(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("feed", "until")
    op.drop_column("feed", "since")
