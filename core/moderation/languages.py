"""Languages: their codes and names, and when a comment counts as not assessed. Pure.

A comment counts as in the model's language unless it is certain that it is not: a short or mixed
comment, whose language is unsure, is assessed. If a part of it is certainly in another language,
that part was not assessed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

ENGLISH = "en"
UNNAMED = "und"
"""The code (ISO 639-3: undetermined) of a language that is certainly not English, but not certain
enough to be named: a few words in Portuguese can look like Spanish."""
OTHER = "other"
"""In a policy: every language that it does not list."""
WARN_SHARE = 0.1
"""The share of comments that are not assessed above which a page warns."""
WARN_FROM = 20
"""Fewer comments are too few for a share."""


@dataclass(frozen=True, slots=True)
class TextLanguages:
    """`main` is the code of the language of what a comment displays, None if it is unsure. `parts`
    are those, other than English, of what is surely in one by itself: a sentence or a line, words
    in another script, what the comment hides, the name of an address."""

    main: str | None
    parts: frozenset[str] = frozenset()


# All that the detector can tell apart.
_CODES_AND_NAMES = """
af Afrikaans, ak Akan, am Amharic, ar Arabic, as Assamese, ay Aymara, az Azerbaijani, ba Bashkir,
be Belarusian, bg Bulgarian, bh Bihari, bi Bislama, bn Bengali, bo Tibetan, br Breton, bs Bosnian,
ca Catalan, ceb Cebuano, co Corsican, crs Seychellois Creole, cs Czech, cy Welsh, da Danish,
de German, dv Dhivehi, dz Dzongkha, el Greek, en English, eo Esperanto, es Spanish, et Estonian,
eu Basque, fa Persian, fi Finnish, fj Fijian, fo Faroese, fr French, fy Frisian, ga Irish,
gd Scottish Gaelic, gl Galician, gn Guarani, gu Gujarati, gv Manx, ha Hausa, haw Hawaiian,
he Hebrew, hi Hindi, hmn Hmong, hr Croatian, ht Haitian Creole, hu Hungarian, hy Armenian,
ia Interlingua, id Indonesian, ie Interlingue, ig Igbo, is Icelandic, it Italian, iu Inuktitut,
ja Japanese, jv Javanese, ka Georgian, kha Khasi, kk Kazakh, kl Greenlandic, km Khmer, kn Kannada,
ko Korean, ks Kashmiri, ku Kurdish, ky Kyrgyz, la Latin, lb Luxembourgish, lg Ganda, lif Limbu,
ln Lingala, lo Lao, lt Lithuanian, lv Latvian, mfe Mauritian Creole, mg Malagasy, mi Maori,
mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, na Nauru,
ne Nepali, nl Dutch, no Norwegian, nr Ndebele, nso Pedi, ny Nyanja, oc Occitan, om Oromo, or Odia,
pa Punjabi, pl Polish, ps Pashto, pt Portuguese, qu Quechua, rm Romansh, rn Rundi, ro Romanian,
ru Russian, rw Kinyarwanda, sa Sanskrit, sd Sindhi, sg Sango, si Sinhala, sk Slovak, sl Slovenian,
sm Samoan, sn Shona, so Somali, sq Albanian, sr Serbian, ss Swati, st Sesotho, su Sundanese,
sv Swedish, sw Swahili, syr Syriac, ta Tamil, te Telugu, tg Tajik, th Thai, ti Tigrinya, tk Turkmen,
tl Tagalog, tn Tswana, to Tongan, tr Turkish, ts Tsonga, tt Tatar, ug Uyghur, uk Ukrainian, ur Urdu,
uz Uzbek, ve Venda, vi Vietnamese, war Waray, wo Wolof, xh Xhosa, yi Yiddish, yo Yoruba, za Zhuang,
zh Chinese, zu Zulu"""


def _read(table: str) -> Mapping[str, str]:
    entries = (entry.strip().partition(" ") for entry in table.split(","))
    return {code: name for code, _, name in entries}


NAMES: Mapping[str, str] = _read(_CODES_AND_NAMES)


def language_name(code: str) -> str:
    """The English name, to follow "in": `German`, or `another language`."""
    return NAMES.get(code, "another language")


def not_assessed_words(code: str) -> str:
    """Why a text has no scores, for tables and logs: `language not assessed: German`."""
    return f"language not assessed: {language_name(code)}"


def code_problem(code: str) -> str | None:
    """What is wrong with the code of a language, None if it is known."""
    if code in NAMES:
        return None
    meant = [known for known, name in NAMES.items() if name.casefold() == code.casefold()]
    meant += [code.casefold()] if code.casefold() in NAMES else []
    if meant:
        return f"{code!r} is not the code of a language; {NAMES[meant[0]]} is {meant[0]!r}"
    return (
        f"{code!r} is not the code of a language that the console can tell; "
        "codes are those of ISO 639, such as 'de' for German"
    )


def is_assessed(language: str | None, assessed: Collection[str] | None) -> bool:
    """Whether a text in that language is assessed by a model for the languages `assessed`. None is
    a language that is unsure, or a model that does not state its languages."""
    return language is None or assessed is None or language in assessed


def is_much(not_assessed: int, comments: int) -> bool:
    """Whether so many of the comments are not assessed that a person should know."""
    return comments >= WARN_FROM and not_assessed > WARN_SHARE * comments
