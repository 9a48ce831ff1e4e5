"""Every public service is in the table of roles, or in a table that says why it checks none."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

import core.services
from tests.integration.service_calls import TABLE

# Services that check no permission, and why they need not.
BY_REFERENCE = "public by design: the reference is all it takes"
OF_THE_PROCESS = "called by the site's own process or its operator at the command line"
INSIDE = "a step in the transaction of a service that has checked"
PURE = "reads no state"
SIGNING_IN = "nobody is signed in yet: the token is all it takes"
UNCHECKED: Mapping[str, str] = {
    "appeal.file_appeal": BY_REFERENCE,
    "lookup.look_up": BY_REFERENCE,
    "cascade.calibrate": OF_THE_PROCESS,
    "cascade.open_cascade": OF_THE_PROCESS,
    "explain.explain_text": OF_THE_PROCESS,
    "explain.find_comment": OF_THE_PROCESS,
    "policies.ensure_policy": OF_THE_PROCESS,
    "policy_drafts.own_draft": INSIDE,
    "statements.check_span": PURE,
    "text_matches.matched_words": PURE,
    "text_matches.rule_matches": PURE,
    "read_limit.note_limit": OF_THE_PROCESS,
    "read_limit.is_raised": OF_THE_PROCESS,
    "read_limit.is_other_limit": OF_THE_PROCESS,
    "overview.find_cause": OF_THE_PROCESS,
    "site_changes.list_changes": INSIDE,
    "rescore.has_unscored": OF_THE_PROCESS,
    "rescore.rescore": OF_THE_PROCESS,
    "score.score_waiting": OF_THE_PROCESS,
    "submit.take": OF_THE_PROCESS,
    "submit.decide_taken": OF_THE_PROCESS,
    "gone_texts.end_work_on": INSIDE,
    "attention.attention_to": INSIDE,
    "attention.reports_to_answer": INSIDE,
    "ingest.complete_comment": INSIDE,
    "ingest.store_comment": INSIDE,
    "lookup.find_revision": INSIDE,
    "gone_texts.text_gone": INSIDE,
    "parity.sample_stored": INSIDE,
    "reopen.add_reopening": INSIDE,
    "review.add_review": INSIDE,
    "second_look_draw.draw_second_look": INSIDE,
    "second_looks.find_look": INSIDE,
    "second_looks.check_is_another": INSIDE,
    "second_looks.ancestors_of": INSIDE,
    "case_work.add_reviewed": INSIDE,
    "case_work.case_at_work": INSIDE,
    "case_work.check_latest": INSIDE,
    "case_work.release": INSIDE,
    "review.check_review": INSIDE,
    "review.undo_review": INSIDE,
    "withdraw.withdraw_known": INSIDE,
    "automated.decide": INSIDE,
    "message_contents.read_content": INSIDE,
    "sign_in.sign_in": SIGNING_IN,
    "sign_in.find_signed_in": SIGNING_IN,
    "staff_sign_in.finish_sign_in": SIGNING_IN,
    "staff_sign_in.find_staff": SIGNING_IN,
    "staff_sign_in.sign_out": SIGNING_IN,
    "staff_sign_in.end_sign_in": SIGNING_IN,
    "people.list_demo_staff": SIGNING_IN,
    "people.find_demo_staff": SIGNING_IN,
    "people.people_here": INSIDE,
    "people.is_alone_here": INSIDE,
    "people.note_seen": INSIDE,
    "policy_drafts.may_publish_alone": INSIDE,
    "sign_in.token_digest": PURE,
    "score.raise_outage": PURE,
    "backends.circuit_of": PURE,
    "backends.state_of": PURE,
    "parity.sample_source": PURE,
    "review.describe_decision": PURE,
    "review.describe_standing": PURE,
    "undone_case.undone_case": INSIDE,
    "case_work.reopening_key": PURE,
    "queries.hidden_view": PURE,
    "submit.describe_problems": PURE,
    "submit.not_scored": PURE,
    "load_tests.latency_objective": PURE,
}


def public_services() -> dict[str, Callable[..., Any]]:
    """Every public function of `core.services` by module and name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(core.services.__path__):
        loaded = importlib.import_module(f"core.services.{module.name}")
        for name, value in vars(loaded).items():
            is_own = inspect.isfunction(value) and value.__module__ == loaded.__name__
            if is_own and not name.startswith("_"):
                found[f"{module.name}.{name}"] = value
    return found


def test_every_public_service_is_in_one_of_the_tables() -> None:
    checked = {name for name, _ in TABLE}
    assert set(public_services()) == checked | set(UNCHECKED)
    assert not checked & set(UNCHECKED)


def test_a_service_with_an_actor_is_in_the_table_of_roles() -> None:
    told = {
        name
        for name, service in public_services().items()
        if "actor" in inspect.signature(service).parameters and UNCHECKED.get(name) != INSIDE
    }
    assert told == {name for name, _ in TABLE}
