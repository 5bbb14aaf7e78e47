"""People with roles, versions of posts, and what the daemon needs to guard against clones, outages and silence."""

import sqlalchemy as sa
from alembic import op

from scheduler.store.columns import UtcDateTime
from scheduler.store.migrations.guards_0001 import views

revision = "0002"
down_revision = "0001"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = UtcDateTime()


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("delivery_id", BigId, autoincrement=False, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_absence_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_absence")),
    )
    op.create_table(
        "person",
        sa.Column("id", BigId, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("token_made_at", Instant, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("disabled_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_person_token_hash")),
    )
    op.create_table(
        "person_role",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('administrator', 'approver', 'officer', 'reviewer')", name=op.f("ck_person_role_role")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
        sa.UniqueConstraint("person_id", "mission", "role", name=op.f("uq_person_role_person_id_mission_role")),
    )
    op.create_table(
        "post_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_version_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_version")),
        sa.UniqueConstraint("post_id", "version", name=op.f("uq_post_version_post_id_version")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("journal_number", BigId, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "alert_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_id", BigId, nullable=False),
        sa.Column("given_at", Instant, nullable=True),
        sa.Column("failing_since", Instant, nullable=True),
        sa.Column("failing", sa.Text(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_alert_cursor_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_cursor")),
    )
    op.add_column("post", sa.Column("submissions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("approval", sa.Column("submission", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("deaths", sa.Integer(), nullable=False, server_default=sa.text("0")))
    _lateness()
    op.add_column("pause", sa.Column("release_asked_at", Instant, nullable=True))
    op.add_column("pause", sa.Column("release_asked_by", sa.Text(), nullable=True))
    op.add_column("heartbeat", sa.Column("announcement", sa.Text(), nullable=True))
    op.add_column("heartbeat", sa.Column("grace_until", Instant, nullable=True))
    op.add_column("heartbeat", sa.Column("standstill", sa.Text(), nullable=True))
    op.add_column("heartbeat", sa.Column("zone_news", sa.Text(), nullable=True))
    op.add_column("heartbeat", sa.Column("able_at", Instant, nullable=True))
    op.add_column("heartbeat", sa.Column("resting", sa.JSON(), nullable=True))


LONG_AGO = "1970-01-01 00:00:00.000000"


def _lateness() -> None:
    """What was stored before is looked at when it falls due: its `go_until` has passed, so the rules set it anew.

    The view that shows every column of a delivery is made again: PostgreSQL froze its columns when it was made.
    """
    op.execute("DROP VIEW delivery_log")
    op.add_column("delivery", sa.Column("go_until", Instant, nullable=False, server_default=LONG_AGO))
    op.add_column("delivery", sa.Column("let_go", sa.Text(), nullable=True))
    op.execute(next(one for one in views() if one.startswith("CREATE VIEW delivery_log ")))
