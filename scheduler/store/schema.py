"""The tables. docs/sql-guide.md describes every column; a test keeps the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from posts.model import Kind
from scheduler.model import NEEDS_REASON, Review, Role, Scope, Stage, State
from scheduler.store.columns import BigId, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: type[Kind | Review | Role | Scope | Stage | State] | frozenset[State]) -> str:
    quoted = ", ".join(f"'{one}'" for one in sorted(values))
    return f"{column} IN ({quoted})"


campaign = Table(
    "campaign",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False, unique=True),
    Column("window_before_days", Integer, nullable=False),
    Column("window_after_days", Integer, nullable=False),
    Column("hashtags", JSON, nullable=False),
    Column("theme", Text, nullable=False),
    Column("theme_source", Text, nullable=False),
)

mission = Table(
    "mission",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("quiet_hours", Text),
    Column("from_file", Boolean, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mission", Text, ForeignKey("mission.code"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("from_file", Boolean, nullable=False),
    Column("remote_id", Text),
    Column("remote_handle", Text),
    Column("confirmed_at", UtcDateTime),
)

quote = Table(
    "quote",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("mission", Text, ForeignKey("mission.code"), nullable=False),
    Column("words", Text, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("consent", Text, nullable=False),
)

post = Table(
    "post",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("campaign_id", BigId, ForeignKey("campaign.id"), nullable=False),
    Column("mission", Text, ForeignKey("mission.code"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("not_after", UtcDateTime),
    Column("review", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("first_comment", Text, nullable=False),
    Column("quote_id", BigId, ForeignKey("quote.id")),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("submissions", Integer, nullable=False, server_default="0"),
    UniqueConstraint("campaign_id", "mission", "external_id"),
    CheckConstraint(_one_of("kind", Kind), name="kind"),
    CheckConstraint(_one_of("review", Review), name="review"),
)

approval = Table(
    "approval",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("submission", Integer, nullable=False, server_default="0"),
    Index(None, "post_id", "content_hash"),
)

post_variant = Table(
    "post_variant",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("language", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("post_id", "language", "platform"),
)

media = Table(
    "media",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("alt_text", Text, nullable=False),
    Column("film", JSON(none_as_null=True)),
    Column("beside", JSON(none_as_null=True)),
    UniqueConstraint("post_id", "position"),
)

card = Table(
    "card",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id")),
    Column("quote_id", BigId, ForeignKey("quote.id")),
    Column("template", Text, nullable=False),
    Column("size", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("alt_text", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("account_id", Text, ForeignKey("account.id"), nullable=False),
    Column("mission", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("measure_at", UtcDateTime),
    Column("fence", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("deaths", Integer, nullable=False, server_default=text("0")),
    Column("progress", JSON, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("local_due", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("tzdata", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("late_by_s", Integer),
    Column("remote_id", Text),
    Column("permalink", Text),
    Column("key", Text, unique=True),
    Column("go_until", UtcDateTime, nullable=False),
    Column("let_go", Text),
    UniqueConstraint("post_id", "account_id"),
    CheckConstraint(_one_of("state", State), name="state"),
    CheckConstraint(
        "state NOT IN ('published', 'removed')"
        " OR (published_at IS NOT NULL AND permalink IS NOT NULL AND remote_id IS NOT NULL AND remote_id <> '')",
        name="published_is_proven",
    ),
    CheckConstraint(f"NOT ({_one_of('state', NEEDS_REASON)}) OR reason <> ''", name="stopped_has_a_reason"),
    CheckConstraint("state <> 'sending' OR (fence > 0 AND key IS NOT NULL)", name="sending_has_an_intent"),
    Index(None, "state", "next_at"),
    Index(None, "measure_at"),
    Index(None, "account_id", "remote_id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("delivery_id", BigId, ForeignKey("delivery.id"), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", Text),
    Column("http_status", Integer),
    Column("payload_hash", Text),
    Column("evidence", JSON),
    Column("posts", Integer, nullable=False, server_default="1"),
    UniqueConstraint("delivery_id", "fence"),
    CheckConstraint(_one_of("stage", Stage), name="stage"),
)

engagement = Table(
    "engagement",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("delivery_id", BigId, ForeignKey("delivery.id"), nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", BigId, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "delivery_id", "metric", "id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "subject"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_id", BigId, nullable=False),
    Column("last_hash", Text, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text),
    Column("release_asked_at", UtcDateTime),
    Column("release_asked_by", Text),
    CheckConstraint(_one_of("scope", Scope), name="scope"),
    CheckConstraint("why <> ''", name="why"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("tzdata", Text, nullable=False),
    Column("announcement", Text),
    Column("grace_until", UtcDateTime),
    Column("standstill", Text),
    Column("zone_news", Text),
    Column("able_at", UtcDateTime),
    Column("resting", JSON),
    CheckConstraint("id = 1", name="only_one"),
)

absence = Table(
    "absence",
    metadata,
    Column("delivery_id", BigId, ForeignKey("delivery.id"), primary_key=True, autoincrement=False),
    Column("since", UtcDateTime, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, unique=True),
    Column("token_made_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

person_role = Table(
    "person_role",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person_id", BigId, ForeignKey("person.id"), nullable=False),
    Column("mission", Text, nullable=False),
    Column("role", Text, nullable=False),
    UniqueConstraint("person_id", "mission", "role"),
    CheckConstraint(_one_of("role", Role), name="role"),
)

post_version = Table(
    "post_version",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("post_id", "version"),
)

instance = Table(
    "instance",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("instance_id", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("journal_number", BigId, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

alert_cursor = Table(
    "alert_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("audit_id", BigId, nullable=False),
    Column("given_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("failing", Text),
    CheckConstraint("id = 1", name="only_one"),
)
