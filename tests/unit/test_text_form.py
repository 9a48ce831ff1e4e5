"""What a model of this project reads instead of a comment's text."""

import json
from hashlib import sha256

import pytest

from core.inference.text.form import TEXT_FORM, model_text, readings
from core.moderation.cleaning import HIDDEN_HEADING, clean_text
from core.training.evaluation.evasions import read_evasions


def read(original: str) -> tuple[str, ...]:
    return readings(clean_text(original))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a  b\n\nc", "a b c"),
        ("<3 & more", "<3 & more"),
        ("see https://a.example/x?y=1 now", "see link example now"),
        ("you \U0001f921", "you clown face"),
        ("\U0001f44d\U0001f3ff", "thumbs up sign dark skin"),
        ("from \U0001f1e8\U0001f1f3", "from cn"),
        ("\U0001d4ef\U0001d4fe\U0001d4ec\U0001d4f4 \uff46\uff55\uff4e", "fuck fun"),
        ("café naïve", "café naïve"),
        ("a\u2028b\u3000c\u0085d", "a b c d"),
        ("© ™ ①❶", "© trade mark sign 11"),
        ("👩\u200d👧 ❤\ufe0f", "woman girl heavy black heart"),
        ("a\ud800", "a\ud800"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert model_text(text) == form


@pytest.mark.parametrize(
    "evasion",
    [
        "<i will kill you>",
        "&lt;i will kill you&gt;",
        "i will k<font>i</font>ll you",
        "i will k<wbr>ill you",
        "i will k<!-- x -->ill you",
        "i will k<b x>ill</b> you",
        "i will k<foo>ill</foo> you",
        "i will k<span style='display:none'>x</span>ill you",
        "<p hidden>i will kill you</p>good day",
        '<img alt="i will kill you" src=x>',
        '<a title="i will kill you" href="https://x.org">x</a>',
        "ⓘ ⓦⓘⓛⓛ ⓚⓘⓛⓛ ⓨⓞⓤ",
        "🅘 🅦🅘🅛🅛 🅚🅘🅛🅛 🅨🅞🅤",
        "🄸 🅆🄸🄻🄻 🅺🅸🅻🅻 🅈🄾🅄",
        "⒤ ⒲⒤⒧⒧ ⒦⒤⒧⒧ ⒴⒪⒰",
        "🇮 🇼🇮🇱🇱 🇰🇮🇱🇱 🇾🇴🇺",
        "ɪ ᴡɪʟʟ ᴋɪʟʟ ʏᴏᴜ",
        "ⁱ ʷⁱˡˡ ᵏⁱˡˡ ʸᵒᵘ",
        "𝔦 𝔴𝔦𝔩𝔩 𝔨𝔦𝔩𝔩 𝔶𝔬𝔲",
        "i\u0336 w\u0336ill k\u20ddi\u0338ll you",
        "i will k\u0365ll you",
        "i w\u200bill k\u00adi\u034fll y\u2060o\ufe0fu",
        "i w\u2800ill k\ufffcill y\u3164ou",
        "i\u2800will\u2800kill\u2800you",
        "i\u3164will\u115fkill\uffa0you",
        "i w\U000e0041ill k\U000e0100ill you",
        "\u202euoy llik lliw i",
        "<bdo dir=rtl>uoy llik lliw i</bdo>",
        "<<i will kill you>>",
        "<<<i will kill you>>>",
        "i will k<![CDATA[i]]>ll you",
        "i will k<![CDATA[<b>i</b>]]>ll you",
        "<![CDATA[i will kill you]]>",
        "i will k[](http://x.org)ill you",
        "i will k[i](http://x.org)ll you",
        "i will k[b]i[/b]ll you",
        "i will k[color=red]i[/color]ll you",
        "i will k||i||ll you",
        "i will k__i__ll you",
        "i will k**i**ll you",
        "i will k*i*ll y`o`u",
        "i will k~~i~~ll you",
        "і ԝіӏӏ кіӏӏ уоu",
        "i will kіll you",
        "i will kіll you_",
        "i will kͣiͤlͥl you",
        "i will k\u200ai\u2009l\u202fl you",
        "i\u2009will\u2009k\u2009i\u2009l\u2009l\u2009you",
        "i\x0cwill\x0bkill&#12;you",
        "i w\x0cill k\x0bill y\x85ou",
        "i w\u2028ill k\u2029ill you",
        "i w\u0c3cill k\u08caill y\U0001133bou",
        "ɨ wɨłł ҟɨłł ɏøᵾ",
        "ι ωιll κιll γου",
    ],
)
def test_what_looks_like_the_words_is_read_as_them(evasion: str) -> None:
    assert "i will kill you" in {way.lower().rstrip("_") for way in read(evasion)}


def test_words_of_an_address_are_read() -> None:
    abuse = "https://you-are-a-fucking-asshole-and-an-idiot"
    assert read(abuse)[0] == "link you are fucking asshole and idiot"
    assert read("HTTP://x1/%66uck_you/2a8f.html") == ("link fuck you",)
    assert read("https://www.x.com/YouAreAFuckingAsshole/GAY") == (
        "link You Are A Fucking Asshole GAY",
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://x/ⓨⓞⓤ-ⓐⓡⓔ-ⓕⓤⓒⓚⓔⓓ",
        "https://x/y\ufe0fou-a\u0336re-fuck\u200ded",
        "https://x/you-are-fu\u034fcked",
        "https://x/%F0%9F%85%A8ou-are-fucked",
        "https://x/you%2520are%252520fucked",
        "https:/x/you-are-fucked",
        "https:\\\\x\\you-are-fucked",
        "https://x/you-\U0001f921-are-fucked",
    ],
)
def test_disguised_words_of_an_address_are_read(address: str) -> None:
    assert read(address)[0].lower() == "link you are fucked"


@pytest.mark.parametrize(
    ("address", "reading"),
    [
        ("www.x.org/I%20will%20kill%20you", "link x I will kill you"),
        ("x.org/I%2520will%2520kill%2520you", "link x I will kill you"),
        ("ftp://x.org/I%20will%20kill%20you", "link x I will kill you"),
        ("//x.org/I%20will%20kill%20you", "link x I will kill you"),
        ("(x.org/I%20will%20kill%20you)", "link x I will kill you"),
        ("mailto:a@b.c?subject=I%20will%20kill%20you", "link a b c subject I will kill you"),
        ("data:text/html,I%20will%20kill%20you", "link text I will kill you"),
        ("/search?q=I+will+kill+you", "link search q I will kill you"),
        ("see I%20will%20kill%20you.png", "see link I will kill you"),
        ("www.x.org/IWillKillYou", "link x I Will Kill You"),
        ("https://x.org/i-will1-kill2-you3", "link x i will kill you"),
        ("https://x.org/i-1will-2kill-3you", "link x i will kill you"),
        ("https://x.org/i1will2kill3you", "link x i will kill you"),
        ("https://i-will-kill-you.x.org", "link i will kill you x"),
        ("https://x.org/we_will_kill_u", "link x we will kill u"),
        ("https://x.org/go--f--yourself", "link x go f yourself"),
    ],
)
def test_words_that_an_address_hides_are_read_once_more(address: str, reading: str) -> None:
    assert read(address)[1:] == (reading,)


@pytest.mark.parametrize(
    "text",
    [
        "see www.x.org/a-page, x.org/utf8 and 50%; a/b, e.g./i.e. file:///c/d",
        "https://x.org/python3-and-more/przDcQe6n5o/d41d8cd98f00b204e9800998ecf8427e https://t.co/dwyd48RRM?a=b+1",
        "you@x.org at 10:30, 100% of C:\\Users\\me",
        "a * b * c, x = a**2 [1], (b) a_b_c __init__ f(a[i], b[j]) `x` **bold** [b]bold[/b]",
        "std::cout << a >> b",
    ],
)
def test_an_address_or_a_mark_that_hides_nothing_is_read_once(text: str) -> None:
    assert len(readings(text)) == 1


def test_a_site_in_other_letters_is_read_in_them() -> None:
    assert "тебя" in read("https://я-тебя-убью.рф")[0].split()
    assert read("https://xn--d1acufc.xn--p1ai")[0].split()[:2] == ["link", "домен"]


@pytest.mark.parametrize(
    "address",
    [
        "https://t.co/dwyd48RRM",
        "https://imgur.com/pPdNZ.jpg",
        "http://www.x.org/2026/11/27?q=6b5f3ae&r=9#top1",
        "https://x.com/%ff%00",
    ],
)
def test_codes_in_an_address_are_no_words(address: str) -> None:
    assert not set(read(address)[0].split()) - {"link", "imgur"}


def test_a_long_address_is_read_at_once() -> None:
    for piece in ("a", "aA", "a-", "-", "ab--", "%61", "Aa1", "%25", "xn--", "abc1-", "\U0001f921"):
        readings("https://" + piece * 100_000)
        readings("x.org/" + piece * 100_000)


@pytest.mark.parametrize(
    "piece", ["a**", "a[b]", "a[a](", "a`b", "*", "<<a", "<<a>>", "?a=b+", "https:/", "."]
)
def test_hostile_marks_are_read_at_once(piece: str) -> None:
    """A quadratic scan would take minutes and reach the suite's time limit."""
    readings(piece * 100_000)
    readings("<![CDATA[" + piece * 100_000)


def test_words_in_a_tag_are_read_as_words() -> None:
    text = "hello <b I will kill you, you fucking asshole> bye"
    assert read(text)[0] == "hello b I will kill you, you fucking asshole bye"


def test_hidden_words_do_not_dilute_what_is_displayed() -> None:
    assert read("I will kill you<!-- a nice day -->") == ("I will kill you", "a nice day")
    assert readings(HIDDEN_HEADING) == ("",)


def test_what_is_hidden_does_not_dilute_what_else_is() -> None:
    assert read("<!-- you fool --><!-- a nice day -->") == (
        "you fool a nice day",
        "you fool",
        "a nice day",
    )
    assert len(read("".join(f"<!-- {at} -->" for at in range(1_000)))) == 17


def test_an_entity_of_an_entity_stays_one() -> None:
    assert read("&amp;amp; &amp;lt;b&amp;gt;") == ("&amp; &lt;b&gt;",)


@pytest.mark.parametrize(
    "text",
    [
        *("plain, as most is", "It's 5 < 6 && 7 > 3", "naïve — “café”", "\U0001f480", "日本語"),
        *(
            "Oui\u202f! 10\u2009000\u00a0€ et 5\u2009km",
            "日本\u3000語",
            "a b c d",
            "gęś, çok, größer",
        ),
    ],
)
def test_an_ordinary_text_has_one_reading(text: str) -> None:
    assert len(readings(text)) == 1


@pytest.mark.parametrize("text", ["<b>\U0001f480</b> &amp;amp;", "http://x.example", "й ⓚ\u2800k"])
def test_a_second_pass_changes_nothing(text: str) -> None:
    for form in readings(text):
        assert model_text(form) == form


def test_another_output_has_another_name() -> None:
    kinds = read_evasions().kinds
    texts = [text for kind in kinds for text in (*kind.abusive, *kind.harmless)]
    texts += [
        "k i l l y o u",
        "k(i)ll y0u w!ll ki_ll kiiill k'ill y-ou don't",
        "https://iwillkillyou.example.org/x-y?q=a+b",
    ]
    found = json.dumps([readings(clean_text(text)) for text in texts])
    assert {TEXT_FORM: sha256(found.encode()).hexdigest()[:16]} == {"reader-4": "d3720fcd5291025a"}
