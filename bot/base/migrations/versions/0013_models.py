"""Models that are trained, and their runs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "model",
        *_tried(),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False, index=True),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("version_name", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False, unique=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("project_arn", sa.String(), nullable=False),
        sa.Column("arn", sa.String(), nullable=False),
    )
    op.create_table(
        "run",
        *_tried(),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False, index=True),
        sa.Column("request_key", sa.String(), nullable=False, unique=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("project_arn", sa.String(), nullable=False),
        sa.Column("version_name", sa.String(), nullable=False),
        sa.Column("arn", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.Column("live_key", sa.String(), nullable=True, unique=True),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("story", sa.String(), nullable=False),
    )


def _tried() -> list[sa.Column[Any]]:
    """The columns of what is tried; see `bot.work.tries`."""
    return [
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Float(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
    ]


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("run")
    op.drop_table("model")
