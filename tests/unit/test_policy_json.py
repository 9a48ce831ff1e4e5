"""The stored form of a policy: read back, refused if it is wrong, and its digest."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidPolicy
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
from core.moderation.reasons import Reason
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)


def test_policy_comes_back_from_its_stored_form() -> None:
    assert policy_from_json(policy_to_json(POLICY), version=1, created_at=NOW) == POLICY


def test_words_are_stored_as_they_are_written() -> None:
    reason = Reason("other", "Grüße", "Hier gilt: höflich bleiben.")
    policy = replace(POLICY, reasons=(*POLICY.reasons[:-1], reason))
    assert "höflich" in policy_to_json(policy)


def test_translations_are_stored_by_language_and_left_out_where_there_are_none() -> None:
    reason = POLICY.reasons[0].translated("de", "Drohungen", "Drohen Sie niemandem.")
    policy = replace(POLICY, reasons=(reason, *POLICY.reasons[1:]))
    first, second = json.loads(policy_to_json(policy))["reasons"][:2]
    words = {"title": "Drohungen", "text": "Drohen Sie niemandem."}
    assert first["translations"] == {"de": words}
    assert set(second) == {"code", "title", "text"}
    assert policy_from_json(policy_to_json(policy), version=1, created_at=NOW) == policy


@pytest.mark.parametrize(
    ("translations", "said"),
    [
        ([], "reason 1: `translations` is not an object"),
        ({"de": "Drohungen"}, "reason 1, translation 'de' is not an object"),
        ({"de": {"title": "Drohungen"}}, "translation 'de': 'text' is missing"),
        ({"de": {"title": "a", "text": "b", "note": "c"}}, "translation 'de': 'note' is unknown"),
        ({"de": {"title": 5, "text": "b"}}, "translation 'de': it needs a title and a text"),
        ({"de": {"title": "a", "text": " "}}, "translation 'de': it needs a title and a text"),
        ({"Deutsch": {"title": "a", "text": "b"}}, "translation 'Deutsch': "),
    ],
)
def test_translations_that_nobody_could_read_are_refused(translations: object, said: str) -> None:
    body = json.loads(policy_to_json(POLICY))
    body["reasons"][0]["translations"] = translations
    with pytest.raises(InvalidPolicy, match=said):
        policy_from_json(json.dumps(body), version=1, created_at=NOW)


def test_same_content_has_the_same_digest_whatever_its_version() -> None:
    later = replace(POLICY, version=9, created_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert policy_digest(later) == policy_digest(POLICY)


def test_another_threshold_or_word_changes_the_digest() -> None:
    hold, remove = POLICY.rules[-2:]
    edges = (replace(hold, high=0.96), replace(remove, low=0.96))
    moved = replace(POLICY, rules=(*POLICY.rules[:-2], *edges))
    worded = replace(POLICY, reasons=(*POLICY.reasons[:-1], Reason("other", "b", "c")))
    ranked = replace(POLICY, reason_precedence=POLICY.reason_precedence[::-1])
    assert len({policy_digest(policy) for policy in (POLICY, moved, worded, ranked)}) == 4


def test_policy_stored_without_a_precedence_is_read_and_keeps_its_digest() -> None:
    old = json.loads(policy_to_json(POLICY))
    del old["reason_precedence"]
    body = json.dumps(old, sort_keys=True, ensure_ascii=False)
    read = policy_from_json(body, version=1, created_at=NOW)
    assert read.reason_precedence == ()
    assert policy_to_json(read) == body
    ranks = {rule.reason_code: read.reason_rank(rule) for rule in read.rules}
    assert sorted(ranks, key=ranks.__getitem__) == [
        "threat",
        "identity_attack",
        "harassment",
        "obscene",
    ]


def test_stored_form_keeps_neither_version_nor_time() -> None:
    assert set(json.loads(policy_to_json(POLICY))) == {"rules", "reasons", "reason_precedence"}


def test_stored_policy_that_is_not_sound_is_refused_when_it_is_read() -> None:
    body = json.loads(policy_to_json(POLICY))
    for change in ({"label": "rudeness"}, {"action": "delete"}, {"reason_code": "x"}, {"low": 2}):
        raw = {**body, "rules": [{**body["rules"][0], **change}, *body["rules"][1:]]}
        with pytest.raises(InvalidPolicy, match="rule toxicity-approve"):
            policy_from_json(json.dumps(raw), version=1, created_at=NOW)


def stored(**changes: object) -> str:
    return json.dumps(json.loads(policy_to_json(POLICY)) | changes)


def stored_rule(**changes: object) -> str:
    first, *rest = json.loads(policy_to_json(POLICY))["rules"]
    changed_rule = {name: value for name, value in (first | changes).items() if value != "LEFT OUT"}
    return stored(rules=[changed_rule, *rest])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "not an object"),
        (stored()[:-1] + ', "rules": []}', "appears twice"),
        (stored_rule().replace("0.0,", "NaN,", 1), "NaN"),
        (stored(extra=1), "^the policy: 'extra'"),
        (stored(rules=None), "`rules` is not a list"),
        (stored(rules={}), "`rules` is not a list"),
        (stored(rules=["x"]), "rule 1 is not an object"),
        (stored(reasons=[5]), "reason 1 is not an object"),
        (stored(reason_precedence="threat"), "`reason_precedence` is not a list"),
        (stored(reason_precedence=None), "`reason_precedence` is not a list"),
        (stored(reasons=[{"code": "a", "title": "b"}]), "reason 1: .*'text'"),
        (stored_rule(low="LEFT OUT"), "rule 1: .*'low'"),
        (stored_rule(id="LEFT OUT", label="zz"), "rule 1: .*'id'"),
        (stored_rule(colour="red"), "rule 1: .*'colour'"),
        (stored_rule(low="0.0"), "band"),
        (stored_rule(label="zz"), "toxicity-approve: 'zz'"),
        (stored_rule(label=[]), "toxicity-approve"),
    ],
)
def test_stored_form_with_something_wrong_is_refused_by_its_place(body: str, message: str) -> None:
    with pytest.raises(InvalidPolicy, match=message):
        policy_from_json(body, version=1, created_at=NOW)


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"rules": [], "reasons": ' + "9" * 5_000 + "}",
        json.dumps(json.loads(policy_to_json(POLICY)) | {"reason_precedence": [["threat"]]}),
        json.dumps(json.loads(policy_to_json(POLICY)) | {"reason_precedence": [None]}),
    ],
)
def test_what_json_cannot_hold_for_a_policy_is_refused(body: str) -> None:
    with pytest.raises(InvalidPolicy):
        policy_from_json(body, version=1, created_at=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def places(node: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield path
    inner = node.items() if isinstance(node, dict) else ()
    inner = enumerate(node) if isinstance(node, list) else inner
    for key, each in inner:
        yield from places(each, (*path, key))


BODY = json.loads(policy_to_json(replace(POLICY, reason_precedence=("threat",))))
BODY["languages"] = {"de": "hold"}
PLACES = sorted(places(BODY), key=str)


@settings(max_examples=300)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_makes_a_policy_or_is_refused(
    place: tuple[object, ...], value: object
) -> None:
    body: object = json.loads(json.dumps(BODY))
    if not place:
        body = value
    else:
        node: Any = body
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] = value
    with suppress(InvalidPolicy):
        policy_from_json(json.dumps(body), version=1, created_at=NOW)
