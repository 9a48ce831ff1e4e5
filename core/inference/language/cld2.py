"""The call of CLD2 (package pycld2), which tells languages apart."""

from core.moderation.languages import ENGLISH, NAMES

# CLD2 takes dialects and slang of English for Scots or for Pig Latin.
_READ_AS = {"sco": ENGLISH, "zzp": ENGLISH, "iw": "he", "jw": "jv", "nn": "no", "zh-Hant": "zh"}
LEAST_SHARE = 60  # percent of the text in that language; less is a mixed text


def told_by_cld2(words: str, hint: str | None = None) -> tuple[str | None, float]:
    """The language of most of the words, with CLD2's score; None if it is unsure. A hint is the
    code of the language that short words are taken for."""
    # Imported on use: it loads 14 MB of tables.
    import pycld2

    try:
        is_sure, _, found = pycld2.detect(
            words.encode("utf-8", "replace"), isPlainText=True, bestEffort=True, hintLanguage=hint
        )
    except pycld2.error:  # not a text in CLD2's eyes, for example one of unassigned characters
        return None, 0.0
    _, code, share, score = found[0]
    code = _READ_AS.get(code, code)
    if not is_sure or share < LEAST_SHARE or code not in NAMES:
        return None, 0.0
    return code, score
