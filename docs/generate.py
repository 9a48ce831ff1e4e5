"""Writes the generated pages of this folder from the code: `make docs`."""

import argparse
import json
import re
import textwrap
from pathlib import Path
from typing import Any

from core import errors
from core.cli.main import make_parser
from core.cli.output import EXIT_MEANINGS, exit_code_of
from core.config import Settings
from core.moderation.cases import CLOSINGS, TRANSITIONS, CaseStatus, status_for
from core.moderation.people import STAFF_ROLES
from core.moderation.permissions import GRANTS, Permission, Role
from core.moderation.policies import AWAITS_PERSON, Action
from core.serving.http_errors import ANSWERS
from core.setting_help import SETTING_HELP
from dashboard.help.texts import help_text
from docs import mutation

FOLDER = Path(__file__).parent
HEAD = "<!-- Made by `make docs`; edit the code it comes from. -->\n\n"


INCIDENTS = {
    "slow": ("A slow backend", "Each answer of the backend takes a second longer."),
    "dead": ("A dead backend", "Its process is killed."),
    "refusing": ("A backend that refuses", "It answers 401 to the key that was good before."),
    "cold": ("A cold backend", "It loads its model and says so."),
    "flapping": ("A flapping backend", "It is killed and started again, three times."),
    "replica": ("One bad replica of three", "One of three processes behind a balancer is stopped."),
    "long_texts": ("Long texts", "Comments are four times as long as before."),
    "burst": ("A burst", "Twelve times as many requests come as before."),
    "queue": ("A full queue", "As many requests as before come, but 24 at a time."),
    "clock": ("A clock that jumps", "The API's clock is an hour ahead for three seconds."),
    "healthy": ("A healthy time", "Fewer requests come than before, and nothing is wrong."),
}
"""What was done in each: tests/integration/test_incidents_in_processes.py."""


def pages() -> dict[str, str]:
    """File name to content."""
    return {
        "cli.md": cli_page(),
        "settings.md": settings_page(),
        "states.md": states_page(),
        "roles.md": roles_page(),
        "errors.md": errors_page(),
        "benchmarks.md": benchmarks_page(),
        "mutants.md": HEAD + mutation.page(),
        "incidents.md": incidents_page(),
    }


def incidents_page() -> str:
    """What the overview said in incidents that were caused in running processes."""
    said = json.loads((FOLDER / "images" / "incidents" / "said.json").read_text("utf-8"))
    parts = [
        HEAD,
        "# Incidents\n\nIncidents and a healthy time, caused in running processes by "
        "stopping, throttling and killing, and the *Overview* as it was then. `make incidents` "
        "causes them again, checks that each is named, and takes the pictures.\n",
    ]
    for kind, told in said.items():
        title, what = INCIDENTS[kind]
        words = "Nothing is named." if told is None else f"{told['sentence']} {told['advice']}"
        picture = f"![The overview: {title.lower()}](images/incidents/{kind}.png)"
        parts.append(f"\n## {title}\n\n{what}\n\n> {words}\n\n{picture}\n")
    return "".join(parts)


def cli_page() -> str:
    """The exit codes, and every command with its help as it is printed at 90 columns; but the usage
    as one paragraph, since versions of Python break its lines differently."""
    parser = make_parser()
    parts = [HEAD, "# Commands\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n"]
    parts += [f"| {code.value} | {meaning} |\n" for code, meaning in EXIT_MEANINGS.items()]
    for name, command in _subparsers(parser).items():
        command.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=90)
        _, _, described = command.format_help().partition("\n\n")
        usage = textwrap.fill(" ".join(command.format_usage().split()), 90, subsequent_indent="  ")
        parts.append(f"\n## modconsole {name}\n\n```\n{usage}\n\n{described.rstrip()}\n```\n")
    return "".join(parts)


def settings_page() -> str:
    """Every setting with its default and meaning."""
    defaults = Settings()
    lines = [
        HEAD,
        "# Settings\n\nEach is an environment variable. Unknown names are refused.\n",
        "\n| variable | default | meaning |\n|---|---|---|\n",
    ]
    for name, text in SETTING_HELP.items():
        default = getattr(defaults, name)
        lines.append(f"| `MODCONSOLE_{name.upper()}` | `{default}` | {text} |\n")
    return "".join(lines)


def states_page() -> str:
    """The changes of a case's status as a diagram, and the permissions of each role as a table."""
    lines = [HEAD, "# States and roles\n\n## A case\n\n```mermaid\nstateDiagram-v2\n"]
    opening = [action for action in Action if action in AWAITS_PERSON]
    lines += [f"    [*] --> {status_for(action)}: {action}\n" for action in opening]
    lines += [f"    {old} --> {new}: {action}\n" for (old, action), new in TRANSITIONS.items()]
    lines += [f"    {old} --> {new}: text {gone}\n" for (old, gone), new in CLOSINGS.items()]
    lines.append(f"    {CaseStatus.CLOSED} --> {CaseStatus.OPEN}: undo\n")
    lines.append(f"    {CaseStatus.CLOSED} --> {CaseStatus.ESCALATED}: undo after escalation\n")
    lines.append(f"    {CaseStatus.ESCALATED} --> {CaseStatus.OPEN}: undo of the escalation\n")
    lines.append(f"    [*] --> {CaseStatus.OPEN}: report or audit of a visible comment\n")
    lines.append(f"    [*] --> {CaseStatus.OPEN}: reopen, if it never had a case\n")
    lines.append(f"    {CaseStatus.CLOSED} --> {CaseStatus.OPEN}: report on an approved comment\n")
    lines.append(f"    {CaseStatus.CLOSED} --> {CaseStatus.OPEN}: reopen\n")
    lines.append(f"    {CaseStatus.CLOSED} --> {CaseStatus.ESCALATED}: reopen after escalation\n")
    for status in (CaseStatus.OPEN, CaseStatus.ESCALATED):
        lines.append(f"    {status} --> {CaseStatus.CLOSED}: undo of a reopening\n")
    lines.append("```\n")
    lines.append("\n## Who may do what\n\n| may | " + " | ".join(Role) + " |\n")
    lines.append("|---" * (len(Role) + 1) + "|\n")
    for permission in Permission:
        marks = " | ".join("yes" if permission in GRANTS[role] else "" for role in Role)
        lines.append(f"| {permission} | {marks} |\n")
    return "".join(lines)


def roles_page() -> str:
    """The help of each role, as the console shows it, without its links."""
    parts = [HEAD, "# What each role does\n\nThe console shows this on the page *Help*.\n"]
    for role in STAFF_ROLES:
        text = re.sub(r"\[([^]]+)\]\(/[^)]*\)", r"*\1*", help_text(role))
        parts.append(f"\n## {role}\n\n{text}")
    return "".join(parts)


def errors_page() -> str:
    """Every error: its meaning, exit code and HTTP status."""
    lines = [
        HEAD,
        "# Errors\n\nOn the command line each is one line and an exit code; the API answers with "
        "status and `kind`.\n",
        "\n| error | meaning | exit code | status | `kind` |\n|---|---|---|---|---|\n",
    ]
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.ConsoleError):
            row = next(ANSWERS[parent] for parent in kind.__mro__ if parent in ANSWERS)
            meaning = " ".join((kind.__doc__ or "").split())
            code = exit_code_of(kind).value
            answer = f"{row.status.value} | `{row.kind}`"
            lines.append(f"| `{name}` | {meaning} | {code} | {answer} |\n")
    return "".join(lines)


def benchmarks_page() -> str:
    """The stored results of `modconsole bench NAME --json docs/benchmarks/NAME.json` as tables."""
    parts = [
        HEAD,
        "# Measurements\n\nEach table is one run on one machine; compare within a table.\n",
    ]
    for file in sorted((FOLDER / "benchmarks").glob("*.json")):
        result = json.loads(file.read_text())
        parts.append(f"\n## {result.pop('benchmark', file.stem)}\n\n")
        if command := result.pop("command", None):
            parts.append(f"`{command}`\n\n")
        tables = {name: value for name, value in result.items() if _is_table(value)}
        for name, rows in tables.items():
            parts.append(
                _table(_flat(rows)) if name == "rows" else f"{name}:\n\n{_table(_flat(rows))}"
            )
        parts += [f"- {name}: {value}\n" for name, value in result.items() if name not in tables]
    return "".join(parts)


Row = dict[str, Any]


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _flat(rows: list[Row]) -> list[Row]:
    """Nested rows as a flat list: a row that contains rows becomes one row for each of them."""
    found: list[Row] = []
    for row in rows:
        own = {name: value for name, value in row.items() if not _is_table(value)}
        inner = [part for value in row.values() if _is_table(value) for part in value]
        found += [own | part for part in inner or [{}]]
    return found


def _table(rows: list[Row]) -> str:
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|\n"]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |\n" for row in rows]
    return "".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, dict) and set(value) == {"value", "low", "high"}:
        return f"{value['value']} [{value['low']}, {value['high']}]"
    return str(value)


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return next(
        dict(action.choices)
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )


if __name__ == "__main__":
    for file_name, content in pages().items():
        (FOLDER / file_name).write_text(content)
