"""Disguised abuse, by the shipped model: its action is that of the words as a reader gets them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.inference.base import Backend
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.text.form import readings
from core.moderation.cleaning import clean_text
from core.moderation.decisions import judge
from core.moderation.default_policy import BANDS
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.evasions import read_evasions
from core.training.evaluation.paired_suites import (
    LEAST_ACTED_ON,
    LEAST_OF_A_KIND,
    MOST_TWINS_HELD,
    measure_suite,
)
from tests.policies import removing_policy

pytestmark = pytest.mark.slow

# Words that keep the threat around them from being seen as one.
KIND = "a lovely day to all of you, thanks " * 3

HIDING = (
    "style='display:/**/none'",
    "style='d\\69splay:n\\6fne'",
    "style='opacity:calc(0)'",
    "style='font:0/0 a'",
    "style='color:#0000'",
    "style='position:absolute;left:-9999px'",
    "style='height:0;overflow:hidden'",
    "style='color:white;background:white'",
    "style='font-size:1px'",
    "class='sr-only'",
    "class='hidden'",
    "popover",
)
UNDRAWN = ("rp", "audio", "video", "canvas", "progress", "meter", "dialog", "rt")
ADDRESSES = (
    "www.x.org/?",
    "ftp://x.org/?",
    "x.org/?",
    "mailto:a@b.c&subject=?",
    "data:text/html,?",
    '<img src="?.png">',
    '<q cite="?">nice</q>',
)
POLICY = removing_policy(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def backend(cpu_info: Path) -> Iterator[Backend]:
    shipped = choose_local(LocalChoice(), cpu_info=cpu_info)
    shipped.load()
    yield shipped
    shipped.close()


def action(backend: Backend, original: str) -> Action:
    return judge(backend.score([clean_text(original)]).results[0].scores, POLICY).action


@pytest.mark.parametrize(
    "disguised",
    [
        "I will kill you",
        "<i will kill you>",
        "&lt;i will kill you&gt;",
        "hello <b I will kill you, you fucking asshole> bye",
        "I will k<font>i</font>ll you",
        "I will k<wbr>ill you",
        "I will k<!-- a nice day to all of you -->ill you",
        '<span style="display:none">I will kill you</span> What a nice day, thank you all!',
        '<img src="x.png" alt="I will kill you">',
        '<a href="https://x.org" title="I will kill you">the manual</a>',
        "ⓘ ⓦⓘⓛⓛ ⓚⓘⓛⓛ ⓨⓞⓤ",
        "🅘 🅦🅘🅛🅛 🅚🅘🅛🅛 🅨🅞🅤",
        "I w\u2800ill k\u2800ill y\u2800ou",
        "I w\ufffcill k\ufffcill y\ufffcou",
        "I w\u200bill k\u200bill y\u200bou",
        "I\u2800will\u2800kill\u2800you",
        "\u202euoy llik lliw I",
        *(f"I will k<span {hiding}>{KIND}</span>ill you" for hiding in HIDING),
        *(f"I will k<{tag}>{KIND}</{tag}>ill you" for tag in UNDRAWN),
        f"I will k<font color=white>{KIND}</font>ill you",
        f"I will k<svg><desc>{KIND}</desc></svg>ill you",
        f"I will k<img src=x.gif alt='{KIND}'>ill you",
        f"<style>.q{{display:none}}</style>I will k<b class=q>{KIND}</b>ill you",
        f"<details><summary>{KIND}</summary>I will kill you</details>",
        f"<i style='font-size:0'>{KIND}<b style='font-size:9px'>I will kill you</b>{KIND}</i>",
        "<i style='unicode-bidi:bidi-override;direction:rtl'>uoy llik lliw I</i>",
        '<iframe title="I will kill you" src="https://x.org/embed/abc" width="560"></iframe>',
        '<iframe srcdoc="I will k&lt;b>i&lt;/b>ll you">',
        '<input type=text value="I will kill you" />',
        '<a href="https://x.org/a" title="I will kill you" onclick="window.open(this.href)">a</a>',
        '<b i="will" kill="you" fucking="asshole">hi</b>',
        *(address.replace("?", "I%20will%20kill%20you") for address in ADDRESSES),
        "/search?q=I+will+kill+you",
        "<<I will kill you>>",
        "I will k<![CDATA[i]]>ll you",
        "I will k[](http://x.org)ill you",
        "I will k[b]i[/b]ll you",
        "I will k||i||ll you",
        "".join(f"\u202e{letter}\u202c" for letter in "uoy llik lliw I"),
        "\u202euoy \u202c\u202ellik lliw I\u202c",
        "\u2067\u2066you\u2069 \u2066kill\u2069 \u2066will\u2069 \u2066I\u2069\u2069",
        "\u202byou\u200f kill\u200f will\u200f I",
        "\u202euoy llik\nlliw I",
        "\u202elliw I\u2028uoy llik",
        '<span dir="rtl" style="unicode-bidi:bidi-override">uoy llik lliw I</span>',
        '<p style="unicode-bidi:isolate-override;direction:rtl">uoy llik lliw I</p>',
        "I\u0363\u0364 w\u0363il\u0364l\u0363 k\u0363i\u0364l\u0365l\u0366 y\u0363ou\u0363\u0367",
        "I\x0cwill\x0ckill\x0cyou",
        "I&#12;will&#12;kill&#12;you",
        "I w\x0bill k\x0bill you",
        "I w\u2028ill k\u2029ill you",
        "I will k\u200ai\u200al\u200al you",
        "I will k\u202fi\u202fl\u202fl you",
        "I\u2009will\u2009k\u2009i\u2009l\u2009l\u2009you",
        "I w\u0c3cill k\u08caill y\U0001cf00ou",
        "I w\u0338ill k\u20d2ill y\u20e4ou",
        "I wіll kіll1 you",
        "ꓲ ꓪꓲꓡꓡ ꓗꓲꓡꓡ ꓬꓳꓴ",
    ],
)
def test_a_threat_is_removed_in_any_disguise(backend: Backend, disguised: str) -> None:
    assert action(backend, disguised) is Action.REMOVE


@pytest.mark.parametrize(
    "disguised",
    [
        "і ԝіӏӏ кіӏӏ уоu",
        "Ι ωιll κιll γου",
        "уоu аrе а fuскіng аѕѕһоlе аnԁ аn іԁіоt",
        "γου αrε αn ιdιοτ",
        f"\u202euoy llik lliw I {'א' * 20}",
        "уоu_аrе_а_fuскіng_аѕѕһоlе",
        "I_wіll_kіll_you",
        "уоu1 аrе1 а fuскіng1",
        "ɏøᵾ ąɍɇ ą ƒᵾƈҟɨƞǥ ąşşħøłɇ",
        "YOᑌ ᗩᖇE ᗩ ᖴᑌᑕKIᑎG ᗩᔕᔕᕼOᒪE",
        "https://i-will-kill-you",
        "https://you-are-a-fucking-asshole-and-an-idiot",
        "https:/x.org/you-are-a-fucking-asshole-and-an-idiot",
        "//x.org/you%20are%20a%20fucking%20asshole%20and%20an%20idiot",
        "https://x.org/ⓨⓞⓤ-ⓐⓡⓔ-ⓐ-ⓕⓤⓒⓚⓘⓝⓖ-ⓐⓢⓢⓗⓞⓛⓔ",
        "https://x.org/yo\ufe0fu-are-a-fu\u0336cking-ass\u200dhole-and-an-id\u034fiot",
        "https://x.org/you%2520are%2520a%2520fucking%2520asshole",
        "https://x.org/you-are-a-fucking2-asshole2-and-an-idiot2",
        "www.x.org/YouAreAFuckingAssholeAndAnIdiot",
        '<input type="button" value="kill yourself" class="btn btn-primary" id="submit-button">',
        '<img src="x.png" alt="you are a fucking asshole and an idiot">',
        '<a title="you are a fucking asshole and an idiot" href="https://x.org">x</a>',
    ],
)
def test_abuse_in_look_alikes_an_address_or_an_attribute_is_held_at_least(
    backend: Backend, disguised: str
) -> None:
    assert action(backend, disguised) is not Action.APPROVE


@pytest.mark.parametrize(
    "harmless",
    [
        "Привет, как дела? Сегодня хороший день.",
        "Спасибо за вашу работу, очень интересная статья.",
        "Я не согласен, но хорошо, что вы об этом написали. Кто хочет чаю?",
        "Кот спит на окне, а мы пьём чай с вареньем.",
        "тост за нас и за вас",
        "у нас все хорошо",
        "Это новая версия, в ней много ошибок исправлено.",
        "Где можно скачать исходный код этой программы?",
        "Дякую за допомогу, тепер усе працює.",
        "Благодаря, много полезна статия.",
        "Хвала на помоћи, сада све ради.",
        "Καλημέρα σε όλους, ευχαριστώ για το άρθρο.",
        "Το φαγητό ήταν πολύ καλό και η παρέα ακόμα καλύτερη.",
        "Δεν συμφωνώ, αλλά είναι ωραίο κείμενο.",
        "Πού μπορώ να βρω τον κώδικα;",
        "Rød grød med fløde er dejligt, og øllet smager godt.",
        "Kære alle, tak for en sød og hyggelig dag, vi ses på fredag.",
        "Blåbærsyltetøy på brødskiva, kjør på, fin tur i går.",
        "Zażółć gęślą jaźń, dziękuję bardzo za pomoc, było miło.",
        "Wszystkim życzę miłego dnia, pociąg był o dziesiątej.",
        "Yazınız çok güzel olmuş, ışıklar içinde bir gün dilerim.",
        "Đây là một bài viết rất hay, cảm ơn bạn.",
        "Hvala, đaci su došli u školu.",
        "Les prix\u202f: 10\u202f000\u00a0€, c’est très raisonnable\u202f!",
        "Ο καιρός είναι καλός σήμερα και το νερό ζεστό.",
        "<p class=white style='color:#fff'>Thank you <i class=sr-only>dear</i> all for tea.</p>",
        "<font color=white>Good</font> morning, <select><option>tea</select> and <rt>cake</rt>",
        '<img src="https://x.org/a%20cat.jpg" alt="a cat on the old garden wall"> How sweet!',
        "Search for x.org/search?q=tea+and+cake or www.x.org/TheTeaHouse%20Menu",
        "2**3, a||b and **very** good __init__ code [b]here[/b]",
        "See <code>vector&lt;int&gt;</code> and https://example.org/how-to-kill-a-process",
    ],
)
def test_harmless_text_in_its_own_language_is_approved(backend: Backend, harmless: str) -> None:
    assert action(backend, harmless) is Action.APPROVE


def test_the_evasion_suite_reaches_its_aims(backend: Backend) -> None:
    def score(texts: Sequence[str]) -> np.ndarray:
        results = backend.score(texts).results
        return np.array([[result.scores[label] for label in MODEL_LABELS] for result in results])

    holds = {label: BANDS[label][0] for label in MODEL_LABELS}
    found = measure_suite(read_evasions(), score, holds)
    assert found.acted_on.value >= LEAST_ACTED_ON
    assert min(each.acted_on.value for each in found.results) >= LEAST_OF_A_KIND
    assert found.twins_held.value <= MOST_TWINS_HELD


def test_the_highest_score_of_all_readings_counts(backend: Backend) -> None:
    text = clean_text("a kіnd <b day>word</b> f\u2800or you<!-- you idiot -->")
    ways = [backend.score([way]).results[0].scores for way in readings(text)]
    assert len(ways) > 3
    found = backend.score(["hello", text, "hello"]).results
    for label, score in found[1].scores.items():
        assert score == pytest.approx(max(way[label] for way in ways), abs=0.02)
    assert found[0].scores[Label.INSULT] == pytest.approx(found[2].scores[Label.INSULT], abs=0.02)
    assert found[1].scores[Label.INSULT] > found[0].scores[Label.INSULT]
