"""The project's own short examples, filled from templates in a file beside this one."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from core.inference.text_form import model_text
from core.training.datasets import MODEL_LABELS, Example

OWN_SOURCE = "own_examples"
OWN_WEIGHT = 2.0
_SLOT = re.compile(r"\{(\w+)\}")


def own_file_sha256() -> str:
    """Of the data file as shipped; the model card gives it."""
    return hashlib.sha256(_own_file_bytes()).hexdigest()


def _own_file_bytes() -> bytes:
    return files("core.training").joinpath("own_examples.json").read_bytes()


def own_examples() -> list[Example]:
    """Every filled template. Rows of one template share a key, so they stay on one side."""
    data = json.loads(_own_file_bytes())
    return [
        _example(text, category, f"own-{category['name']}-{number}")
        for category in data["categories"]
        for number, template in enumerate(category["templates"])
        for text in fill(template, data["slots"])
    ]


def fill(template: str, slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The template with every combination of its slots, in the order of the file."""
    names = _SLOT.findall(template)
    for values in itertools.product(*(slots[name] for name in names)):
        yield template.format(**dict(zip(names, values, strict=True)))


def _example(text: str, category: Mapping[str, Mapping[str, float]], key: str) -> Example:
    targets = tuple(category["targets"].get(label) for label in MODEL_LABELS)
    return Example(model_text(text), targets, (key,), OWN_SOURCE, OWN_WEIGHT)
