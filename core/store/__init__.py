"""The store of the moderation state: its interface, its SQL implementation and migrations."""
