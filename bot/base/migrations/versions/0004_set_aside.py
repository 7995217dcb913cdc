"""Why something is set aside has one name everywhere."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table in ("job", "dataset"):
        op.alter_column(table, "quarantine_reason", new_column_name="set_aside")


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("dataset", "job"):
        op.alter_column(table, "set_aside", new_column_name="quarantine_reason")
