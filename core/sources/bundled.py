"""The invented sample comments that come with the console."""

from pathlib import Path

from core.sources.files.source import FileSource

SAMPLE_SOURCE = "sample"


def sample_source() -> FileSource:
    """The bundled sample, read like any other file."""
    return FileSource(Path(__file__).parent / "sample" / "comments.jsonl", SAMPLE_SOURCE)
