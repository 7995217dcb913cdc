"""What a labeling team's message has listed is kept, so that what joins it is announced once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "work_team", sa.Column("listing", sa.String(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("work_team", "listing")
