"""What a site keeps, where, why and for how long. Tests hold this list against the tables of the
state and against what the console creates in its home. Pure."""

from dataclasses import dataclass

from core.moderation.erasure import RetentionDays

FOR_EVER = "for ever"
SEARCH_TABLES = ("search_documents",)
"""The full-text index, which each database has in its own form."""


@dataclass(frozen=True, slots=True)
class KeptData:
    """`tables` are those of the state, `files` names in the home folder. `erased` is what remains
    once an author was erased."""

    what: str
    why: str
    tables: tuple[str, ...]
    files: tuple[str, ...]
    kept: str
    erased: str


def kept_data(retention: RetentionDays) -> tuple[KeptData, ...]:
    """In the order in which a comment meets it."""
    texts, notes, words = FOR_EVER, FOR_EVER, FOR_EVER
    if retention.comments:
        texts = f"{retention.comments:,} days after the last event"
        notes = f"the notes {texts}, the rest {FOR_EVER}"
        words = f"the words {texts}, the rest {FOR_EVER}"
    address, reporters = texts, words
    if retention.addresses:
        address = f"{texts}, the address {retention.addresses:,} days after it"
    if retention.reports:
        reporters = f"names and words {retention.reports:,} days after the report, once its case"
        reporters += f" is closed; the rest {FOR_EVER}"
    return (
        KeptData(
            "Comments: the author's name and address, every version of the text, times, replies",
            "to decide, to search, and to tell the author what was decided",
            (
                "comments",
                "revisions",
                "threads",
                "near_texts",
                "near_bands",
                *SEARCH_TABLES,
            ),
            (),
            address,
            "ids and times",
        ),
        KeptData(
            "Decisions with scores, reasons and notes, and the cases that people worked on",
            "to say what holds and why, to undo, and to measure the model",
            ("decisions", "cases"),
            (),
            notes,
            "action, reason, scores, who decided, when",
        ),
        KeptData(
            "Who has a case open",
            "so that two people don't work on one comment",
            ("claims",),
            (),
            "five minutes after the last sign of them",
            "nothing of the author",
        ),
        KeptData(
            "Appeals: the author's words, first answers, the outcome",
            "to hear them, and to answer the author",
            ("appeals", "first_looks"),
            (),
            words,
            "that there was one, when, and how it ended",
        ),
        KeptData(
            "Reports: who reported, why, in which words; muted reporters",
            "to look at what readers complain about",
            ("reports", "muted_reporters"),
            (),
            reporters,
            "the reason; a new name in place of the reporter's",
        ),
        KeptData(
            "Second looks and golden items, with what each person found",
            "to measure how far people agree",
            ("second_looks", "golden_answers"),
            (),
            notes,
            "who found what, when",
        ),
        KeptData(
            "Messages to the site and to authors",
            "so that each arrives at least once",
            ("outbox",),
            (),
            FOR_EVER,
            "ids, times and states; those to the author are dropped",
        ),
        KeptData(
            "The policy: every version, drafts, and the history that drafts are tried on",
            "to say by which rule something was decided",
            ("policies", "policy_drafts"),
            ("policy_history",),
            FOR_EVER,
            "figures without names; the history is removed and read anew",
        ),
        KeptData(
            "The audit log: who did what, when; no text",
            "to show what people and programs did, and that nothing was changed afterwards",
            ("audit_events", "audit_head"),
            (),
            FOR_EVER,
            "everything but the names of reporters",
        ),
        KeptData(
            "Who was erased, as salted digests",
            "to erase again after a restore",
            (),
            ("erasures.jsonl",),
            FOR_EVER,
            "the digest",
        ),
        KeptData(
            "People who work here: names, roles, when last seen, preferences",
            "to let them in, and to show each what they chose",
            ("people", "preferences"),
            (),
            FOR_EVER,
            "nothing of the author",
        ),
        KeptData(
            "Sign-ins: digests of browsers' tokens",
            "to keep a person signed in",
            ("sign_ins",),
            (),
            "12 hours by a provider, 30 days by the demo sign-in",
            "nothing of the author",
        ),
        KeptData(
            "API keys, as digests, with names and when each was last used",
            "to know which program asks",
            (),
            ("api-keys",),
            "until they are revoked",
            "nothing of the author",
        ),
        KeptData(
            "The serving log: calls with ids of requests, times and sizes; no text, no names",
            "to see latency, errors and throughput, and to find a request",
            (),
            ("serving-log", "log-imports", "telemetry"),
            "for as long as modconsole logs compact is told",
            "the lines, whose ids are of requests and lead to no comment",
        ),
        KeptData(
            "What the servers print: warnings and errors",
            "to find a fault",
            (),
            ("logs",),
            "until somebody deletes it",
            "nothing of the author",
        ),
        KeptData(
            "Figures of this site: calibration, comparisons, alerts, jobs, load tests; its model",
            "to choose what scores, and to tell what happened",
            (),
            (
                "cascade.json",
                "runtimes.json",
                "runtimes.lock",
                "runtimes.new",
                "alerts",
                "jobs",
                "load-tests",
                "comparisons",
                "model",
            ),
            FOR_EVER,
            "what a model learned from texts, if you trained one",
        ),
    )
