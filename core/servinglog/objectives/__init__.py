"""Objectives of serving: their budgets, and the alerts when a budget burns too fast."""
