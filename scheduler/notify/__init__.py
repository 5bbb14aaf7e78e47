"""What leaves us that is no post: the log now; alerts, webhooks and the dead man's ping later."""
