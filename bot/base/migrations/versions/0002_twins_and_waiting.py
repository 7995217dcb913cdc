"""Cards are looked up for twins as lines are; the sender's indexes hold only what still waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('ready', 'sending')")
_RECHECK = sa.text("recheck_at IS NOT NULL")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("thread", sa.Column("recheck_at", sa.Float(), nullable=True))
    op.drop_index("outbox_undone", table_name="outbox")
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["channel", "seq"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    for table in ("outbox", "thread"):
        op.create_index(
            f"{table}_recheck",
            table,
            ["recheck_at"],
            sqlite_where=_RECHECK,
            postgresql_where=_RECHECK,
        )


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("outbox", "thread"):
        op.drop_index(f"{table}_recheck", table_name=table)
    op.drop_index("outbox_waiting", table_name="outbox")
    op.create_index("outbox_undone", "outbox", ["channel", "seq"])
    op.drop_column("thread", "recheck_at")
