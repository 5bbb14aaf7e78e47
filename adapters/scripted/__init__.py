"""Strict local servers that stand in for the platforms, for rehearsal and tests; nothing else imports them."""
