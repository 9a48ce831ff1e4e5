"""Texts that try to be more than text, by kind. Each sets `window.__x` or calls another host where
it is run, or breaks a line, a cell, a query or a template where it is put together by hand."""

from collections.abc import Mapping, Sequence

OUTSIDE = "example.invalid"
"""No page may ask this host for anything."""
RUN = "window.__x=1"

_SCRIPTS = (f"<script>{RUN}</script>", f"<ScRiPt >{RUN}</sCrIpT>", f"<script\n>{RUN}//")
_EVENTS = tuple(
    f"<{tag} {event}={RUN}>{inner}"
    for tag, event, inner in (
        ("img src=x", "onerror", ""),
        ("svg", "onload", ""),
        ("body", "onload", ""),
        ("details open", "ontoggle", "x"),
        ("input autofocus", "onfocus", ""),
        ("video src=x", "onerror", ""),
        ("audio src=x", "onerror", ""),
        ("marquee", "onstart", "x"),
        ("div onclick=1", "onmouseover", "x"),
        ("iframe src=about:blank", "onload", ""),
        ("object data=x", "onerror", ""),
        ("select autofocus", "onfocus", ""),
        ("style", "onload", ""),
        ("template", "onload", ""),
    )
)
_LOADS = tuple(
    text.format(host=OUTSIDE)
    for text in (
        "<img src=http://{host}/a.png>",
        "<link rel=stylesheet href=http://{host}/a.css>",
        "<iframe src=http://{host}/></iframe>",
        "<object data=http://{host}/a></object>",
        "<embed src=http://{host}/a>",
        "<base href=http://{host}/>",
        "<meta http-equiv=refresh content='0;url=http://{host}/'>",
        "<style>@import 'http://{host}/a.css'</style>",
        '<p style="background:url(http://{host}/a.png)">x',
        "<form action=http://{host}/><button>go</button></form>",
        "<svg><use href=http://{host}/a.svg#x></svg>",
        "<svg><image href=http://{host}/a.png /></svg>",
        "![a](http://{host}/a.png)",
        "![a][b]\n\n[b]: http://{host}/a.png",
        "[a](http://{host}/)",
        "<http://{host}/a>",
        "http://{host}/a.png",
    )
)
_MARKUP = (
    "<b>bold</b> <i>x",
    "</div></div></div>",
    "<!-- ",
    "]]>",
    "<![CDATA[x]]>",
    "<plaintext>",
    "<textarea>",
    "<title>x</title>",
    "</script><script>window.__x=1</script>",
    "</textarea><script>window.__x=1</script>",
    '"><script>window.__x=1</script>',
    "'><svg/onload=window.__x=1>",
    "&lt;script&gt;window.__x=1&lt;/script&gt;",
    "&#60;script&#62;window.__x=1&#60;/script&#62;",
    "javascript:window.__x=1",
    "[a](javascript:window.__x=1)",
    "<a href=javascript:window.__x=1>a</a>",
    "<a href='data:text/html,<script>window.__x=1</script>'>a</a>",
    "<math><mtext></mtext><script>window.__x=1</script></math>",
    "<noscript><p title='</noscript><img src=x onerror=window.__x=1>'>",
)
_MARKDOWN = (
    "# heading",
    "**bold** _it_ ~~gone~~ `code`",
    "```\nfence",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "> quote",
    "- item\n- item",
    ":red[red] :blue-background[b]",
    ":material/delete: :streamlit:",
    ":smile: :+1:",
    "$x^2$ $$\\frac{1}{0}$$",
    "[^1]\n\n[^1]: note",
    "&nbsp;&nbsp;&zwj;",
    "\\*not\\*",
    "<br><hr>",
    "---",
    "1) one\n2) two",
    "[x]: y",
    "<details><summary>s</summary>d</details>",
)
_BIDI = tuple(
    f"good{mark}evil.exe{mark}"
    for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
)
_INVISIBLE = tuple(
    f"a{mark}b"
    for mark in (
        *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\uffa0\u115f\u2800",
        "\U000e0041\U000e0042",
        "\ufe0f",
        "\u2028",
        "\u2029",
        "\u0085",
    )
)
_CONTROLS = tuple(
    f"a{mark}b" for mark in ("\0", "\a", "\b", "\x1b[31m", "\x1b]0;x\a", "\x7f", "\x9b", "\r", "\v")
)
_ZALGO = tuple("i" + mark * 60 + "diot" for mark in "\u0300\u0316\u0334\u0340\u0489\u20dd\u20e3")
_EMOJI = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\U0001f44d\U0001f3ff" * 40,
    "\U0001f1e9\U0001f1ea\U0001f1ea",
    "1\ufe0f\u20e3 #\ufe0f\u20e3",
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f9d1\U0001f3fb\u200d\U0001f91d\u200d\U0001f9d1\U0001f3ff",
)
_CELLS = (
    "=1+1",
    '=HYPERLINK("http://example.invalid","x")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=IMPORTXML("http://example.invalid","//a")',
    '=WEBSERVICE("http://example.invalid")',
    "a,b;c\td",
    '"quoted"',
    '"',
    "a\nb\r\nc",
    "'=1",
    "-2",
    "+49 30 123",
    "1e5",
    "00123",
    "NULL",
    "nan",
    "true",
)
_TEMPLATES = (
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "{% include 'x' %}",
    "<%= 7*7 %>",
    "{0} {name} {}",
    "{__class__}",
    "%s %d %(x)s",
    "%n%n%n",
    "$HOME $(id) `id`",
    "{reason} {lookup_url}",
    "{{constructor.constructor('window.__x=1')()}}",
    "[[${7*7}]]",
    "*{7*7}",
    "@{7*7}",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    '{"a": 1}',
    "[1, 2",
    "\\",
)
_QUERIES = (
    "'; DROP TABLE comments; --",
    "' OR '1'='1",
    '" OR ""="',
    "1; SELECT pg_sleep(9)",
    "x') UNION SELECT 1 --",
    "/* c */ -- c",
    "$$x$$ $1 :name ? %s",
    "E'\\x00'",
    'NEAR("a" "b")',
    "a* OR -b AND",
    '"unclosed',
    "a:b:c ((",
    "LIKE '%_'",
    "COPY x TO PROGRAM 'id'",
    "'\\''",
)
_LINES = (
    "x\r\nBcc: evil@example.com",
    "x\r\nSet-Cookie: a=b",
    "x\r\n\r\n<html>",
    ".\r\nQUIT",
    "From evil",
    "--boundary--",
    "data: x\n\nevent: y",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "con.txt",
    "file:///etc/passwd",
    "\\\\host\\share",
    "%0d%0aX: y",
    "%00",
    "&a=b#c?d",
    "a/b?c=d&lang=xx",
)
_LONG = ("word " * 400, "w" * 1_900, "\U0001f921" * 900, "<b>" * 600, "[" * 1_500)

KINDS: Mapping[str, Sequence[str]] = {
    "scripts": _SCRIPTS,
    "events": _EVENTS,
    "loads": _LOADS,
    "markup": _MARKUP,
    "markdown": _MARKDOWN,
    "bidi": _BIDI,
    "invisible": _INVISIBLE,
    "controls": _CONTROLS,
    "zalgo": _ZALGO,
    "emoji": _EMOJI,
    "cells": _CELLS,
    "templates": _TEMPLATES,
    "queries": _QUERIES,
    "lines": _LINES,
    "long": _LONG,
}
HOSTILE_TEXTS: tuple[str, ...] = tuple(text for kind in KINDS.values() for text in kind)
MEGABYTE = "<b>:red[x] " * 95_000
