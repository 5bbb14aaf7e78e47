"""Films beside pictures: how they move, their captions and covers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("media", sa.Column("film", sa.JSON(), nullable=True))
    op.add_column("media", sa.Column("beside", sa.JSON(), nullable=True))
