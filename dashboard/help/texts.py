"""The help of each role: a text beside this file, and what the role may do by the table of
permissions."""

from pathlib import Path

from core.moderation.permissions import GRANTS, Permission, Role

FOLDER = Path(__file__).parent


def help_text(role: Role) -> str:
    """What the role is for and how to begin, as Markdown."""
    return (FOLDER / f"{role}.md").read_text(encoding="utf-8")


def permitted(role: Role) -> list[str]:
    """Everything that the role may do, in the order of the table."""
    return [permission.value for permission in Permission if permission in GRANTS[role]]
