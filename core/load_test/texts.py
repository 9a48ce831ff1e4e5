"""The comments that are sent."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

from core.errors import ConsoleError
from core.inference.language.detector import LanguageDetector
from core.moderation.cleaning import check_text, clean_text
from core.moderation.comments import IncomingComment
from core.moderation.languages import ENGLISH, TextLanguages
from core.sources.bundled import sample_source
from core.sources.files.source import FileSource

SEED = 20261123
MOST_TEXTS = 5_000


def read_texts(path: Path | None) -> list[str]:
    """The first comments of a file, or of the bundled sample, in a fixed shuffled order: a faster
    server gets further in the list, so no part of it may have longer texts. Raises ConsoleError for
    a file without any."""
    read = LanguageDetector().read
    source = FileSource(path, "bench") if path else sample_source()
    found = (item.text for item in source.read() if isinstance(item, IncomingComment))
    texts = list(itertools.islice((text for text in found if _is_usable(text, read)), MOST_TEXTS))
    if not texts:
        raise ConsoleError(f"{path} holds no comment that can be scored")
    random.Random(SEED).shuffle(texts)
    return texts


def _is_usable(text: str, read: Callable[[str], TextLanguages]) -> bool:
    """Whether a backend's scores are its answer: not where a part is in a language that it can't
    read."""
    check_text(text)
    cleaned = clean_text(text)
    if not cleaned:
        return False
    languages = read(cleaned)
    return languages.main in (None, ENGLISH) and not languages.parts
