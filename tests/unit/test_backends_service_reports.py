"""What the backends service reports besides states: problems, failure policy, processes."""

from dataclasses import replace

import pytest

from core.errors import PermissionDenied
from core.inference.base import Activation, ErrorKind
from core.inference.fake import FakeBackend
from core.moderation.failure_policy import FailurePolicy
from core.moderation.permissions import Actor, Role
from core.services.backends import Catalogue, load_site_backends
from core.services.context import Context
from core.services.failure import FailureRule
from tests.unit.test_backends_service import (
    LEFT_ALONE,
    NOW,
    OPS,
    TEI,
    answer,
    context,
    first,
    look,
    seen,
)

__all__ = ["context"]  # the fixture


def test_problem_of_the_file_and_the_failure_policy_are_passed_on(context: Context) -> None:
    context = replace(context, failure=FailureRule(FailurePolicy.APPROVE))
    catalogue = Catalogue((TEI,), "tei", None, file_problem="line 3: no `url`")
    site = load_site_backends(context, OPS, catalogue, calls=(), seen=(), checks={})
    assert site.file_problem == "line 3: no `url`"
    assert site.failure_policy is FailurePolicy.APPROVE


def test_check_that_failed_says_why_and_is_kept(context: Context) -> None:
    failed = answer(1, "tei gave no answer in time", ErrorKind.TIMEOUT)
    status = first(look(context, TEI, check=failed))
    assert (status.problem, status.check) == ("tei gave no answer in time", failed)
    assert status.known_at == failed.at


def test_check_as_new_as_the_log_counts(context: Context) -> None:
    failed = answer(5, "tei refused the key", ErrorKind.AUTH)
    assert first(look(context, TEI, seen=(seen(5),), check=failed)).error_kind is ErrorKind.AUTH


def test_backend_is_described_as_it_described_itself(context: Context) -> None:
    info = FakeBackend().info
    told = replace(answer(1), info=replace(info, activation=Activation.SIGMOID))
    candidate = first(look(context, TEI, check=told)).candidate
    assert candidate.activation is Activation.SIGMOID
    assert candidate.labels == info.labels
    assert candidate.model_version == info.model_version


def test_of_several_processes_with_an_open_circuit_the_last_one_is_shown(context: Context) -> None:
    older = seen(30, process="zz-1", **{**LEFT_ALONE, "trouble": "connect"})
    newer = seen(10, process="aa-2", **LEFT_ALONE)
    for order in ((older, newer), (newer, older)):
        status = first(look(context, TEI, seen=order))
        assert status.known_at == newer.last_at
        assert status.error_kind is ErrorKind.TIMEOUT


def test_who_answered_live_traffic_last_is_named(context: Context) -> None:
    older, newer = seen(60, process="a"), seen(5, process="b")
    never = seen(1, process="c", failures=2, error="timeout")
    for order in ((older, newer, never), (never, newer, older)):
        assert look(context, TEI, seen=order).answering == newer
    assert look(context, TEI, seen=(never,)).answering is None
    assert newer.last_at < NOW


def test_backends_are_shown_only_to_those_who_may_see_serving(context: Context) -> None:
    with pytest.raises(PermissionDenied):
        load_site_backends(
            context,
            Actor("sam", Role.AUTHOR),
            Catalogue((TEI,), "tei", None),
            calls=(),
            seen=(),
            checks={},
        )
