"""The result of one check."""

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How a check went."""

    OK = "ok"
    COULD_BE_BETTER = "note"
    STOPS_THE_CONSOLE = "FAIL"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the report. `advice` is set when the user can do something about it."""

    about: str
    state: CheckState
    fact: str
    advice: str = ""
