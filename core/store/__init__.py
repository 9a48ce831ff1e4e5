"""Where the state of moderation is kept."""
