"""The project's own short examples, filled from templates in files beside this one.

The first file is used from the start. The hard examples were written after looking at the network's
errors, and are used in the refining phase alone.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.first_text_form import first_text_form

OWN_SOURCE = "own_examples"
HARD_SOURCE = "hard_examples"
OWN_SOURCES = (OWN_SOURCE, HARD_SOURCE)
OWN_WEIGHT = 2.0
_SLOT = re.compile(r"\{(\w+)\}")


def own_file_sha256(source: str) -> str:
    """sha256 of the data file as shipped, for the model card."""
    return hashlib.sha256(_file_bytes(source)).hexdigest()


def _file_bytes(source: str) -> bytes:
    return files("core.training.data").joinpath(f"{source}.json").read_bytes()


def own_examples() -> list[Example]:
    """Every filled template of every file. Rows of one template share a key, so they stay on one
    side."""
    return [example for source in OWN_SOURCES for example in _filled(source)]


def _filled(source: str) -> list[Example]:
    data, prefix = json.loads(_file_bytes(source)), source.partition("_")[0]
    return [
        _example(text, category, f"{prefix}-{category['name']}-{number}", source)
        for category in data["categories"]
        for number, template in enumerate(category["templates"])
        for text in fill(template, data["slots"])
    ]


def fill(template: str, slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The template with every combination of its slots, in the order of the file."""
    names = _SLOT.findall(template)
    for values in itertools.product(*(slots[name] for name in names)):
        yield template.format(**dict(zip(names, values, strict=True)))


def _example(
    text: str, category: Mapping[str, Mapping[str, float]], key: str, source: str
) -> Example:
    targets = tuple(category["targets"].get(label) for label in MODEL_LABELS)
    return Example(first_text_form(text), targets, (key,), source, OWN_WEIGHT)
