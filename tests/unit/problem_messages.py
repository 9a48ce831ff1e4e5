"""The messages of errors in the code, and which of them no page can show."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from core import errors
from core.errors import ConsoleError

ROOT = Path(__file__).parents[2]
PLACES = [
    *("core/moderation", "core/services", "core/store", "core/identity", "core/load_test"),
    *("core/batch/results", "core/parity/kept.py", "core/named_tables.py"),
    *("core/serving/api_keys.py", "core/processes/load_testing.py"),
    *("core/processes/api_process.py", "core/bootstrap/backends.py"),
    *("core/servinglog/segments.py", "core/servinglog/costs", "core/servinglog/objectives/file.py"),
    *("core/servinglog/shared/folder.py", "core/servinglog/shared/s3.py", "dashboard/wiring.py"),
    *("core/servinglog/lines.py", "core/inference"),
]
"""Files and folders whose errors reach pages."""
NOT_ON_PAGES = {
    "A policy, and the language rules in it, come from a file that a command reads.": {
        "core/moderation/policy_json.py": None,
    },
    "Comments, reports of readers, withdrawals and statements come by the API or a command.": {
        "core/moderation/comments.py": {
            "{} is not between {} and {}",
            "{} is no mail address such as sam@example.org",
        },
        "core/moderation/reports.py": {"{} must be one of {}"},
        "core/services/ingest.py": None,
        "core/services/statements.py": {"the span begins at {} and does not end after that, at {}"},
        "core/services/submit.py": None,
        "core/services/withdraw.py": None,
    },
    "Only a command does it.": {
        "core/moderation/api_keys.py": {"{} is no scope; there are {}"},
        "core/moderation/digest.py": None,
        "core/moderation/erasure.py": None,
        "core/moderation/outbox.py": None,
        "core/services/audit.py": None,
        "core/services/cascade.py": None,
        "core/services/explain.py": {"There is no comment {} of {}, and no such reference."},
        "core/services/message_contents.py": None,
        "core/services/outbox.py": None,
        "core/services/report.py": {"There is no comment {} of {}."},
        "core/store/sql/postgres/dumped.py": None,
        "core/store/sql/sqlite/copied_file.py": None,
        "core/store/sql/transfer.py": None,
    },
    "The page offers nothing else.": {
        "core/moderation/people.py": {"{} is no role of staff; there are {}"},
    },
    "Only tests tell it to fail.": {
        "core/inference/fake.py": None,
    },
    "A page leaves such a file out.": {
        "core/load_test/result_folder.py": {
            "the load test was written by another version of the console",
            "this is no load test",
        },
    },
    "No server starts with such a setting.": {
        "core/store/sql/postgres/connections.py": None,
    },
}
"""Groups with a reason. Of a file all messages, or these."""
ERRORS = {
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, ConsoleError)
} | {"AttemptFailed", "UnreadableLine", "_NotSent", "bad_shape"}
"""Also those that become the message of a BackendError, and why a line of the log is left out."""
NAME = re.compile(r"\{[\w!]*\}|`[^`]+`|\b\w*_\w*\b")


def form_of(sentence: str) -> str:
    """With `{}` in place of what a sentence has no words for: values, and names in code."""
    return NAME.sub("{}", sentence)


def text_of(node: ast.expr, constants: dict[str, str]) -> str | None:
    """A text, or a constant of the module, or an f-string with `{}` in place of its values, `{!r}`
    of those in quotes; None of anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(map(part_of, node.values))
        case ast.Name() if node.id in constants:
            return constants[node.id]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format")):
            return constants[name]
    return None


def part_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    is_quoted = isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
    return "{!r}" if is_quoted else "{}"


def constants_of(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


@cache
def messages(path: str) -> tuple[dict[str, str], frozenset[str]]:
    """Those of a file's errors by their form, and the code of those that are made elsewhere."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    constants, computed = constants_of(tree), set()
    forms: dict[str, str] = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if node.func.id in ERRORS:
            text = text_of(node.args[0], constants)
            if text is None:
                computed.add(ast.unparse(node.args[0]))
            else:
                forms[form_of(text)] = text
    return forms, frozenset(computed)


def files() -> Iterator[str]:
    for place in PLACES:
        found = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
        yield from (path.relative_to(ROOT).as_posix() for path in sorted(found))


@cache
def said_by_core() -> frozenset[str]:
    """The form of every text in core's code."""
    found = set()
    for path in [*(ROOT / "core").rglob("*.py"), ROOT / "dashboard/wiring.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found.add(text_of(node, {}) or "")
    return frozenset(map(form_of, found))
