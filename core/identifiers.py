"""Identifiers of rows, and the references by which authors look up decisions."""

import re
import secrets
import uuid

# Crockford's base 32: no I, L, O, U, so a reference survives being read aloud.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 26  # 26 * 5 = 130 random bits
_MISREAD = str.maketrans("OIL", "011")


def new_id() -> str:
    """A random identifier of a row."""
    return uuid.uuid4().hex


def new_reference() -> str:
    """An author's look-up reference: 130 random bits in groups of letters and digits."""
    # A byte modulo 32 is uniform, and one call costs a tenth of a choice for each letter.
    drawn = secrets.token_bytes(REFERENCE_LENGTH)
    return _grouped("".join(REFERENCE_ALPHABET[byte % len(REFERENCE_ALPHABET)] for byte in drawn))


def normalise_reference(typed: str) -> str | None:
    """The stored form of a typed reference: case, spaces, hyphens and easily confused letters don't
    matter. None if it can't be a reference."""
    letters = re.sub(r"[\s\-–]", "", typed[:200]).upper().translate(_MISREAD)
    if len(letters) != REFERENCE_LENGTH or any(c not in REFERENCE_ALPHABET for c in letters):
        return None
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join((letters[:6], letters[6:13], letters[13:20], letters[20:]))
