"""What people answered in jobs that are over."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "job_answers",
        sa.Column("job_id", sa.String(), primary_key=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Boolean(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
    )
    op.create_table(
        "labeler_work",
        sa.Column("job_id", sa.String(), primary_key=True),
        sa.Column("worker", sa.String(), primary_key=True),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
    )
    op.create_index("ix_labeler_work_email", "labeler_work", ["email"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("labeler_work")
    op.drop_table("job_answers")
