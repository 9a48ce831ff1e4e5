"""The names of languages in the reader's own."""

from core.moderation.languages import language_name
from dashboard.staff_texts import say, staff_texts


def name_of_language(code: str) -> str:
    """`German`; the English name where the reader's texts have none, `another language` for a code
    that nothing knows."""
    key = f"language_name.{code}"
    return say(key) if staff_texts().has(key) else language_name(code)
