"""The report of `modconsole bench parity` as lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_FLIPS = 20


def as_lines(table: Mapping[str, Any]) -> list[str]:
    """Everything but the scores; only the first MOST_FLIPS comments that flip."""
    reference = table["reference"]
    lines = [
        f"{table['comments']:,} comments ({table['comments_from']}), "
        f"policy {table['policy_version']}.",
        f"Reference: {_named(reference)}.",
    ]
    lines += [f"{name}: {notice}" for name, notice in table["notices"].items()]
    lines += table["warnings"]
    for pair in table["pairs"]:
        lines += ["", *_pair(reference["backend"], pair, table["comment_ids"])]
    lines += [
        f"\n{name} could not be compared: {why}" for name, why in table["not_compared"].items()
    ]
    return lines


def _named(backend: Mapping[str, Any]) -> str:
    return f"{backend['backend']} ({backend['model_version']}, {backend['runtime']})"


def _pair(reference: str, pair: Mapping[str, Any], ids: list[str]) -> Iterator[str]:
    yield f"{reference} → {_named(pair)}"
    yield f"  {pair['diagnosis']}"
    if pair["not_scored"]:
        yield f"  {pair['not_scored']:,} comments not scored: {pair['first_error']}"
    if pair["labels_it_lacks"]:
        yield f"  It does not assess {', '.join(pair['labels_it_lacks'])}."
    if not pair["labels"]:
        return
    yield f"  {'label':16} {'largest':>8} {'mean':>8} {'rank':>7} {'flips':>6}"
    for line in pair["labels"]:
        rank = "–" if line["rank_correlation"] is None else f"{line['rank_correlation']:.3f}"
        yield (
            f"  {line['label']:16} {line['largest_difference']:8.4f} "
            f"{line['mean_difference']:8.4f} {rank:>7} {line['label_flips']:>6,}"
        )
    yield f"  {_changed(pair)}"
    yield from _thresholds(pair["thresholds"])
    yield from _flips(pair, ids)


def _changed(pair: Mapping[str, Any]) -> str:
    carried = pair["decisions_changed_with_mapped_thresholds"]
    then = "they can't be mapped" if carried is None else f"with mapped ones {carried:,}"
    return (
        f"Decisions that would change, of {pair['compared']:,}: with the same thresholds "
        f"{pair['decisions_changed']:,}, {then}."
    )


def _thresholds(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    reached = [line for line in lines if 0 < line["reach_it"] < line["comments"]]
    if reached:
        yield "  Thresholds that flag as many comments (95 % interval):"
        yield from (f"    {_threshold(line)}" for line in reached)
    others = [f"{line['label']} {line['action'] or ''}" for line in lines if line not in reached]
    if others:
        yield f"  Reached by none or all, so not mapped: {', '.join(map(str.strip, others))}."


def _threshold(line: Mapping[str, Any]) -> str:
    start = f"{line['label']:16} {line['action'] or 'end of a band':8} {line['threshold']:.4f}"
    if line["mapped"] is None:
        return f"{start} → –  (its scores do not tell these comments apart)"
    low, high = line["interval_95"]
    return (
        f"{start} → {line['mapped']:.4f}  ({low:.4f}–{high:.4f}; reached by {line['reach_it']:,}, "
        f"the mapped one by {line['reach_mapped']:,}, only one of them by {line['label_flips']:,})"
    )


def _flips(pair: Mapping[str, Any], ids: list[str]) -> Iterator[str]:
    flips = pair["flips"]
    if not flips:
        return
    yield "  Comments decided otherwise: reference, same thresholds, mapped thresholds"
    for flip in flips[:MOST_FLIPS]:
        mapped = flip["mapped_thresholds"] or "–"
        score = ""
        if flip["reference_score"] is not None and flip["score"] is not None:
            score = f"{flip['label']} {flip['reference_score']:.3f} → {flip['score']:.3f}"
        yield (
            f"    {ids[flip['row']] or flip['row']:<14} {flip['reference']:8} "
            f"{flip['same_thresholds']:8} {mapped:8} {score}"
        )
    if len(flips) > MOST_FLIPS:
        yield f"    … and {len(flips) - MOST_FLIPS:,} more: see --json FILE"
