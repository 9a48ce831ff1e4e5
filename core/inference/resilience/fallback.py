"""Several backends in a row: when one fails, the next one answers."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from core.errors import BackendError, ModelNotUsable
from core.inference.base import (
    Backend,
    BackendInfo,
    BatchResult,
    CallMetadata,
    FailedCall,
    TextResult,
    check_count,
)


class FallbackBackend:
    """Has the `info` of its first member. Results from another member carry that member's name and
    model version. The call metadata says who answered last and which members failed before."""

    def __init__(self, members: Sequence[Backend]) -> None:
        self._members = tuple(members)

    @property
    def info(self) -> BackendInfo:
        """The first member's."""
        return self._members[0].info

    def load(self) -> None:
        """Loads all members, so that the last one is ready when needed. Raises the first member's
        ModelNotUsable when none can be used."""
        problems = [problem for member in self._members if (problem := _unusable(member))]
        if len(problems) == len(self._members):
            raise problems[0]

    def score(self, texts: Sequence[str]) -> BatchResult:
        """Results in input order. If a single text fails at one member, the next one tries it too.

        Raises the first member's BackendError when none can be used.
        """
        began = perf_counter()
        found: dict[int, TextResult] = {}
        left, failed = list(range(len(texts))), list[FailedCall]()
        first_error: BackendError | None = None
        call, answered_by = CallMetadata(0.0), self.info
        for member in self._members:
            if not left:
                break
            member_began = perf_counter()
            try:
                answer = _checked_answer(member, [texts[row] for row in left])
            except BackendError as error:
                first_error = first_error or error
                took_ms = (perf_counter() - member_began) * 1000.0
                failed.append(FailedCall(member.info, error.kind, error.attempts, took_ms))
                continue
            call, answered_by = answer.call, member.info
            for row, result in zip(left, answer.results, strict=True):
                if result.error is None or row not in found:
                    found[row] = self._signed(member, result)
            left = [row for row in left if found[row].error is not None]
        if first_error is not None and len(found) < len(texts):
            raise first_error
        total_ms = (perf_counter() - began) * 1000.0
        call = replace(call, total_ms=total_ms, answered_by=answered_by, failed_calls=tuple(failed))
        return BatchResult(tuple(found[row] for row in range(len(texts))), call)

    def health(self) -> str | None:
        """None when any member can score, else why the first one can't."""
        first, *others = self._members
        problem = first.health()
        if problem is None or any(other.health() is None for other in others):
            return None
        return problem

    def close(self) -> None:
        """Closes all members."""
        for member in self._members:
            member.close()

    def _signed(self, member: Backend, result: TextResult) -> TextResult:
        if member is self._members[0] or result.error is not None:
            return result
        info = member.info
        version = result.model_version or info.model_version
        return replace(result, backend=info.name, model_version=version)


def _unusable(member: Backend) -> ModelNotUsable | None:
    try:
        member.load()
    except ModelNotUsable as problem:
        return problem
    return None


def _checked_answer(member: Backend, texts: Sequence[str]) -> BatchResult:
    answer = member.score(texts)
    check_count(member.info.name, answer, texts)
    return answer
