"""A job about which AWS says nothing, look after look, is counted and set aside in the end."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("job", sa.Column("silent", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("job", "silent")
