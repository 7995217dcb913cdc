"""Work teams are opened to channels, and a vendor's team says whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("work_team", sa.Column("seller", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "opened_team",
        sa.Column("team_id", sa.String(), primary_key=True),
        sa.Column("arn", sa.String(), primary_key=True),
        sa.Column("channel", sa.String(), primary_key=True),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("opened_team")
    op.drop_column("work_team", "seller")
