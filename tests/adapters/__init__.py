"""What every adapter must do, and what each one does."""
