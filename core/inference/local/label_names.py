"""Maps the labels of other models to the console's labels."""

from collections.abc import Mapping, Sequence

from core.errors import ConfigError, ModelNotUsable
from core.moderation.scores import Label

BUILT_IN: dict[str, Label] = {
    **{str(label): label for label in Label},
    "toxic": Label.TOXICITY,
    "severe_toxic": Label.SEVERE_TOXICITY,
    "obscenity": Label.OBSCENE,
    "identity_hate": Label.IDENTITY_ATTACK,
}
HARMLESS = frozenset({"non_toxic", "nontoxic", "not_toxic", "neutral", "normal", "safe", "ok"})
"""Labels that mean "the comment is fine". They are ignored: the model's other labels carry the
information."""


def parse_label_map(text: str) -> dict[str, Label]:
    """`toxic=toxicity,hate=identity_attack` as a mapping. Raises ConfigError naming the part."""
    declared: dict[str, Label] = {}
    for part in text.split(","):
        name, equals, label = (piece.strip() for piece in part.partition("="))
        if not (name and equals and label in list(Label)):
            raise ConfigError(
                f"MODCONSOLE_LABELS has {part.strip()!r}; it takes NAME=LABEL, with a comma "
                f"between two, and LABEL one of {', '.join(Label)}"
            )
        declared[_plain(name)] = Label(label)
    return declared


def map_labels(
    names: Sequence[str], declared: Mapping[str, Label] | None = None
) -> tuple[Label | str | None, ...]:
    """For each name: our label, None if it means that the comment is fine, else the name itself.

    `declared` has priority over the built-in names. Raises ModelNotUsable if no name is one of our
    labels or two are the same one, ConfigError if a declared name is not among `names`.
    """
    declared = declared or {}
    for name in declared:
        if name not in map(_plain, names):
            raise ConfigError(
                f"MODCONSOLE_LABELS names {name!r}; the labels of the model are {', '.join(names)}"
            )
    found = tuple(_meaning(name, declared) for name in names)
    ours = [each for each in found if isinstance(each, Label)]
    if not ours:
        raise ModelNotUsable(
            f"none of the model's labels ({', '.join(names)}) is known here; declare what they "
            "mean, e.g. MODCONSOLE_LABELS=hate=identity_attack"
        )
    if len(set(ours)) < len(ours):
        twice = next(label for label in ours if ours.count(label) > 1)
        raise ModelNotUsable(
            f"two of the model's labels ({', '.join(names)}) mean {twice}; declare others in "
            "MODCONSOLE_LABELS"
        )
    return found


def _meaning(name: str, declared: Mapping[str, Label]) -> Label | str | None:
    plain = _plain(name)
    if plain in declared:
        return declared[plain]
    if plain in BUILT_IN:
        return BUILT_IN[plain]
    return None if plain in HARMLESS else name


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")
