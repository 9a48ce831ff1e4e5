"""The card of a site's model, written from its report."""

from core.training.card.markdown import number, percentage, table, tight
from core.training.site.comparison import LabelDifference
from core.training.site.paired import Paired
from core.training.site.report import SiteReport
from core.training.site.settings import FEWEST, LEARNT_SHARE

_MEASURED = f"""On rows that nothing was fitted to, scored in int8 as the console scores them: long
texts in windows. Brackets are intervals of the difference from 1,000 draws of whole groups, the
same draws for both models. A label with fewer than {FEWEST} rows of a class has no figures. The
verdict rests on two figures of all labels, their log loss and the mean of their ROC AUC: one of
them is better by its whole interval, and neither is worse, nor is the ROC AUC of any label. As
there are two, each interval holds 97.5 %. `moved` is the mean change of a score, also where no
label is known."""

_LIMITS = """- How the rows were chosen, and who labelled them, decides what these figures mean.
  Rows that were chosen because the model held them say nothing of what it missed.
- What tuning cost on other sites is not measured here, but for the functional suite above.
- The network learnt of a long text its beginning alone.
- The policy in force does not change with the model: put the edges above into a new version of it.
- The cascade's first stage is the shipped model's: calibrate the cascade again (`modconsole
  cascade calibrate`).
- All limits in the card of the shipped model hold here too."""


def site_card(report: SiteReport) -> str:
    """Markdown, the same for the same report."""
    sections = [
        f"# {report.name}",
        f"**{report.verdict_line}.**",
        _made(report),
        "## The site's rows",
        _rows(report),
        "## Compared with the shipped model",
        _MEASURED,
        _comparison(report),
        _held(report),
        "## Recommended thresholds",
        _edges(report),
        "## Limits",
        _LIMITS,
    ]
    return tight("\n\n".join(sections)) + "\n"


def _made(report: SiteReport) -> str:
    counts = report.counts
    if report.not_tuned:
        how = f"The network is the shipped one, unchanged: {report.not_tuned}."
    else:
        how = (
            f"The network learnt {counts.train:,} rows in {report.epochs} epochs (seed "
            f"{report.seed}); labels that nobody gave are learnt from the shipped model's own "
            f"scores, so that they stay. The weights are {1 - LEARNT_SHARE:.0%} the shipped ones "
            f"and {LEARNT_SHARE:.0%} the tuned ones, to lose less on other texts."
        )
    fitted = ", ".join(f"{label} {value:.2f}" for label, value in report.temperatures.items())
    return (
        f"Made by `modconsole train --rows` from {report.base_version}, whose card and licence "
        f"hold for what it brings. {how} Temperatures fitted on {counts.calibrate:,} other rows: "
        f"{fitted or 'none'}. A label needs {FEWEST} rows with it and {FEWEST} without for that."
    )


def _rows(report: SiteReport) -> str:
    counts = report.counts
    lines = [
        f"- File: `{report.file}`, sha256 {report.sha256}. Licence: not known; it is the site's.",
        f"- Rows used: {counts.used:,} (train {counts.train:,}, calibrate {counts.calibrate:,}, "
        f"test {counts.test:,}). Rows of one group, and rows with the same text, are on one side.",
        f"- Left out: {counts.without_label:,} without any label, {counts.other_language:,} in a "
        "language that the model does not assess.",
    ]
    if report.unread:
        lines.append(f"- Columns not read: {', '.join(f'`{name}`' for name in report.unread)}.")
    rows = [
        [label, f"{known:,}", f"{counts.positives[label]:,}"]
        for label, known in counts.known.items()
    ]
    return (
        "\n".join(lines) + "\n\n" + table(["label", "rows that know it", "of them with it"], rows)
    )


def _comparison(report: SiteReport) -> str:
    head = ["label", "rows", "with it", "log loss", "difference", "ROC AUC", "difference", "moved"]
    return table(head, map(_line, report.comparisons))


def _line(each: LabelDifference) -> list[str]:
    cells = [each.label, f"{each.rows:,}", f"{each.positives:,}"]
    return [*cells, *_pair(each.log_loss), *_pair(each.roc_auc), number(each.moved, 3)]


def _pair(paired: Paired | None) -> list[str]:
    if paired is None:
        return ["–", "–"]
    low, high = paired.interval
    return [
        f"{paired.base:.4f} → {paired.site:.4f}",
        f"{paired.difference:+.4f} [{low:+.4f}, {high:+.4f}]",
    ]


def _held(report: SiteReport) -> str:
    models = ((report.base_version, report.held_by_base), (report.name, report.held_by_site))
    rows = [[name, percentage(held.abusive), percentage(held.clean)] for name, held in models]
    suite = report.suite
    return (
        "Held by the recommended thresholds of each:\n\n"
        + table(["model", "test rows with abuse", "without"], rows)
        + f"\n\nFunctional suite, of {suite.cases}: {suite.base} → {suite.site}. int8 differs from "
        f"fp32 by at most {report.int8_largest_difference:.3f} on the test rows."
    )


def _edges(report: SiteReport) -> str:
    rows = [
        [label, number(band.hold, 2), number(band.remove, 2)]
        for label, band in report.bands.items()
    ]
    shown = ", ".join(report.shown_edges)
    what = f"Chosen from the site's rows: {shown}. The others are the shipped model's."
    if not shown:
        what = f"Those of the shipped model: {report.shipped_edges}."
    return f"{what}\n\n{table(['label', 'hold from', 'remove from'], rows)}"
