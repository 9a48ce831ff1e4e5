"""What every peer serves: the model of a folder as a transformers pipeline, fp32 on torch."""

import json
import sys
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"


def folder_and_port() -> tuple[str, int]:
    """The two arguments of every peer."""
    return sys.argv[1], int(sys.argv[2])


def options_of(folder: str) -> dict[str, Any]:
    """Options of the pipeline: all labels, truncation at the console's length."""
    options = {"top_k": None, "function_to_apply": "sigmoid", "truncation": True}
    manifest = Path(folder) / "manifest.json"
    if manifest.is_file():
        options["max_length"] = json.loads(manifest.read_text(encoding="utf-8"))["max_tokens"]
    return options


def make_pipeline(folder: str) -> Any:
    """A pipeline that returns for each text a list of `{"label": …, "score": …}`."""
    from transformers import pipeline

    return pipeline("text-classification", model=folder, device="cpu", **options_of(folder))
