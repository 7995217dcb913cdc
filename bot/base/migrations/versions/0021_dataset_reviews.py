"""Reviews of datasets that a worker fills."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table("dataset_draft") as table:
        table.add_column(sa.Column("view_id", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("look_at", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("dataset_draft") as table:
        table.drop_column("view_id")
        table.drop_column("look_at")
