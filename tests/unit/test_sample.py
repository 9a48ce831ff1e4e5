"""The bundled sample matches its README."""

import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "core" / "sources" / "sample"
LABELS = {"toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"}
CATEGORIES = {
    "ordinary",
    "technical_violence",
    "identity_benign",
    "profanity_benign",
    "sarcasm",
    "obfuscated",
    "quotation",
    "counter_speech",
    "reclaimed",
    "insult",
    "obscene",
    "threat",
    "identity_attack",
    "severe",
    "spam",
    "hostile_markup",
}
UNLABELLED = {
    "ordinary",
    "technical_violence",
    "identity_benign",
    "profanity_benign",
    "quotation",
    "counter_speech",
    "reclaimed",
    "spam",
    "hostile_markup",
}
THREAD_KEYS = {"id", "title", "author", "created_at"}
COMMENT_KEYS = {"id", "text", "author", "created_at", "parent_id", "category", "labels"}
END = datetime(2026, 11, 22, 18, tzinfo=UTC)
LEAST = 8
PROBES = [
    "<script>alert(1)</script>",
    "<img src=http://example.invalid/p.png onerror=",
    "![x](http://example.invalid/b.png)",
    ":red[hi]",
    "$x^2$",
    "[click](javascript:alert(1))",
    "<style>body{display:none}</style>",
    "\u202e",
]


def when(row):
    return datetime.strptime(row["created_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def raw():
    return (FOLDER / "comments.jsonl").read_bytes()


@pytest.fixture(scope="module")
def rows(raw):
    return [json.loads(line) for line in raw.decode("utf-8").splitlines()]


@pytest.fixture(scope="module")
def threads(rows):
    return [row for row in rows if row["id"].startswith("t-")]


@pytest.fixture(scope="module")
def comments(rows):
    return [row for row in rows if row["id"].startswith("s-")]


@pytest.fixture(scope="module")
def readme():
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_row_has_exactly_its_keys(rows, threads, comments):
    assert len(threads) + len(comments) == len(rows)
    assert all(set(row) == THREAD_KEYS for row in threads)
    assert all(set(row) == COMMENT_KEYS for row in comments)
    for row in rows:
        for key in set(row) - {"labels"}:
            assert isinstance(row[key], str), (row["id"], key)
            assert row[key].strip(), (row["id"], key)


def test_counts_are_those_of_the_readme(threads, comments, readme):
    said = re.search(r"(\d+) threads and (\d+) comments", readme)
    assert (len(threads), len(comments)) == tuple(map(int, said.groups()))
    table = {name: int(n) for name, n in re.findall(r"^\| `(\w+)` \| (\d+) \| .*\|$", readme, re.M)}
    assert table == Counter(row["category"] for row in comments)
    table = {name: int(n) for name, n in re.findall(r"^\| `(\w+)` \| (\d+) \|$", readme, re.M)}
    assert table == Counter(label for row in comments for label in row["labels"])


def test_ids_are_unique_and_in_order(threads, comments):
    assert [row["id"] for row in threads] == [f"t-{n:02d}" for n in range(1, len(threads) + 1)]
    assert [row["id"] for row in comments] == [f"s-{n:04d}" for n in range(1, len(comments) + 1)]


def test_every_parent_comes_earlier_in_file_and_time_at_most_five_deep(rows):
    seen, depth = {}, {}
    for row in rows:
        if "parent_id" in row:
            parent = seen[row["parent_id"]]
            assert when(parent) < when(row), row["id"]
            depth[row["id"]] = depth[parent["id"]] + 1
        else:
            depth[row["id"]] = 0
        seen[row["id"]] = row
    assert max(depth.values()) == 5


def test_times_lie_in_the_last_three_days(rows, comments):
    assert all(END - timedelta(days=3) <= when(row) < END for row in rows)
    times = [when(row) for row in comments]
    assert times == sorted(times)
    assert len({time.date() for time in times}) >= 3


def test_every_thread_is_answered(threads, comments):
    direct = Counter(row["parent_id"] for row in comments)
    assert all(direct[row["id"]] >= LEAST for row in threads)


def test_every_category_is_present(comments):
    counts = Counter(row["category"] for row in comments)
    assert set(counts) == CATEGORIES
    assert min(counts.values()) >= LEAST, counts


def test_every_label_is_present(comments):
    counts = Counter(label for row in comments for label in row["labels"])
    assert set(counts) == LABELS
    assert min(counts.values()) >= LEAST, counts


def test_labels_agree_with_categories(comments):
    for row in comments:
        labels = row["labels"]
        assert isinstance(labels, list), row["id"]
        assert len(labels) == len(set(labels)), row["id"]
        assert bool(labels) == (row["category"] not in UNLABELLED), row["id"]
        assert not labels or "toxicity" in labels, row["id"]
        if row["category"] in LABELS:
            assert row["category"] in labels, row["id"]
        if row["category"] == "severe":
            assert "severe_toxicity" in labels, row["id"]
            assert len(labels) >= 3, row["id"]


def test_abuse_is_present_in_moderation(comments):
    share = sum(bool(row["labels"]) for row in comments) / len(comments)
    assert 0.10 <= share <= 0.30


def test_no_two_texts_are_alike(comments):
    plain = Counter(re.sub(r"\W+", " ", row["text"].casefold()).strip() for row in comments)
    assert [text for text, n in plain.items() if n > 1] == []


def test_the_display_probes_are_there(comments):
    texts = "\n".join(row["text"] for row in comments if row["category"] == "hostile_markup")
    assert [probe for probe in PROBES if probe not in texts] == []


def test_some_rows_carry_hacker_news_html(comments):
    html = re.compile(r"<p>|<i>|&(?:#x27|#x2F|gt|quot|amp);")
    found = [
        row for row in comments if row["category"] != "hostile_markup" and html.search(row["text"])
    ]
    assert len(found) >= 8


def test_no_raw_control_character_is_in_the_file(raw):
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw
    bare = {c for c in raw.decode("utf-8") if unicodedata.category(c) == "Cc" and c != "\n"}
    bidi = {
        c
        for c in raw.decode("utf-8")
        if unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "PDF"}
    }
    assert not bare
    assert not bidi


def test_links_go_to_reserved_names(comments):
    for row in comments:
        text = row["text"].replace("&#x2F;", "/")
        for host in re.findall(r"https?://([\w.-]+)", text):
            assert host in {"example.org", "example.invalid"}, row["id"]


def test_the_two_recurring_authors(comments):
    abusive = [row for row in comments if row["author"] == "rustbelt_ramrod"]
    wronged = [row for row in comments if row["author"] == "halina_sluis"]
    assert len(abusive) >= LEAST
    assert all(row["labels"] for row in abusive)
    assert len(wronged) >= LEAST
    assert not any(row["labels"] for row in wronged)
    assert len({row["author"] for row in comments}) >= 90
