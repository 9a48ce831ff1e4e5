"""The parity bench: scores the same comments with several backends and compares them. It writes
nothing to the state or the serving log."""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import BackendError, ConfigError, InvalidInput, MissingExtra
from core.inference.base import Backend
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.moderation.permissions import Actor, Permission, can, check_can
from core.moderation.policies import Policy
from core.parity.evidence import gather_evidence
from core.parity.pair import Pair, compare_pair, count_flagged
from core.parity.report import ParityReport
from core.parity.tables import ScoreTable, score_table
from core.services.context import Context
from core.sources.base import CommentSource

FEWEST, MOST = 50, 500
FEW_FLAGGED = 20
NEWEST = 5_000
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class Sample:
    """The comments of a comparison. `source` describes where they come from; `ids` are their ids at
    the source, `texts` are cleaned; both in the same order."""

    source: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]


Make = Callable[[str], Backend]
"""Makes a new backend by its name, without cache, cascade or fallback. Raises MissingExtra,
ConfigError or BackendError."""
Progress = Callable[[str, float], None]
"""Called with the present step in words and the share of the work that is done (0..1)."""


def compare_stored(
    context: Context,
    actor: Actor,
    names: Sequence[str],
    make: Make,
    *,
    count: int,
    bundled: CommentSource,
    progress: Progress,
) -> ParityReport:
    """`compare_backends` on `count` of the site's own comments under the policy in force; on the
    bundled comments if the site has none."""
    check_can(actor, Permission.COMPARE_BACKENDS)
    with context.store.read() as reader:
        policy = reader.policy_in_force()
    sample = sample_stored(context, bundled, count)
    now = context.clock.now()
    return compare_backends(actor, sample, policy, names, make, now=now, progress=progress)


def sample_stored(context: Context, bundled: CommentSource, count: int) -> Sample:
    """A sample of the newest scored comments; of the bundled ones if none is stored."""
    with context.store.read() as reader:
        stored = reader.scored_texts(NEWEST)
    if not stored:
        return sample_source(bundled, count, name="bundled sample")
    return _sample("stored comments", ((each.source_id, each.text) for each in stored), count)


def sample_source(source: CommentSource, count: int, name: str | None = None) -> Sample:
    """A sample of a source's comments. Raises InvalidInput if it has none."""
    comments = (
        (item.source_id, clean_text(item.text))
        for item in source.read()
        if isinstance(item, IncomingComment)
    )
    return _sample(name or source.name, comments, count)


def _sample(source: str, comments: Iterable[tuple[str, str]], count: int) -> Sample:
    """Up to `count` distinct texts in their order. The seed is fixed, so that the same comments are
    chosen each time."""
    if not FEWEST <= count <= MOST:
        raise InvalidInput(f"{count} comments: a comparison takes {FEWEST} to {MOST}")
    ids: dict[str, str] = {}
    for source_id, text in comments:
        if text:
            ids.setdefault(text, source_id)
    if not ids:
        raise InvalidInput(f"{source}: there are no comments")
    texts = list(ids)
    if len(texts) > count:
        rows = sorted(random.Random(_SEED).sample(range(len(texts)), count))
        source = f"{source}, {count} of {len(texts):,}"
        texts = [texts[row] for row in rows]
    return Sample(source, tuple(ids[text] for text in texts), tuple(texts))


def compare_backends(
    actor: Actor,
    sample: Sample,
    policy: Policy,
    names: Sequence[str],
    make: Make,
    *,
    now: datetime,
    progress: Progress,
) -> ParityReport:
    """Compare the first of `names`, the reference, with each of the others.

    Raises BackendError, MissingExtra or ConfigError if the reference can't be used. If another
    backend can't be used, the report has the reason in `refused`. Calls are not recorded in the
    serving log.
    """
    check_can(actor, Permission.COMPARE_BACKENDS)
    reference, *others = dict.fromkeys(names)
    if not others:
        raise InvalidInput("a comparison takes two backends or more, the reference first")
    run = _Run(sample, policy, make, progress, len(others) + 1)
    pairs: list[Pair] = []
    refused: dict[str, str] = {}
    with ExitStack() as stack:
        mine = run.open(reference, stack)
        table = run.score(mine, reference)
        for name in others:
            with ExitStack() as closing:
                try:
                    other = run.open(name, closing)
                    pairs.append(run.pair(mine, table, other, name))
                except (BackendError, MissingExtra, ConfigError) as error:
                    refused[name] = str(error)
    return ParityReport(
        made_at=now,
        source=sample.source,
        ids=sample.ids,
        # Without the permission to read the queue, a report has no comment texts.
        texts=sample.texts if can(actor, Permission.SEE_QUEUE) else (),
        policy=policy,
        reference=table,
        pairs=tuple(pairs),
        refused=refused,
        notices=run.notices,
        warnings=_warnings(sample, table, policy),
    )


class _Run:
    """A comparison in progress; counts the texts done for `progress`."""

    def __init__(
        self,
        sample: Sample,
        policy: Policy,
        make: Make,
        progress: Progress,
        backends: int,
    ) -> None:
        self.notices: dict[str, str] = {}
        self._texts = sample.texts
        self._policy = policy
        self._make = make
        self._progress = progress
        self._all = backends * len(sample.texts)
        self._done = 0

    def open(self, name: str, closing: ExitStack) -> Backend:
        """The backend, loaded; `closing` closes it."""
        self._progress(f"opening {name}", self._done / self._all)
        backend = self._make(name)
        closing.callback(backend.close)
        if backend.info.notice:
            self.notices[name] = backend.info.notice
        backend.load()
        return backend

    def score(self, backend: Backend, name: str) -> ScoreTable:
        """The backend's scores of all texts of the sample."""
        before = self._done

        def report(rows: int) -> None:
            self._progress(f"{name}: {rows:,} comments", (before + rows) / self._all)

        try:
            # The table gets the requested name: `auto` is another name of one of the runtimes.
            return replace(score_table(backend, self._texts, progress=report), backend=name)
        finally:
            self._done = before + len(self._texts)

    def pair(self, mine: Backend, table: ScoreTable, other: Backend, name: str) -> Pair:
        """The comparison of the reference `mine`, whose scores are `table`, with `other`."""
        theirs = self.score(other, name)

        def say(words: str) -> None:
            self._progress(words, self._done / self._all)

        evidence = gather_evidence(self._texts, (mine, table), (other, theirs), say)
        say(f"matching thresholds for {name}")
        return compare_pair(table, theirs, self._policy, evidence)


def _warnings(sample: Sample, reference: ScoreTable, policy: Policy) -> tuple[str, ...]:
    found = []
    if len(sample.texts) < FEWEST:
        found.append(
            f"{len(sample.texts)} comments are few: under {FEWEST}, one more or less moves every "
            "figure, and thresholds can hardly be matched."
        )
    flagged = count_flagged(reference, policy)
    if flagged < FEW_FLAGGED:
        found.append(
            f"The reference flags only {flagged:,} of the comments: thresholds matched on so few "
            "are uncertain, as their intervals show. Compare on comments that were reported or "
            "held as well."
        )
    failed = sum(error is not None for error in reference.errors)
    if failed:
        first = next(error for error in reference.errors if error)
        found.append(f"The reference did not score {failed:,} of the comments: {first}.")
    return tuple(found)
