"""The project's suite of long texts: an abusive sentence at one place of harmless text.

The sentences are in a file beside this one, for measuring alone.
"""

import itertools
import json
from collections.abc import Sequence

from core.training.evaluation.paired_suites import PairedKind, PairedSuite, suite_file

LONG_TEXT_FILE = "long_text_suite.json"


def read_long_texts() -> PairedSuite:
    """The suite, its kinds in the order of the file."""
    content, digest = suite_file(LONG_TEXT_FILE)
    data = json.loads(content)
    abusive, sentences = data["abusive"], data["sentences"]
    kinds = []
    for kind in data["kinds"]:
        leads = itertools.cycle(kind["leads"])
        texts = [harmless_text(sentences, n, kind["chars"]) for n in range(len(abusive))]
        kinds.append(
            PairedKind(
                kind["name"],
                kind["about"],
                abusive=tuple(map(_with_paragraph, texts, abusive, leads)),
                harmless=tuple(texts),
            )
        )
    plain = PairedKind("alone", "the sentences alone", tuple(abusive), tuple(sentences))
    return PairedSuite(digest, plain, tuple(kinds))


def harmless_text(sentences: Sequence[str], number: int, chars: int) -> str:
    """The longest text of up to `chars` characters of whole sentences. Texts of other numbers begin
    with other ones."""
    start = number * len(sentences) // 16
    text = ""
    for sentence in itertools.cycle([*sentences[start:], *sentences[:start]]):
        longer = f"{text} {sentence}".lstrip()
        if len(longer) > chars:
            return text
        text = longer
    raise ValueError("there are no sentences")


def _with_paragraph(text: str, paragraph: str, lead: int) -> str:
    """After the last word that ends within the first `lead` characters."""
    cut = len(text) if lead >= len(text) else text.rfind(" ", 0, lead + 1) + 1
    return f"{text[:cut].rstrip()}\n\n{paragraph}.\n\n{text[cut:]}".strip()
