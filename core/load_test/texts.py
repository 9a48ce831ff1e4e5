"""The comments that are sent."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

from core.errors import ConsoleError
from core.inference.language.detector import LanguageDetector
from core.moderation.cleaning import check_text, clean_text
from core.moderation.comments import IncomingComment
from core.moderation.languages import ENGLISH
from core.sources.bundled import sample_source
from core.sources.files.source import FileSource

SEED = 20261123
MOST_TEXTS = 5_000


def read_texts(path: Path | None) -> list[str]:
    """The first comments of a file, or of the bundled sample, in a fixed shuffled order: a faster
    server gets further in the list, so no part of it may have longer texts. Raises ConsoleError for
    a file without any."""
    detect = LanguageDetector().detect
    source = FileSource(path, "bench") if path else sample_source()
    found = (item.text for item in source.read() if isinstance(item, IncomingComment))
    texts = list(itertools.islice((text for text in found if _is_usable(text, detect)), MOST_TEXTS))
    if not texts:
        raise ConsoleError(f"{path} holds no comment that can be scored")
    random.Random(SEED).shuffle(texts)
    return texts


def _is_usable(text: str, detect: Callable[[str], str | None]) -> bool:
    """Whether a backend is asked about it, which it is not in a language that it can't read."""
    check_text(text)
    cleaned = clean_text(text)
    return bool(cleaned) and detect(cleaned) in (None, ENGLISH)
