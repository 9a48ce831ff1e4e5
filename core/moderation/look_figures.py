"""What second looks and golden items say: how far which people agree, on which reasons, and how
often each is right. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.moderation.agreement import FEW_PAIRS, Agreement, AnswerPair, agreement
from core.moderation.estimates import ShareEstimate, share_of
from core.moderation.policies import Action
from core.moderation.second_looks import GoldenAnswer, SecondLook


@dataclass(frozen=True, slots=True)
class PairFigures:
    """Of two people, in alphabetical order, whoever of them decided first."""

    people: tuple[str, str]
    found: Agreement


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """On whether to remove a text for that reason, over all texts; `named` is how many of them at
    least one of the two would remove for it."""

    reason_code: str
    named: int
    found: Agreement

    @property
    def is_few(self) -> bool:
        """Whether there are too few to conclude from: texts that nobody would remove for it say
        little about it."""
        return self.named < FEW_PAIRS


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """How often a person was right on golden items."""

    actor: str
    found: ShareEstimate


def answer_pair(look: SecondLook, reason_code: str | None = None) -> AnswerPair | None:
    """What it says about agreement on removing, or on removing for that reason; None before the
    second answer."""
    if look.second is None:
        return None
    first, second = (
        each.action is Action.REMOVE and reason_code in (None, each.reason_code)
        for each in (look.first, look.second)
    )
    return AnswerPair(first=first, second=second, weight=1 / look.sampling.probability)


def overall(looks: Iterable[SecondLook]) -> Agreement | None:
    """Of everybody; None without an answer."""
    return agreement(_pairs(looks))


def by_pair(looks: Iterable[SecondLook]) -> Sequence[PairFigures]:
    """Those with the most texts first."""
    groups: defaultdict[tuple[str, str], list[AnswerPair]] = defaultdict(list)
    for look in looks:
        pair = answer_pair(look)
        if pair is None or look.second is None:
            continue
        people = (look.first.actor, look.second.actor)
        if people[0] > people[1]:
            people = (people[1], people[0])
            pair = replace(pair, first=pair.second, second=pair.first)
        groups[people].append(pair)
    figures = [(people, agreement(pairs)) for people, pairs in groups.items()]
    found = [PairFigures(people, one) for people, one in figures if one is not None]
    return sorted(found, key=lambda each: (-each.found.pairs, each.people))


def by_reason(looks: Sequence[SecondLook]) -> Sequence[ReasonFigures]:
    """The reasons that somebody gave, the most named first."""
    named: Counter[str] = Counter()
    for look in looks:
        if look.second is not None:
            given = {look.first.reason_code, look.second.reason_code}
            named.update(code for code in given if code is not None)
    figures = [(code, agreement(_pairs(looks, code))) for code in named]
    found = [ReasonFigures(code, named[code], one) for code, one in figures if one is not None]
    return sorted(found, key=lambda each: (-each.named, each.reason_code))


def golden_results(answers: Iterable[GoldenAnswer]) -> Sequence[GoldenResult]:
    """One for each person who answered, by name."""
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for given in answers:
        every[given.answer.actor] += 1
        right[given.answer.actor] += given.is_right
    return [GoldenResult(actor, share_of(right[actor], every[actor])) for actor in sorted(every)]


def _pairs(looks: Iterable[SecondLook], reason_code: str | None = None) -> list[AnswerPair]:
    pairs = (answer_pair(look, reason_code) for look in looks)
    return [pair for pair in pairs if pair is not None]
