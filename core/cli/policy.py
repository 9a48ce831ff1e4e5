"""`modconsole policy`: lists and shows the versions of the policy, and tries other bands on the
past."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from core.bootstrap.services import Services, build_services
from core.cli.arguments import BEGINNING, Commands, add_span, positive
from core.cli.output import ExitCode, print_facts, printable
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.estimates import ShareEstimate
from core.moderation.permissions import SYSTEM
from core.moderation.policies import ACTION_DONE, Action, Policy, TextRule
from core.moderation.policy_bands import LabelBands, bands_of, with_bands
from core.moderation.policy_words import changed_lines, name_of, policy_lines, reason_lines
from core.moderation.scores import Label
from core.moderation.simulation import FlipGroup, RuleMatches
from core.moderation.text_rules import TextRuleKind, text_rule_id
from core.services.policy_desk import PolicyDesk, PolicyVersion, load_policy_desk
from core.services.policy_simulation import PolicyTrial, try_policy

NEVER = "never"
_ACTS = ("list", "show", "simulate")
_RULE_FLAGS = {
    TextRuleKind.WORD: "WORDS",
    TextRuleKind.LINK: "DOMAIN",
    TextRuleKind.PATTERN: "RE2",
}


def add_commands(commands: Commands) -> None:
    """Declares `policy`."""
    command = commands.add(
        "policy",
        run_policy,
        "List and show the versions of the policy, or try other bands on past decisions.",
        "`policy list` names every version, `policy show` says what one says and what it changed. "
        "`policy simulate` judges the past by other bands, or by rules for words, links and "
        "patterns more, and says what would have been decided otherwise, how many comments more or "
        "fewer people would see, and what is known of how much abuse is found; it changes nothing, "
        "and its last line is JSON. A policy is drafted and published on the page *Policy*. See "
        "docs/policy.md.",
    )
    command.add_argument("act", choices=_ACTS, metavar="ACT", help="what to do")
    command.add_argument(
        "--version", type=positive, metavar="N", help="of `show`: which (default: in force)"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="bands",
        metavar="LABEL=HOLD[,REMOVE]",
        help="of `simulate`: the scores of a label from which comments are held and removed, such "
        f"as threat=0.2,0.9 or threat=0.2,{NEVER}; without REMOVE it stays as it is in force",
    )
    for kind, name in _RULE_FLAGS.items():
        command.add_argument(
            f"--{kind}",
            action="append",
            default=[],
            metavar=name,
            help=f"of `simulate`: what a rule for a {kind} more would match; may be given again",
        )
    command.add_argument(
        "--action",
        choices=[action.value for action in Action if action is not Action.APPROVE],
        default=Action.HOLD.value,
        help="of `simulate`: what those rules do (default: %(default)s)",
    )
    add_span(command, "of `simulate`: what was decided")


def run_policy(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole policy`."""
    is_simulation = arguments.act == "simulate"
    is_draft = bool(arguments.bands or any(getattr(arguments, kind) for kind in _RULE_FLAGS))
    if is_simulation != is_draft or (arguments.version and arguments.act != "show"):
        raise InvalidInput(
            "`policy simulate` needs --set LABEL=HOLD[,REMOVE], --word, --link or --pattern; "
            "`policy show` takes --version N"
        )
    with closing(build_services(settings, worker="policy", creates=False)) as services:
        desk = load_policy_desk(services.context, SYSTEM)
        if is_simulation:
            _simulate(services, desk.in_force, arguments)
        elif arguments.act == "list":
            _list(desk)
        else:
            _show(desk.version(arguments.version or desk.in_force.version))
    return ExitCode.DONE


def _list(desk: PolicyDesk) -> None:
    for number, version in enumerate(desk.versions):
        since = "in force since" if number == 0 else "from"
        print(f"{version.policy.version:>4}  {since} {_origin(version)}")


def _origin(version: PolicyVersion) -> str:
    at = f"{version.policy.created_at:%Y-%m-%d %H:%M} UTC"
    if version.draft is None:
        return f"{at}, by the console"
    rolled = version.draft.rolls_back_to
    back = "" if rolled is None else f", back to version {rolled}"
    return f"{at}, drafted by {version.draft.author}, published by {version.draft.ended_by}{back}"


def _show(version: PolicyVersion) -> None:
    print(f"Version {version.policy.version}, from {_origin(version)}")
    if version.draft is not None and version.draft.note:
        print(printable(f"Why: {version.draft.note}"))
    _print_lines(policy_lines(version.policy))
    print("What authors read:")
    _print_lines(reason_lines(version.policy))
    if version.before is not None:
        print(f"What it changed in version {version.before.version}:")
        _print_lines(changed_lines(version.before, version.policy))


def _simulate(services: Services, in_force: Policy, arguments: argparse.Namespace) -> None:
    now = services.clock.now()
    bands = bands_from(arguments.bands, bands_of(in_force))
    banded = with_bands(in_force, bands, version=in_force.version + 1, created_at=now)
    draft = replace(banded, text_rules=_with_rules(in_force, arguments))
    since = None if arguments.since == BEGINNING else arguments.since
    trial = try_policy(
        services.context,
        SYSTEM,
        services.policy_history,
        draft,
        since=since,
        until=arguments.until,
    )
    _print_lines(changed_lines(in_force, draft))
    print(f"{trial.texts:,} comments, {trial.flips:,} decided otherwise:")
    for group in trial.groups:
        done = f"{ACTION_DONE[group.before]} -> {ACTION_DONE[group.after]}"
        print(printable(f"{len(group.rows):>10,}  {done}, {_cause(group)}"))
    if trial.flips:
        print(f"{trial.one_author:>10,}  of them by one author")
    for one in trial.matches:
        print(printable(_match_line(one)))
    print_facts(_facts(trial))


def _with_rules(in_force: Policy, arguments: argparse.Namespace) -> tuple[TextRule, ...]:
    """The text rules in force and those of the flags, which take the place of equal ones. Raises
    InvalidPolicy."""
    rules = {rule.id: rule for rule in in_force.text_rules}
    for kind in _RULE_FLAGS:
        for text in getattr(arguments, kind):
            name, action = text_rule_id(kind, text), Action(arguments.action)
            reason = in_force.reasons[0].code  # it decides nothing about what flips
            rules[name] = TextRule(name, kind, text, action, reason, "Tried on the command line.")
    return tuple(rules.values())


def _cause(group: FlipGroup) -> str:
    if group.text_rule is not None:
        return f"{group.text_rule.kind} {group.text_rule.text}"
    return name_of(group.label) if group.label else "not read whole"


def _match_line(one: RuleMatches) -> str:
    broad = "; very many, look at some first" if one.is_broad else ""
    return (
        f"{len(one.rows):>10,}  match the {one.rule.kind} {one.rule.text}: {one.share:.2%} of all, "
        f"by {one.authors:,} authors, {one.flips:,} of them decided otherwise{broad}"
    )


def _facts(trial: PolicyTrial) -> Mapping[str, object]:
    held, hours = trial.held_a_day(), trial.hours_a_day()
    return {
        "texts": trial.texts,
        "flips": trial.flips,
        "by_one_author": trial.one_author,
        "held_a_day": [round(each, 2) for each in held],
        "hours_a_day": None if hours is None else [round(each, 2) for each in hours],
        "abuse_found": [_share(each.found) for each in (trial.before, trial.after)],
        "removed_rightly": [_share(each.rightly) for each in (trial.before, trial.after)],
        "abuse_in_flips": [round(trial.flipped.low, 4), round(trial.flipped.high, 4)],
        "flips_judged": trial.flipped.judged,
        "audited": trial.in_audits,
        "matches": {
            one.rule.id: {"texts": len(one.rows), "authors": one.authors, "flips": one.flips}
            for one in trial.matches
        },
    }


def _share(estimate: ShareEstimate | None) -> Mapping[str, object] | None:
    if estimate is None:
        return None
    shares = {"value": estimate.share, "low": estimate.low, "high": estimate.high}
    return {**{name: round(share, 4) for name, share in shares.items()}, "judged": estimate.judged}


def bands_from(
    texts: Sequence[str], in_force: Mapping[Label, LabelBands]
) -> Mapping[Label, LabelBands]:
    """What `--set` names. Raises InvalidInput."""
    found = {}
    for text in texts:
        name, _, edges = text.partition("=")
        hold, comma, remove = edges.partition(",")
        try:
            label = Label(name.strip())
            known = in_force.get(label, LabelBands(None, None)).remove_from
            found[label] = LabelBands(_edge(hold), _edge(remove) if comma else known)
        except ValueError:
            labels = ", ".join(Label)
            raise InvalidInput(
                f"--set {text}: write LABEL=HOLD or LABEL=HOLD,REMOVE with scores from 0 to 1 or "
                f"`{NEVER}`; labels are {labels}"
            ) from None
    return found


def _edge(text: str) -> float | None:
    return None if text.strip() == NEVER else float(text)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(printable(f"  {line}"))
