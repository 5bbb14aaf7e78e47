"""How many posts each attempt has made at most: a thread is several, and each may be paid."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("attempt", sa.Column("posts", sa.Integer(), server_default="1", nullable=False))
    op.execute("UPDATE attempt SET posts = 0 WHERE outcome IN ('retryable', 'rejected', 'auth_expired')")
