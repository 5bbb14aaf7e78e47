"""The send journal: append-only files outside the database that say what was sent, so that an old copy is noticed."""
