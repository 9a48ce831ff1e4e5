"""The hosts that a text's links lead to, and twins that lead elsewhere."""

import pytest

from core.moderation.cleaning import clean_text
from core.moderation.links import domain_problem, domains_above, host_of, links_in

EVIL = "evil.example"


def hosts(text: str) -> set[str]:
    return {link.host for link in links_in(text)}


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example",
        "HTTPS://EVIL.Example/path",
        "https://user:pass@evil.example:8080/x",
        "http://good.example@evil.example/",
        "http://evil.example./x",
        "https://evil.example,",
        "(https://evil.example)",
        "see evil.example.",
        "evil.example:443",
        "evil.example/?u=good.example",
        "//evil.example/x",
        r"http:\\evil.example\@good.example",
        "http:evil.example",
        "http://%65vil.%65xample",
        "http://evil。example",
        "http://ⓔvil.ｅxample",
        "http://ev\u200dil.example",
        "ev\u2060il.example",
        "ftp://evil.example",
        "wss://evil.example",
        "https://archive.example/web/http://evil.example/",
        "x,evil.example,y",
    ],
)
def test_a_link_is_found_however_it_is_written(text: str) -> None:
    assert EVIL in hosts(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://notevil.example",
        "http://evil.example.good.test",
        "http://evil.example@good.test/",
        "http://good.test/evil.example",
        "http://good.test/?u=evil.example",
        "http://good.test/#evil.example",
        "me@evil.example",
        "evil.example@good.test",
        "evil .example",
        "evil",
        "3.14, e.g. this",
        "http://",
    ],
)
def test_a_twin_that_leads_elsewhere_is_not(text: str) -> None:
    assert EVIL not in hosts(text)


@pytest.mark.parametrize(
    "text", ["http://xn--mnchen-3ya.example", "http://MÜNCHEN.example", "mu\u0308nchen.example"]
)
def test_a_domain_is_the_same_in_each_of_its_forms(text: str) -> None:
    assert hosts(text) == {"münchen.example"}


def test_the_place_of_a_link_is_one_in_the_text() -> None:
    text = "ⓐ\u200b b http://ev\u200dil.example/x"
    (link,) = [each for each in links_in(text) if each.host == EVIL]
    assert text[link.start : link.end] == "ev\u200dil.example"


@pytest.mark.parametrize(
    "original",
    [
        '<a href="http://evil.example">words</a>',
        '<a href=" http://ev\til.exam\nple ">words</a>',
        '<img src="//evil.example/x.png">',
        "<iframe src=http://evil.example></iframe>",
        '<p style="display:none">http://evil.example</p>',
        "<!-- http://evil.example -->",
        "http://evil&#46;example",
        "\u202eelpmaxe.live//:ptth\u202c",
    ],
)
def test_a_link_that_markup_hides_is_found(original: str) -> None:
    assert EVIL in hosts(clean_text(original))


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("[::1]:80", "::1"),
        ("c.example:8080", "c.example"),
        ("b\u00fccher.example:8080", "b\u00fccher.example"),
        ("a@b@c.example", "c.example"),
        ("xn--\u00fc.example", "xn--ü.example"),
        ("xn--99999999.example", "xn--99999999.example"),
        ("..", ""),
        ("", ""),
    ],
)
def test_the_host_of_odd_authorities(authority: str, host: str) -> None:
    assert host_of(authority) == host


def test_a_name_that_is_too_long_to_lead_anywhere_is_no_link() -> None:
    longest = f"{'a.' * 120}evil.example"
    assert hosts(f"http://{longest}") == {longest}
    assert hosts(f"http://{'a.' * 121}evil.example") == set()


def test_domains_above_end_with_the_last_label() -> None:
    assert list(domains_above("a.b.example")) == ["a.b.example", "b.example", "example"]


@pytest.mark.parametrize("domain", ["evil.example", "münchen.example", "a-1.b.example", "1.2.3.4"])
def test_a_domain_can_be_a_rule(domain: str) -> None:
    assert domain_problem(domain) is None


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("https://Evil.example/x", "write 'evil.example'"),
        ("*.evil.example", "write 'evil.example'"),
        ("Evil.example", "write 'evil.example'"),
        ("evil.example.", "write 'evil.example'"),
        ("evil.example:80", "write 'evil.example'"),
        ("xn--mnchen-3ya.example", "write 'münchen.example'"),
        ("example", "is not a domain such as"),
        ("two words.example", "is not a domain such as"),
        ("-x.example", "is not a domain such as"),
    ],
)
def test_what_is_no_domain_alone_is_refused_with_what_is_meant(domain: str, meant: str) -> None:
    problem = domain_problem(domain)
    assert problem is not None
    assert meant in problem


def test_hostile_texts_take_linear_work() -> None:
    """They would take hours if the work grew with the square of the length."""
    for piece in ("a.", "http://", "//", "a@", "xn--", "é.", "\u0301", "%2e"):
        list(links_in(piece * (40_000 // len(piece))))
