"""What the database itself refuses, and the views that reviewers read: SQL for both dialects.

They belong to version 0001 and stay as they are: a later version that adds a move or a view says so in its own words,
and a test holds what stands at head against scheduler.model.MOVES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

APPEND_ONLY = ("audit", "engagement")


def triggers(dialect: str, moves: str) -> Sequence[str]:
    """Statements that make the tables refuse wrong moves and any change of what is append-only."""
    return _sqlite_triggers(moves) if dialect == "sqlite" else _postgres_triggers(moves)


def _sqlite_triggers(moves: str) -> list[str]:
    made = [
        "CREATE TRIGGER delivery_moves BEFORE UPDATE OF state ON delivery"
        f" WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({moves})"
        " BEGIN SELECT RAISE(ABORT, 'a delivery may not make this move'); END",
        "CREATE TRIGGER delivery_starts BEFORE INSERT ON delivery WHEN NEW.state <> 'waiting'"
        " BEGIN SELECT RAISE(ABORT, 'a delivery starts as waiting'); END",
        "CREATE TRIGGER delivery_stays BEFORE DELETE ON delivery"
        " BEGIN SELECT RAISE(ABORT, 'a delivery is never deleted'); END",
        # INSERT OR REPLACE deletes without firing delete triggers (SQLite 3.40, seen 2026-11-24)
        "CREATE TRIGGER delivery_no_replace BEFORE INSERT ON delivery WHEN EXISTS (SELECT 1 FROM delivery"
        " WHERE id = NEW.id OR (post_id = NEW.post_id AND account_id = NEW.account_id))"
        " BEGIN SELECT RAISE(ABORT, 'a post has one delivery per account, and it is never replaced'); END",
    ]
    for table in APPEND_ONLY:
        made += [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        made.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    return made


def _postgres_triggers(moves: str) -> list[str]:
    made = [
        "CREATE FUNCTION delivery_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'INSERT' AND NEW.state <> 'waiting' THEN RAISE EXCEPTION 'a delivery starts as waiting'; END IF;"
        " IF TG_OP = 'UPDATE' AND OLD.state <> NEW.state"
        f" AND OLD.state || '>' || NEW.state NOT IN ({moves})"
        " THEN RAISE EXCEPTION 'a delivery may not make this move'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER delivery_moves BEFORE INSERT OR UPDATE OF state ON delivery"
        " FOR EACH ROW EXECUTE FUNCTION delivery_guard()",
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER delivery_stays BEFORE DELETE OR TRUNCATE ON delivery"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]
    made += [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ]
    return made


COMMON_METRICS = ("likes", "comments", "shares", "views", "clicks", "saves")


def views() -> Sequence[str]:
    """The statements that make the reviewers' views, the same on both databases."""
    latest = ", ".join(f"MAX(CASE WHEN e.metric = '{one}' THEN e.value END) AS {one}" for one in COMMON_METRICS)
    # PostgreSQL sums bigints as numeric; a count is an integer on both
    sums = ", ".join(f"CAST(SUM(l.{one}) AS BIGINT) AS {one}" for one in COMMON_METRICS)
    states = ", ".join(
        f"SUM(CASE WHEN d.state = '{one}' THEN 1 ELSE 0 END) AS {one}"
        for one in ("waiting", "sending", "published", "unclear", "held", "failed", "skipped", "cancelled", "removed")
    )
    columns = ", ".join(f"l.{one}" for one in COMMON_METRICS)
    return [
        f"CREATE VIEW engagement_latest AS SELECT d.id AS delivery_id, MAX(e.read_at) AS read_at, {latest}"
        " FROM delivery d LEFT JOIN"
        " (SELECT n.delivery_id, MAX(n.id) AS id FROM engagement n GROUP BY n.delivery_id, n.metric) newest"
        " ON newest.delivery_id = d.id LEFT JOIN engagement e ON e.id = newest.id GROUP BY d.id",
        f"CREATE VIEW delivery_log AS SELECT d.*, p.text, p.language, p.kind, p.review, {columns}, l.read_at"
        " FROM delivery d JOIN post p ON p.id = d.post_id JOIN engagement_latest l ON l.delivery_id = d.id",
        f"CREATE VIEW mission_summary AS SELECT d.mission, COUNT(*) AS deliveries, {states}, {sums}"
        " FROM delivery d JOIN engagement_latest l ON l.delivery_id = d.id GROUP BY d.mission",
    ]
