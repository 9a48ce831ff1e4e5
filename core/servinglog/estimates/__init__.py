"""How long a job of N comments takes, from logged calls. Pure; see `forecast`."""
