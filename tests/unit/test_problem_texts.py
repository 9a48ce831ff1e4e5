"""Messages of exceptions that a page can show have a sentence in each of the staff's languages."""

import re
from functools import cache

import pytest

from core.inference.remote.shapes import TOP_ONE
from core.moderation.languages import ENGLISH
from core.services.case_work import _GONE
from core.texts.texts import staff_texts_in
from dashboard.problems import TABLES, _written, told
from dashboard.staff_texts import reading, say
from tests.unit.problem_messages import NOT_ON_PAGES, files, form_of, messages, said_by_core

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
    "answered {}": ("server.answered", "server.answered_why"),
    **dict.fromkeys(("{}: redirects are not followed", "{}: its model is still loading"), ()),
    "has {} that can't be used ({})": ("server.unusable_file", "server.unusable_address"),
    "{} apply its activation{}": ("server.logits", "server.logits_or_set"),
    "{} so labels are mixed up, {}": ("server.mixed_up", "server.mixed_up_order"),
    "{} must be {}": ("backends_file.must_be_whole", "backends_file.must_be_list"),
    "{} must hold {} or {} as a value": ("backends_file.holds",),
    "{} is not {}": ("log_line.no_whole", "log_line.no_number"),
    "{}, which needs {}": ("package.skipped",),
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
    "TOP_ONE": (f"tei {TOP_ONE}",),
    **dict.fromkeys(("result.error", "self.failure", "group.failure", "unreadable[0]"), ()),
    **dict.fromkeys(("problem", "words", "self._problem", "self._unusable"), ()),
}
"""Messages that are neither a text nor made in place, by the code that gives them."""
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


@cache
def left_out() -> dict[str, set[str] | None]:
    return {file: forms for group in NOT_ON_PAGES.values() for file, forms in group.items()}


def is_told(form: str) -> bool:
    bare = after_place(form)
    ways = {form, bare, bare.removeprefix("{} ")}  # a server's failure comes after its name
    return not has_words(form) or form in SPELT_OUT or bool(ways & set(ENGLISH_FORMS.values()))


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
            ways = (example, f"tei {example}")
            assert any(told(one) != one for one in ways) or not has_words(form)


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


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_sentence_is_taken_for_another(language: str) -> None:
    example = {"entry": "`one`", "field": "`one`", "given": "'one'", "meant": "'one'"}
    example["answer"] = "503 (overloaded)"
    tables = (*TABLES, "problems.server")
    with reading(language):
        for key, sentence in staff_texts_in(ENGLISH).sentences.items():
            if key.rpartition(".")[0] not in tables:
                continue
            names = re.findall(r"\{(\w+)\}", sentence)
            values = {name: example.get(name, "two") for name in names}
            own = say(key, **{name: _written(name, text) for name, text in values.items()})
            backend = "tei" if key.startswith("problems.server.") else ""
            english = f"{backend} {sentence.format(**values)}".strip()
            if backend:
                own = say("problems.form.placed", place=backend, problem=own)
            assert told(english) == own


def is_said(form: str, made: frozenset[str]) -> bool:
    """Whole, after a value, or as the place that a message begins with."""
    bare = after_place(form)
    return bool({form, bare, bare.removeprefix("{} "), f"{{}} {form}"} & made) or any(
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
    inside |= {"package", "sign_in_step", "target", "server", "server_advice", "server_range"}
    inside.add("server_reason")
    named = {key.partition(".")[0] for key in ENGLISH_FORMS}
    assert named - inside == {table.removeprefix("problems.") for table in TABLES} - {
        "review.standing"
    }
