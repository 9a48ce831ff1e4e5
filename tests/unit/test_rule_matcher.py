"""Which texts a text rule matches, where, and which harmless twins it leaves alone."""

import pytest

from core.inference.text.rule_matcher import RuleMatcher, matcher_of
from core.moderation.cleaning import clean_text
from core.moderation.policies import TextRule
from tests.factories_text_rules import text_rule


def matched(rule: TextRule, text: str) -> list[tuple[str, ...]]:
    return [match.words(text) for match in RuleMatcher([rule]).matches(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("brackets", "brackets"),
        ("(BRACKETS)!", "BRACKETS"),
        ("b.r.a.c.k.e.t.s", "b.r.a.c.k.e.t.s"),
        ("a b r a c k e t s b", "b r a c k e t s"),
        ("b . r - a   c.k.e,t,s", "b . r - a   c.k.e,t,s"),
        ("bra-ck_ets", "bra-ck_ets"),
        ("*brac*kets", "brac*kets"),
        ("ⓑⓡⓐⓒⓚⓔⓣⓢ", "ⓑⓡⓐⓒⓚⓔⓣⓢ"),
        ("🅱🆁ackets", "🅱🆁ackets"),
        ("🇧🇷ackets", "🇧🇷ackets"),
        ("brаckеts", "brаckеts"),
        ("𝔟𝕣𝖺ckets", "𝔟𝕣𝖺ckets"),
        ("b̶ráćkets", "b̶ráćkets"),
        ("bra\u200dck\u2060ets", "bra\u200dck\u2060ets"),
        ("bra\u2800ckets x\u2800y", "bra\u2800ckets"),
        ("bra\u2009ckets x\u2009y", "bra\u2009ckets"),
        ("bra<b>ckets", "bra<b>ckets"),
        ("b👏r👏a👏c👏k👏e👏t👏s", "b👏r👏a👏c👏k👏e👏t👏s"),
        ("bra\u0e34ckets", "bra\u0e34ckets"),
    ],
)
def test_a_word_is_found_in_each_of_its_forms(text: str, words: str) -> None:
    assert matched(text_rule("brackets"), text) == [(words,)]


def test_what_is_read_backwards_or_hidden_is_found() -> None:
    for original in (
        "so \u202estekcarb\u202c!",
        '<i title="brackets">x</i>',
        "<!-- b.r.a.c.k.e.t.s -->",
        "bra&#99;kets",
        "bra<!-- x -->ckets",
    ):
        assert matched(text_rule("brackets"), clean_text(original)), original


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("cunt", "Scunthorpe"),
        ("cunt", "S c u n t h o r p e"),
        ("ass", "a class of grass"),
        ("ass", "w a s s u p"),
        ("hell", "he'll"),
        ("hell", "hello shell"),
        ("penis", "my pen.is it here"),
        ("brackets", "brackets2"),
        ("brackets", "the bra, ckets"),
        ("kill yourself", "kill it yourself"),
        ("kill yourself", "kill yourselves"),
        ("hidden", "a\n\nHidden in this comment:\nb"),
        ("साला", "सल"),
        ("кот", "который"),
    ],
)
def test_a_harmless_twin_is_left_alone(rule: str, text: str) -> None:
    assert matched(text_rule(rule), text) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("ass", "bad-ass"),
        ("ass", "I a.s.s"),
        ("kill yourself", "KILL,\n yourself"),
        ("kill yourself", "k i l l y o u r s e l f"),
        ("don't", "DONT"),
        ("don't", "don’t"),
        ("co-op", "coop"),
        ("привет", "ПРИВЕТ!"),
        ("σας", "ΣΑΣ"),
        ("straße", "STRASSE"),
        ("café", "CAFE\u0301"),
        ("坏蛋", "你是坏蛋吗"),
        ("한국", "한국".replace("한", "\u1112\u1161\u11ab")),
        ("साला", "वह साला है"),
        ("b2b", "B2B"),
    ],
)
def test_words_of_several_kinds_and_scripts(rule: str, text: str) -> None:
    assert len(matched(text_rule(rule), text)) == 1


def test_a_domain_matches_its_links_and_those_below_it() -> None:
    rule = text_rule("evil.example", "link")
    assert matched(rule, "see https://u@www.evil.example:80/x") == [("u@www.evil.example:80",)]
    assert matched(rule, "evil.example and evil.example") == [("evil.example",)]
    assert matched(rule, "notevil.example") == []


def test_a_pattern_is_looked_for_in_the_text_and_in_the_models_reading() -> None:
    rule = text_rule(r"v[i1]agra\s+now", "pattern")
    assert matched(rule, "V1AGRA  now") == [("V1AGRA  now",)]
    assert matched(rule, "v\u200dⓘagra now") == [()]
    assert matched(rule, "viagra, now") == []
    assert matched(text_rule("🍆+", "pattern"), "a 🍆🍆") == [("🍆🍆",)]


def test_rules_fire_in_the_policys_order_each_once() -> None:
    rules = (
        text_rule("casino", "pattern"),
        text_rule("casino.example", "link"),
        text_rule("casino"),
        text_rule("lottery"),
    )
    text = "casino <casino> http://casino.example/ casino"
    assert RuleMatcher(rules).fired(text) == rules[:3]
    assert [match.rule for match in RuleMatcher(rules).matches(text)] == list(rules[:3])
    assert matcher_of(()).fired(text) == ()
    assert matcher_of(rules) is matcher_of(rules)


def test_a_hostile_text_takes_linear_work() -> None:
    matcher = RuleMatcher(
        [
            text_rule("brackets"),
            text_rule("(a+)+$", "pattern"),
            text_rule("(a|aa)+b", "pattern"),
            text_rule("evil.example", "link"),
        ]
    )
    for piece in (
        "a",
        "a ",
        "a-",
        "\u2800",
        "b.",
        "<a",
        "é ",
        "a\u0301",
        "\u0301",
        "- ",
        "b r a c",
    ):
        matcher.matches(piece * (40_000 // len(piece)) + "!")
