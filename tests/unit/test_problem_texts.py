"""Messages of exceptions that a page can show have a sentence in each of the staff's languages."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core import errors
from core.errors import ConsoleError
from core.moderation.languages import ENGLISH
from core.services.case_work import _GONE
from core.texts.texts import staff_texts_in
from dashboard.problems import TABLES, told
from dashboard.staff_texts import reading

ROOT = Path(__file__).parents[2]
PLACES = [
    *("core/moderation", "core/services", "core/store", "core/identity", "core/load_test"),
    *("core/batch/results", "core/parity/kept.py", "core/named_tables.py"),
    *("core/serving/api_keys.py", "core/processes/load_testing.py"),
    *("core/processes/api_process.py", "core/bootstrap/backends.py"),
    *("core/servinglog/segments.py", "core/servinglog/costs", "core/servinglog/objectives/file.py"),
    *("core/servinglog/shared/folder.py", "core/servinglog/shared/s3.py", "dashboard/wiring.py"),
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
SPELT_OUT = {
    "As {} you may not {}.": ("rights.one_role", "rights.several_roles"),
    "{}: its configuration {}.": ("sign_in.lacks", "sign_in.other_issuer"),
    "You decided on this comment yourself; somebody else must hear it.{}": (
        "appeal.own",
        "appeal.own_alone",
    ),
    "{} {} while in use: restore it and restart": (
        *("state.written_over", "state.other_state", "state.older_copy"),
        "state.cut_off_in_use",
    ),
    "{} is damaged or no database: {}. {}": ("state.damaged",),
    "{} is not a file. {}": ("state.not_a_file",),
    "{} {}, but a state was kept here. {}": ("state.empty", "state.missing"),
    "{} server{} of its own": ("target.one", "target.several"),
    "Not understood: {}{}.": ("search.not_understood", "search.not_understood_more"),
    "{} ({})": ("search_part.is", "search_part.label", "search_part.day", "search_part.prefix"),
}
"""Messages with words of ours in place of a value, and the sentences that they become."""
STANDING = tuple(
    text.format(who="tom", when="09:15:00")
    for key, text in staff_texts_in(ENGLISH).sentences.items()
    if key.startswith("review.standing.")
)
COMPUTED = {
    "_GONE[work.gone]": tuple(_GONE.values()),
    "_GONE[gone]": tuple(_GONE.values()),
    "missing": ("There is no case for this comment.", "There is nothing to undo here."),
    "describe_decision(tx.decision_chain(revision_id)[-1])": STANDING,
    "describe_decision(chain[-1])": STANDING,
    "describe_standing(case, chain[-1])": (
        *STANDING,
        "The model has assessed this comment meanwhile; look at it again.",
    ),
    # A backend's own words, or those of another error that is told by its own sentence.
    "result.error": (),
    "self.failure": (),
    "group.failure": (),
    "unreadable[0]": (),
}
"""Messages that are neither a text nor made in place, by the code that gives them."""
ERRORS = {
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, ConsoleError)
}
NAME = re.compile(r"\{[\w!]*\}|`[^`]+`|\b\w*_\w*\b")


def form_of(sentence: str) -> str:
    """With `{}` in place of what a sentence has no words for: values, and names in code."""
    return NAME.sub("{}", sentence)


ENGLISH_FORMS = {
    key.removeprefix("problems."): form_of(text)
    for key, text in staff_texts_in(ENGLISH).sentences.items()
    if key.startswith("problems.")
}
PREFIXES = {
    *("{}", "{}, {} {}"),
    *(form for key, form in ENGLISH_FORMS.items() if key.startswith("place.")),
}


def after_place(form: str) -> str:
    """Without the places that the message begins with, which have sentences of their own."""
    place, colon, rest = form.partition(": ")
    return after_place(rest) if colon and place in PREFIXES else form


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
    constants, forms, computed = constants_of(tree), {}, set()
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
def left_out() -> dict[str, set[str] | None]:
    return {file: forms for group in NOT_ON_PAGES.values() for file, forms in group.items()}


def is_told(form: str) -> bool:
    known = ENGLISH_FORMS.values()
    return not has_words(form) or form in known or after_place(form) in known or form in SPELT_OUT


def has_words(form: str) -> bool:
    """Whether something in it is ours to say: else it is a place, and what a system says."""
    return re.search(r"[A-Za-z]", after_place(form)) is not None


@pytest.mark.parametrize("file", list(files()))
def test_each_message_has_a_sentence(file: str) -> None:
    """One that a page can show goes into `problems.toml`; one that none can, into `NOT_ON_PAGES`
    with a reason."""
    without = left_out().get(file, set())
    if without is None:
        return
    forms, computed = messages(file)
    assert {form for form in forms.keys() - without if not is_told(form)} == set()
    assert computed <= set(COMPUTED)
    with reading("de"):
        for form in forms.keys() - without - SPELT_OUT.keys():
            example = forms[form].replace("{!r}", "'one'").replace("{}", "two")
            assert told(example) != example or not has_words(form)


def test_what_is_left_out_is_there() -> None:
    every = set(files())
    for file, forms in left_out().items():
        assert file in every
        assert (forms or set()) <= messages(file)[0].keys()
        assert forms is not None or messages(file)[0]


def test_what_is_made_elsewhere_is_there_and_is_told() -> None:
    assert set(COMPUTED) == set().union(
        *(messages(file)[1] for file in files() if left_out().get(file, set()) is not None)
    )
    for english in {each for made in COMPUTED.values() for each in made}:
        assert told(english) == english
        with reading("de"):
            assert told(english) != english


@pytest.mark.parametrize("form", SPELT_OUT)
def test_what_is_spelt_out_has_the_form_of_its_message(form: str) -> None:
    pattern = re.compile(re.escape(form).replace(r"\{\}", ".*"))
    for key in SPELT_OUT[form]:
        assert pattern.fullmatch(ENGLISH_FORMS[key])


@cache
def said_by_core() -> frozenset[str]:
    """The form of every text in core's code."""
    found = set()
    for path in [*(ROOT / "core").rglob("*.py"), ROOT / "dashboard/wiring.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found.add(text_of(node, {}) or "")
    return frozenset(map(form_of, found))


def is_said(form: str, made: frozenset[str]) -> bool:
    """Whole, after a value, or as the place that a message begins with."""
    bare = after_place(form)
    return bool({form, bare, bare.removeprefix("{} ")} & made) or any(
        one.startswith(f"{form}: ") for one in made
    )


def test_no_sentence_is_left_that_core_does_not_say() -> None:
    spelt_out = {key for keys in SPELT_OUT.values() for key in keys}
    made = said_by_core() | {after_place(form) for form in said_by_core()}
    left = {
        key
        for key, form in ENGLISH_FORMS.items()
        if key not in spelt_out and not key.startswith("form.") and not is_said(form, made)
    }
    assert left == set()


def test_every_table_of_messages_is_asked() -> None:
    inside = {"form", "place", "field", "note", "outcome", "part", "quantity", "search_part"}
    inside |= {"sign_in_step", "target"}
    named = {key.partition(".")[0] for key in ENGLISH_FORMS}
    assert named - inside == {table.removeprefix("problems.") for table in TABLES} - {
        "review.standing"
    }
