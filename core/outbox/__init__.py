"""The channels on which messages leave: a signed webhook, and e-mail."""
