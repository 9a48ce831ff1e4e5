"""`modconsole outbox`: lists, sends and replays the messages to the site and to authors."""

import argparse
from collections import Counter
from contextlib import closing

from core.bootstrap.outbox import make_senders
from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands, positive
from core.cli.output import ExitCode, print_facts, printable
from core.config import Settings
from core.errors import ConfigError, InvalidInput
from core.moderation.outbox import MessageState
from core.moderation.permissions import SYSTEM
from core.services.outbox import (
    DeadMessage,
    count_messages,
    list_dead,
    replay_dead,
    replay_message,
)
from core.stop_signals import stop_signals

MOST_SHOWN = 20


def add_commands(commands: Commands) -> None:
    """Declares `outbox`."""
    command = commands.add(
        "outbox",
        run_outbox,
        "List, send or replay the messages to the site and to authors.",
        "`serve` and `up` send them, too: see docs/outbox.md. `outbox list` counts them by state "
        "and names the dead ones, which were given up after many attempts. `outbox send` sends "
        "what is due, with `--every S` again and again until it is stopped. `outbox replay ID` "
        "has a dead message sent again, `outbox replay --dead` all of them; that is an event of "
        "the audit log.",
    )
    command.add_argument(
        "act", choices=("list", "send", "replay"), metavar="ACT", help="what to do"
    )
    command.add_argument("message", nargs="?", metavar="ID", help="the message of `replay`")
    command.add_argument("--dead", action="store_true", help="of `replay`: all dead messages")
    command.add_argument(
        "--every", type=positive, metavar="S", help="of `send`: look every S seconds for more"
    )


def run_outbox(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole outbox`."""
    is_replay = arguments.act == "replay"
    if is_replay != ((arguments.message is not None) != arguments.dead):
        raise InvalidInput("`outbox replay` needs an ID or --dead, and no other act takes one")
    if arguments.every is not None and arguments.act != "send":
        raise InvalidInput("--every goes with `outbox send`")
    # One that goes on may be started before the site's first server.
    goes_on = arguments.every is not None
    with closing(build_services(settings, worker="outbox", creates=goes_on)) as services:
        if arguments.act == "list":
            return _list(services)
        if is_replay:
            return _replay(services, arguments.message)
        if not settings.channels:
            raise ConfigError(
                "there is no channel: set MODCONSOLE_WEBHOOK_URL or MODCONSOLE_SMTP_HOST"
            )
        return _send(services) if arguments.every is None else _keep_sending(services, arguments)


def _list(services: Services) -> int:
    counts = count_messages(services.context, SYSTEM)
    dead = list_dead(services.context, SYSTEM, MOST_SHOWN)
    for each in counts:
        oldest = f", the oldest due since {each.oldest_due_at:%F %T} UTC"
        is_waiting = each.state is MessageState.PENDING
        print(f"{each.channel} {each.state}: {each.count:,}{oldest if is_waiting else ''}")
    for letter in dead:
        print(printable(_dead_line(letter)))
    dead_count = sum(each.count for each in counts if each.state is MessageState.DEAD)
    if dead_count > len(dead):
        print(f"... and {dead_count - len(dead):,} more dead ones.")
    if not counts:
        print("There are no messages.")
    totals = Counter[str]()
    for each in counts:
        totals[each.state.value] += each.count
    print_facts({state.value: totals[state.value] for state in MessageState})
    return ExitCode.DONE


def _dead_line(letter: DeadMessage) -> str:
    message, ended_at = letter.message, letter.message.ended_at
    given_up = f" on {ended_at:%F %T} UTC" if ended_at else ""
    return (
        f"{message.id} ({letter.type or 'no longer needed'}) was given up{given_up} after "
        f"{message.attempts} attempts: {message.channel} {message.detail}"
    )


def _replay(services: Services, message_id: str | None) -> int:
    if message_id is None:
        count = replay_dead(services.context, SYSTEM)
    else:
        replay_message(services.context, SYSTEM, message_id)
        count = 1
    print(f"{count:,} message{'' if count == 1 else 's'} will be sent again.")
    return ExitCode.DONE


def _send(services: Services) -> int:
    states = Counter[MessageState]()
    for sender in make_senders(services):
        with closing(sender.channel):
            while (report := sender.send_due()).states:
                states += report.states
                for why in report.failures:
                    print(f"not delivered: {sender.channel.name} {why}")
    print_facts({state.value: states[state] for state in MessageState})
    is_complete = not (states[MessageState.PENDING] or states[MessageState.DEAD])
    return ExitCode.DONE if is_complete else ExitCode.INCOMPLETE


def _keep_sending(services: Services, arguments: argparse.Namespace) -> int:
    from core.processes.app_log import set_up_log
    from core.processes.sending import Sending

    set_up_log(services.settings)
    sending = Sending(make_senders(services), every_s=arguments.every)
    with stop_signals() as stop:
        sending.start()
        print("Messages are sent as they come due. Ctrl-C stops.", flush=True)
        stop.wait()
        sending.stop()
    print("Stopped.")
    return ExitCode.DONE
