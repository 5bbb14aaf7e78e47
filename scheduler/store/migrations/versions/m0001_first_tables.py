"""The first tables, their guards and the reviewers' views."""

import sqlalchemy as sa
from alembic import op

from scheduler.store.columns import UtcDateTime
from scheduler.store.migrations.guards_0001 import triggers, views

revision = "0001"
down_revision = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = UtcDateTime()

# written out, not taken from scheduler.model: a migration must do tomorrow what it did today
MOVES = (
    "'failed>cancelled', 'failed>waiting', 'held>cancelled', "
    "'held>published', 'held>skipped', 'held>waiting', "
    "'published>removed', 'sending>failed', 'sending>held', "
    "'sending>published', 'sending>unclear', 'sending>waiting', "
    "'unclear>held', 'unclear>published', 'unclear>waiting', "
    "'waiting>cancelled', 'waiting>held', 'waiting>sending', "
    "'waiting>skipped'"
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("window_before_days", sa.Integer(), nullable=False),
        sa.Column("window_after_days", sa.Integer(), nullable=False),
        sa.Column("hashtags", sa.JSON(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("theme_source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("day", name=op.f("uq_campaign_day")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("beat_at", Instant, nullable=False),
        sa.Column("tzdata", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_heartbeat_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    head = op.create_table(
        "ledger_head",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_id", BigId, nullable=False),
        sa.Column("last_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_head")),
    )
    op.bulk_insert(head, [{"name": name, "last_id": 0, "last_hash": ""} for name in ("audit", "engagement")])
    op.create_table(
        "mission",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("quiet_hours", sa.Text(), nullable=True),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mission")),
    )
    op.create_table(
        "pause",
        sa.Column("id", BigId, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("scope IN ('account', 'all', 'campaign', 'mission')", name=op.f("ck_pause_scope")),
        sa.CheckConstraint("why <> ''", name=op.f("ck_pause_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("remote_handle", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name=op.f("fk_account_mission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "quote",
        sa.Column("id", BigId, nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name=op.f("fk_quote_mission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_table(
        "post",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("not_after", Instant, nullable=True),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("first_comment", sa.Text(), nullable=False),
        sa.Column("quote_id", BigId, nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('day', 'evergreen', 'exact', 'recap', 'window')", name=op.f("ck_post_kind")),
        sa.CheckConstraint("review IN ('approved', 'draft', 'sent_back', 'submitted')", name=op.f("ck_post_review")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_post_campaign_id")),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name=op.f("fk_post_mission")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_post_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "campaign_id", "mission", "external_id", name=op.f("uq_post_campaign_id_mission_external_id")
        ),
    )
    op.create_table(
        "approval",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_approval_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_post_id_content_hash"), "approval", ["post_id", "content_hash"], unique=False)
    op.create_table(
        "card",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=True),
        sa.Column("quote_id", BigId, nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_card_post_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_card_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("measure_at", Instant, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("local_due", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("tzdata", sa.Text(), nullable=False),
        sa.Column("published_at", Instant, nullable=True),
        sa.Column("late_by_s", sa.Integer(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "NOT (state IN ('cancelled', 'failed', 'held', 'removed', 'skipped', 'unclear')) OR reason <> ''",
            name=op.f("ck_delivery_stopped_has_a_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'sending' OR (fence > 0 AND key IS NOT NULL)", name=op.f("ck_delivery_sending_has_an_intent")
        ),
        sa.CheckConstraint(
            "state IN ('cancelled', 'failed', 'held', 'published', 'removed', 'sending', 'skipped', 'unclear', 'waiting')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('published', 'removed') OR (published_at IS NOT NULL AND permalink IS NOT NULL AND remote_id IS NOT NULL AND remote_id <> '')",
            name=op.f("ck_delivery_published_is_proven"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_delivery_account_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_delivery_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
        sa.UniqueConstraint("post_id", "account_id", name=op.f("uq_delivery_post_id_account_id")),
    )
    op.create_index(op.f("ix_delivery_account_id_remote_id"), "delivery", ["account_id", "remote_id"], unique=False)
    op.create_index(op.f("ix_delivery_measure_at"), "delivery", ["measure_at"], unique=False)
    op.create_index(op.f("ix_delivery_state_next_at"), "delivery", ["state", "next_at"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_media_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("post_id", "position", name=op.f("uq_media_post_id_position")),
    )
    op.create_table(
        "post_variant",
        sa.Column("id", BigId, nullable=False),
        sa.Column("post_id", BigId, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_variant_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_variant")),
        sa.UniqueConstraint("post_id", "language", "platform", name=op.f("uq_post_variant_post_id_language_platform")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("finished_at", Instant, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("payload_hash", sa.Text(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.CheckConstraint("stage IN ('posting', 'preparing')", name=op.f("ck_attempt_stage")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("delivery_id", "fence", name=op.f("uq_attempt_delivery_id_fence")),
    )
    op.create_table(
        "engagement",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("read_at", Instant, nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", BigId, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_engagement_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
    )
    op.create_index(
        op.f("ix_engagement_delivery_id_metric_id"), "engagement", ["delivery_id", "metric", "id"], unique=False
    )
    for statement in (*triggers(op.get_bind().dialect.name, MOVES), *views()):
        op.execute(statement)
