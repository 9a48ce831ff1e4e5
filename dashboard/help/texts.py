"""The help of each role: a text in the folder of its language beside this file, and what the role
may do by the table of permissions."""

from pathlib import Path

from core.moderation.languages import ENGLISH
from core.moderation.permissions import GRANTS, Permission, Role
from dashboard.staff_texts import said

FOLDER = Path(__file__).parent
PERMISSIONS = said("help.permission", Permission)


def help_text(role: Role, language: str = ENGLISH) -> str:
    """What the role is for and how to begin, as Markdown, in one of `STAFF_LANGUAGES`."""
    return (FOLDER / language / f"{role}.md").read_text(encoding="utf-8")


def permitted(role: Role) -> list[str]:
    """Everything that the role may do, in the order of the table."""
    return [PERMISSIONS[permission] for permission in Permission if permission in GRANTS[role]]
