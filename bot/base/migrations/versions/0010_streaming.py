"""What is sent to streaming jobs, and the folders that feed them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "sending",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "sent_object",
        sa.Column("job_id", sa.String(), primary_key=True),
        sa.Column("object_id", sa.String(), primary_key=True),
        sa.Column("sending_id", sa.String(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "feed",
        sa.Column("job_id", sa.String(), primary_key=True),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("feed")
    op.drop_table("sent_object")
    op.drop_table("sending")
