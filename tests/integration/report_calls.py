"""A call of every service about reports and reporters, and who may make it."""

from collections.abc import Callable

from core.bootstrap.services import Services
from core.identifiers import new_id
from core.moderation.permissions import Actor, Role
from core.services import report
from tests.factories import CLEAN, HELD, report_of, scored


def mute(services: Services, actor: Actor) -> None:
    report.mute_reporter(services.context, actor, "site", new_id(), "Reports everything.")


def unmute(services: Services, actor: Actor) -> None:
    reporter = new_id()
    muted = (services.context, Actor("lena", Role.LEAD), "site", reporter, "Reports everything.")
    report.mute_reporter(*muted)
    report.unmute_reporter(services.context, actor, "site", reporter, "It was a mistake.")


# Service, what is done with it, and who may: author moderator lead ops admin auditor.
REPORT_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("report.report_comment", "report"): (
        lambda s, a: report.report_comment(s.context, a, report_of(s, scored(s, CLEAN))),
        "nnnynn",
    ),
    ("report.list_reports", "list"): (
        lambda s, a: report.list_reports(s.context, a, scored(s, HELD).id),
        "nyynny",
    ),
    ("report.list_muted_reporters", "list"): (
        lambda s, a: report.list_muted_reporters(s.context, a),
        "nyynny",
    ),
    ("report.mute_reporter", "mute"): (mute, "nnynnn"),
    ("report.unmute_reporter", "unmute"): (unmute, "nnynnn"),
}
