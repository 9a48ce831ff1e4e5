"""Second looks and answers to golden items as rows."""

from typing import Any

from sqlalchemy import RowMapping

from core.moderation.policies import Action
from core.moderation.sampling import Sampling, SamplingReason
from core.moderation.second_looks import Answer, GoldenAnswer, LookState, SecondLook
from core.store.sql import rows


def look_to_row(look: SecondLook) -> dict[str, Any]:
    return {
        "id": look.id,
        "revision_id": look.revision_id,
        "decision_id": look.decision_id,
        "sampling_reason": look.sampling.reason.value,
        "sampling_probability": look.sampling.probability,
        "state": look.state.value,
        "opens_at": rows.to_micros(look.opens_at),
        **_answer_columns("first", look.first),
        **_answer_columns("second", look.second),
        "second_note": look.second.note if look.second else "",
        **_answer_columns("settled", look.settled),
        "settled_note": look.settled.note if look.settled else "",
        "golden_by": look.golden_by,
    }


def look_from_row(row: RowMapping) -> SecondLook:
    return SecondLook(
        id=row["id"],
        revision_id=row["revision_id"],
        decision_id=row["decision_id"],
        first=_answer(row, "first", note=""),
        sampling=Sampling(SamplingReason(row["sampling_reason"]), row["sampling_probability"]),
        opens_at=rows.from_micros(row["opens_at"]),
        state=LookState(row["state"]),
        second=_maybe_answer(row, "second"),
        settled=_maybe_answer(row, "settled"),
        golden_by=row["golden_by"],
    )


def golden_answer_to_row(given: GoldenAnswer) -> dict[str, Any]:
    return {
        "look_id": given.look_id,
        "actor": given.answer.actor,
        "action": given.answer.action.value,
        "reason_code": given.answer.reason_code,
        "note": given.answer.note,
        "answered_at": rows.to_micros(given.answer.given_at),
    }


def golden_answer_from_row(row: RowMapping) -> GoldenAnswer:
    """The row has `first_action`, too, of its item."""
    answer = Answer(
        actor=row["actor"],
        action=Action(row["action"]),
        given_at=rows.from_micros(row["answered_at"]),
        reason_code=row["reason_code"],
        note=row["note"],
    )
    return GoldenAnswer(row["look_id"], answer, Action(row["first_action"]))


def _answer_columns(name: str, answer: Answer | None) -> dict[str, Any]:
    return {
        f"{name}_actor": answer.actor if answer else None,
        f"{name}_action": answer.action.value if answer else None,
        f"{name}_reason": answer.reason_code if answer else None,
        f"{name}_at": rows.to_micros(answer.given_at) if answer else None,
    }


def _maybe_answer(row: RowMapping, name: str) -> Answer | None:
    return None if row[f"{name}_actor"] is None else _answer(row, name, note=row[f"{name}_note"])


def _answer(row: RowMapping, name: str, *, note: str) -> Answer:
    return Answer(
        actor=row[f"{name}_actor"],
        action=Action(row[f"{name}_action"]),
        given_at=rows.from_micros(row[f"{name}_at"]),
        reason_code=row[f"{name}_reason"],
        note=note,
    )
