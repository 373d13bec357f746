"""Create callbacks and their secrets.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUSES = ("pending", "delivered", "failed")


def entity_columns() -> list[sa.Column[object]]:
    """Return the columns that every table of this revision shares."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
    ]


def upgrade() -> None:
    """Create the tables."""
    create_deliveries_table()
    op.create_index("ix_callback_deliveries_job_id", "callback_deliveries", ["job_id"])
    op.create_index("ix_callback_deliveries_user_id_id", "callback_deliveries", ["user_id", "id"])
    op.create_table(
        "callback_secrets",
        *entity_columns(),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_callback_secrets"),
        sa.UniqueConstraint("user_id", name="uq_callback_secrets_user_id"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_callback_secrets_user_id", ondelete="CASCADE"
        ),
    )


def create_deliveries_table() -> None:
    """Create the table of calls to clients' own services."""
    statuses = ", ".join(f"'{status}'" for status in STATUSES)
    op.create_table(
        "callback_deliveries",
        *entity_columns(),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(50), nullable=False),
        sa.Column("url", sa.String(2_000), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("attempts", postgresql.JSONB(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_callback_deliveries"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_callback_deliveries_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_callback_deliveries_job_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"status IN ({statuses})", name=op.f("ck_callback_deliveries_status")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("callback_secrets")
    op.drop_table("callback_deliveries")
