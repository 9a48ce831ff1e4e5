"""What one check found."""

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How a check went."""

    OK = "ok"
    COULD_BE_BETTER = "note"
    STOPS_THE_CONSOLE = "FAIL"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the report. `advice` says what to do where something can be done."""

    about: str
    state: CheckState
    fact: str
    advice: str = ""
