"""The page API keys: what each key may do, until when, and its last use."""
