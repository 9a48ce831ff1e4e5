"""Reads the project's Dockerfile into its stages and their steps."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

BUILT = ("ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER")
DECLARED = ("VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD")
"""They change no file: the server that starts the image reads them."""


@dataclass(frozen=True)
class Step:
    """One instruction, its lines joined."""

    word: str
    rest: str

    @property
    def arguments(self) -> list[str]:
        """Of the form in brackets if it has that, else its words."""
        start = self.rest.find("[")
        if start >= 0 and self.word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
            return list(json.loads(self.rest[start:]))
        return self.rest.split()


@dataclass
class Stage:
    """From one FROM to the next."""

    name: str
    base: str
    steps: list[Step] = field(default_factory=list)

    def last(self, word: str) -> Step:
        """The step that counts for what can be set once."""
        return [step for step in self.steps if step.word == word][-1]

    @property
    def environment(self) -> dict[str, str]:
        """What its ENV steps set: one variable each."""
        pairs = [step.rest.partition("=") for step in self.steps if step.word == "ENV"]
        return {name: value for name, _, value in pairs}


def read_dockerfile(path: Path) -> list[Stage]:
    """Raises AssertionError for an instruction that a test would have to leave out."""
    text = re.sub(r"(?m)^#.*\n", "", path.read_text(encoding="utf-8"))
    lines = [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]
    stages: list[Stage] = []
    values: dict[str, str] = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        assert word in BUILT + DECLARED, f"{word} is not known here"
        if word == "ARG":
            name, _, value = rest.partition("=")
            values[f"${{{name}}}"] = value
        elif word == "FROM":
            for name, value in values.items():
                rest = rest.replace(name, value)
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(name, base))
        else:
            stages[-1].steps.append(Step(word, rest.strip()))
    return stages
