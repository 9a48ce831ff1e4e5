"""Which language somebody reads: the first that is asked for and has texts. Pure."""

from collections.abc import Collection

from core.moderation.languages import ENGLISH
from core.texts.texts import LANGUAGES, STAFF_LANGUAGES

MOST_RANGES = 20
"""Of a browser's header; one with more is not a browser's."""


def language_of_page(link: str, header: str, browser: str, site: str) -> str:
    """The language named by the link (`?lang=`), else the first that the browser accepts and has
    texts (`header` is its `Accept-Language`, `browser` its own language), else the site's."""
    wanted = (link, *accepted_languages(header), browser)
    return next((found for found in map(with_texts, wanted) if found), site)


def language_of_staff(own: str | None, header: str, browser: str, site: str) -> str:
    """The language of the staff's pages: the person's own choice, else the first that the browser
    accepts, else the site's, each if those pages can be read in it; else English."""
    wanted = (own or "", *accepted_languages(header), browser, site)
    found = (with_texts(tag, STAFF_LANGUAGES) for tag in wanted)
    return next((code for code in found if code), ENGLISH)


def language_of_notice(comment: str | None, site: str) -> str:
    """The language of a message about a comment: the comment's, if it is sure and has texts, else
    the site's."""
    return with_texts(comment or "") or site


def with_texts(tag: str, among: Collection[str] = LANGUAGES) -> str:
    """The code of the texts for a language tag such as `pt-BR`; empty if there are none."""
    code = tag.strip().replace("_", "-").partition("-")[0].lower()
    return code if code in among else ""


def accepted_languages(header: str) -> list[str]:
    """The tags of an `Accept-Language` header (RFC 9110, section 12.5.4), the most wanted first;
    those that are refused or not readable are left out."""
    ranges = [_weighed(each) for each in header.split(",", MOST_RANGES)[:MOST_RANGES]]
    wanted = [(weight, tag) for weight, tag in ranges if weight > 0]
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]


def _weighed(accepted: str) -> tuple[float, str]:
    tag, _, parameter = accepted.partition(";")
    name, _, digits = parameter.strip().partition("=")
    if not parameter.strip():
        return 1.0, tag.strip()
    try:
        weight = float(digits) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0, tag
    return (weight if 0 < weight <= 1 else 0.0), tag.strip()
