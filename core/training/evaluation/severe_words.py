"""Chooses the words that pages mask, from the model's scores and from comments people labelled.

A score alone is not enough: the model also scores words such as "gay" above 0.9 when they stand
alone. So most comments with the word must be toxic, too.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.inference.base import Backend
from core.inference.manifest import SHIPPED_MODEL, TOKENIZER_FILE
from core.inference.severe_words import SEVERE_WORDS_FILE
from core.moderation.scores import Label
from core.training.data.catalogue import CATALOGUE, DataSet
from core.training.data.datasets import Example, read_set, verify_files
from core.training.data.split import split_examples

SETS = ("jigsaw_wiki", "davidson_tweets", "hatemoji_build", "hatexplain_val", "cad_reddit")
"""Those in which people called comments toxic as well as clean."""
SCORE_FROM = 0.8
TOXIC_SHARE = 0.75
COMMON_TOXIC_SHARE = 0.85
"""For words that ordinary texts use so often that the model's base has a token for them."""
FEWEST_TOXIC = 4
"""Toxic comments that a word must stand in."""
_EXTRA_CLEAN = 1
"""Counted to each word's clean comments: a few comments prove less than many."""
_WORD = re.compile(r"[a-z]{3,}")
_TOXIC = 0.5
_BATCH = 64
WARNING = "Contains slurs and obscene words. Nobody chose or wrote them here: see `about`."
ABOUT = (
    "Words that pages mask. Made by `modconsole severe-words`: each stands in the training side of "
    "the sets named, mostly in toxic comments, and the model scores it high where it stands alone."
)


@dataclass(frozen=True, slots=True)
class SevereWord:
    """A word with what speaks for it: its highest score alone, with the label, and the comments
    with the word that people called toxic and clean."""

    word: str
    label: Label
    score: float
    toxic: int
    clean: int


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many toxic and clean comments each word stands."""

    toxic: Mapping[str, int]
    clean: Mapping[str, int]


def write_severe_words(data_dir: Path, backend: Backend, out: Path) -> Sequence[SevereWord]:
    """Writes the list into the model folder `out`. Raises DataFileMismatch and MissingExtra."""
    sets = [each for each in CATALOGUE if each.name in SETS]
    verify_files(data_dir, sets)
    counts = count_comments(_training_side(data_dir, sets))
    asked = sorted(word for word, count in counts.toxic.items() if count >= FEWEST_TOXIC)
    words = choose_words(counts, _scored_alone(backend, asked), common_words())
    rows = ",\n".join(f"  {json.dumps(asdict(word))}" for word in words)
    head: dict[str, Any] = {
        "warning": WARNING,
        "about": ABOUT,
        "model_version": backend.info.model_version,
        "sets": SETS,
        "words": [],
    }
    text = json.dumps(head, indent=1).replace('"words": []', f'"words": [\n{rows}\n ]')
    (out / SEVERE_WORDS_FILE).write_text(text + "\n", encoding="utf-8")
    return words


def count_comments(examples: Iterable[Example]) -> WordCounts:
    """Counts of the comments whose toxicity people judged; a word counts once in each."""
    toxic: Counter[str] = Counter()
    clean: Counter[str] = Counter()
    for example in examples:
        toxicity = example.targets[0]
        if toxicity is not None:
            found = set(_WORD.findall(example.text.lower()))
            (toxic if toxicity >= _TOXIC else clean).update(found)
    return WordCounts(toxic, clean)


def choose_words(
    counts: WordCounts, scores: Mapping[str, Mapping[Label, float]], common: Collection[str]
) -> tuple[SevereWord, ...]:
    """The scored words that pass both lines, in alphabetical order."""
    chosen = []
    for word, of_word in sorted(scores.items()):
        label = max(of_word, key=lambda label: of_word[label])
        found = SevereWord(
            word,
            label,
            round(of_word[label], 3),
            counts.toxic.get(word, 0),
            counts.clean.get(word, 0),
        )
        if is_severe(found, common):
            chosen.append(found)
    return tuple(chosen)


def is_severe(word: SevereWord, common: Collection[str]) -> bool:
    """Whether the word's score and its comments pass the lines."""
    singular = word.word.removesuffix("s")
    line = COMMON_TOXIC_SHARE if {word.word, singular} & set(common) else TOXIC_SHARE
    share = word.toxic / (word.toxic + word.clean + _EXTRA_CLEAN)
    return word.toxic >= FEWEST_TOXIC and word.score >= SCORE_FROM and share >= line


def common_words(folder: Path = SHIPPED_MODEL) -> frozenset[str]:
    """The words for which the model's base has a token."""
    tokenizer = json.loads((folder / TOKENIZER_FILE).read_text(encoding="utf-8"))
    return frozenset(filter(_WORD.fullmatch, tokenizer["model"]["vocab"]))


def _training_side(data_dir: Path, sets: Sequence[DataSet]) -> Sequence[Example]:
    return split_examples([row for each in sets for row in read_set(data_dir, each)]).train


def _scored_alone(backend: Backend, words: Sequence[str]) -> dict[str, Mapping[Label, float]]:
    found: dict[str, Mapping[Label, float]] = {}
    for at in range(0, len(words), _BATCH):
        batch = words[at : at + _BATCH]
        results = backend.score(batch).results
        found |= {word: result.scores for word, result in zip(batch, results, strict=True)}
    return found
