"""Create webhooks.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATUSES = ("received", "done", "superseded", "unknown", "failed")


def entity_columns() -> list[sa.Column[object]]:
    """Return the columns that every table of this revision shares."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(50), nullable=False),
    ]


def upgrade() -> None:
    """Create the tables."""
    create_events_table()
    op.create_index("ix_webhook_events_source_id", "webhook_events", ["source", "id"])
    op.create_index("ix_webhook_events_status_id", "webhook_events", ["status", "id"])
    op.create_index("ix_webhook_events_created_at", "webhook_events", ["created_at"])
    op.create_table(
        "webhook_subjects",
        *entity_columns(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_subjects"),
        sa.UniqueConstraint("source", "name", name="uq_webhook_subjects_source_name"),
    )


def create_events_table() -> None:
    """Create the table of what was received."""
    statuses = ", ".join(f"'{status}'" for status in STATUSES)
    op.create_table(
        "webhook_events",
        *entity_columns(),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("error", sa.String(500), nullable=True),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("source", "event_id", name="uq_webhook_events_source_event_id"),
        sa.CheckConstraint(f"status IN ({statuses})", name=op.f("ck_webhook_events_status")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("webhook_subjects")
    op.drop_table("webhook_events")
