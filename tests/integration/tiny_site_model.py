"""A model folder for tests of tuning, and comments of a site: a small network that nobody trained,
exported as the shipped one is."""

import itertools
from pathlib import Path

import duckdb

from core.inference.base import Activation
from core.inference.manifest import MANIFEST_FILE, Band, Manifest
from core.inference.pooling import Pooling
from core.inference.text.form import TEXT_FORM
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import MODEL_LABELS, NOT_ASSESSED, sha256_of
from tests.integration.tiny_base_model import write_base_model

PEOPLE = ("you", "i", "the dog", "the cat", "this compiler", "the process")
WORDS = ("bad", "good", "nice", "a damn idiot", "an idiot", "a dog", "a nice cat", "a bad process")
SENTENCES = [
    (f"{one} will thanks {other} and {two} are {word}", "idiot" in word)
    for one, two, other, word in itertools.product(PEOPLE, PEOPLE, ("you", "the dog"), WORDS)
]


def write_model(folder: Path, pooling: Pooling) -> Path:
    """With bands that every label shares."""
    from core.training.export.files import export_model
    from core.training.fitting.network import build_classifier

    base, model = folder / "base", folder / "model"
    base.mkdir(parents=True)
    model.mkdir()
    write_base_model(base)
    network = build_classifier(base, MODEL_LABELS, seed=1, pooling=pooling)
    # As it comes the head is too quiet for any score to leave 0.5.
    network.model.classifier.weight.data *= 10
    tokenizer = load_tokenizer(base / "tokenizer.json", 64)
    export_model(
        network, base, model, calibration=encode(tokenizer, [t for t, _ in SENTENCES[:40]])
    )
    manifest = Manifest(
        name="minilm-toxicity",
        version="minilm-toxicity-0",
        files={path.name: sha256_of(path) for path in sorted(model.iterdir())},
        labels=MODEL_LABELS,
        not_assessed=NOT_ASSESSED,
        activation=Activation.SIGMOID,
        max_tokens=64,
        window_tokens=32,
        pad_id=0,
        text_form=TEXT_FORM,
        precision="int8",
        thresholds=dict.fromkeys(MODEL_LABELS, Band(0.6, 0.9)),
        about={},
    )
    (model / MANIFEST_FILE).write_text(manifest.as_json())
    return model


def write_rows(path: Path, count: int) -> Path:
    """Labelled comments: an insult is one that says `idiot`; a few are clean in every label."""
    step = len(SENTENCES) // count
    chosen = SENTENCES[:: max(1, step)][:count]
    values = ", ".join(
        f"('{text}', {is_insult}, 'g{n // 2}')" for n, (text, is_insult) in enumerate(chosen)
    )
    duckdb.sql(
        f'COPY (SELECT text, insult, "group" FROM (VALUES {values}) '
        f"t(text, insult, \"group\")) TO '{path}'"
    )
    return path
