"""What a new site is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError
from core.first_run.not_set import is_unencrypted

PREFIX = "MODCONSOLE_"


@dataclass(frozen=True, slots=True)
class SettingQuestion:
    """One question, about the setting of that name."""

    setting: str
    text: str

    @property
    def variable(self) -> str:
        """The environment variable of the setting."""
        return f"{PREFIX}{self.setting.upper()}"


HOME = SettingQuestion(
    "home", "In which folder does the console keep everything? An absolute path."
)
QUESTIONS = (
    HOME,
    SettingQuestion("site_name", "What is your site called? Authors read it above their comment."),
    SettingQuestion(
        "public_url", "Where will authors reach the look-up? https://NAME, without a path."
    ),
    SettingQuestion(
        "contact", "Whom may authors ask about a decision? A mail address or a web page."
    ),
    SettingQuestion(
        "rules_url", "Where do your rules stand? A web page; {reason} becomes a rule's code."
    ),
    SettingQuestion("languages", "In which languages do people comment? Codes with commas: en,de."),
    SettingQuestion(
        "author_language", "In which of them does the look-up answer if a browser asks none?"
    ),
    SettingQuestion("time_zone", "In which time zone do messages give times? As in Europe/Berlin."),
    SettingQuestion(
        "retention_days", "After how many days is a comment erased? 0 keeps it for ever."
    ),
)


def check_answer(
    values: Mapping[str, str], question: SettingQuestion, answer: str
) -> dict[str, str]:
    """The variables with the answer among them. A folder is written from the root, as each command
    has a current folder of its own. Raises ConfigError if it can't be."""
    if question is HOME and answer:
        answer = str(Path(answer).expanduser().absolute())
    found = {**values, question.variable: answer}
    load_settings(found)
    if question.setting == "public_url" and is_unencrypted(answer):
        raise ConfigError(
            f"{question.variable} is {answer!r}, which is not encrypted: others can read on "
            "its way what authors send. Write https://NAME"
        )
    return found


def default_of(question: SettingQuestion) -> str:
    """What holds if nothing is answered."""
    return str(getattr(Settings(), question.setting))
