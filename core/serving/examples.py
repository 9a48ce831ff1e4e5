"""Example bodies of the API page; a test checks them against the schemas."""

from typing import Any

POSTED: dict[str, Any] = {
    "comments": [
        {
            "id": "41",
            "text": "Only a moron would write this.",
            "author": "ada",
            "created_at": "2026-01-31T12:00:00Z",
        }
    ]
}
DECIDED: dict[str, Any] = {
    "comments": [
        {
            "id": "41",
            "source": "site",
            "status": "stored",
            "created": True,
            "reference": "000000-0000000-0000000-000000",
            "action": "remove",
            "visibility": "removed",
            "decision_source": "rule",
            "rule_ids": ["insult-remove"],
            "reason_code": "harassment",
            "scores": {"toxicity": 0.96, "insult": 0.99},
            "not_assessed": ["severe_toxicity", "obscene", "threat", "identity_attack"],
            "language": "en",
            "unread_chars": 0,
            "model_version": "fake-1",
            "policy_version": 1,
            "decided_at": "2026-01-31T12:00:01Z",
            "effective_at": "2026-01-31T12:00:01Z",
            "lookup_url": "http://127.0.0.1:8502?reference=000000-0000000-0000000-000000",
        }
    ]
}
REPORT: dict[str, Any] = {
    "comment_id": "41",
    "reporter": "user-7",
    "reason": "harassment",
    "words": "This is about me.",
}
REPORTED: dict[str, Any] = {
    "comment_id": "41",
    "source": "site",
    "reporter": "user-7",
    "outcome": "opened",
    "created": True,
    "reported_at": "2026-01-31T12:05:00Z",
}
REFUSED: dict[str, Any] = {
    "error": {
        "kind": "invalid_input",
        "message": "1 of 2 comments can't be taken, so none was stored; first, comments[1], "
        "`text`: the text is empty",
        "details": [{"row": 1, "field": "text", "message": "the text is empty"}],
    }
}
