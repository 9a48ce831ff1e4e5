"""Making, rotating and revoking a key; a new key is shown once."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.api_keys import KeyScope
from core.moderation.permissions import Actor
from core.services.api_keys import ListedKey, create_key, revoke_key, rotate_key
from core.serving.api_keys import KeyFolder
from dashboard.keys.wording import ENDS, SCOPES
from dashboard.popovers import show_problem, try_change
from dashboard.staff_texts import say
from dashboard.wording import plain

MADE_KEY = "made_key"
NEW, ROTATE, REVOKE = "new_key", "rotate", "revoke"
"""Keys of the popovers."""


def new_key_form(services: Services, actor: Actor, folder: KeyFolder) -> None:
    """A popover with name, scopes and end."""
    with st.popover(say("keys.new.open"), icon=":material/add:", key=NEW, on_change="rerun"):
        name = st.text_input(
            say("keys.new.name"), key="key_name", placeholder=say("keys.new.example"), max_chars=60
        )
        scopes = st.pills(
            say("keys.new.scopes"),
            list(KeyScope),
            selection_mode="multi",
            default=[KeyScope.COMMENTS_WRITE, KeyScope.DECISIONS_READ],
            format_func=SCOPES.__getitem__,
            key="key_scopes",
        )
        days = st.selectbox(
            say("keys.new.end"),
            list(ENDS),
            format_func=lambda each: say(ENDS[each]),
            key="key_days",
        )
        ordered = tuple(scope for scope in KeyScope if scope in scopes)
        make = partial(create_key, services.context, actor, folder, name, scopes=ordered, days=days)
        st.button(
            say("keys.new.press"),
            type="primary",
            key="make_key",
            disabled=not (name and ordered),
            on_click=_keep,
            args=(NEW, name, make),
        )
        show_problem(NEW)


def rotate_or_revoke(
    services: Services, actor: Actor, folder: KeyFolder, listed: Sequence[ListedKey]
) -> None:
    """For one of the keys: a new one in its place, or none."""
    names = sorted({each.key.name for each in listed})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(say("keys.change.key"), names, key="chosen_key", width=240)
        with st.popover(
            say("keys.change.rotate"), icon=":material/autorenew:", key=ROTATE, on_change="rerun"
        ):
            st.caption(say("keys.change.grace"))
            day = timedelta(days=1)
            rotate = partial(rotate_key, services.context, actor, folder, name, day)
            st.button(
                say("keys.change.make_new"),
                key="rotate_key",
                on_click=_keep,
                args=(ROTATE, name, rotate),
            )
            show_problem(ROTATE)
        with st.popover(
            say("keys.change.revoke"), icon=":material/block:", key=REVOKE, on_change="rerun"
        ):
            st.caption(say("keys.change.revoking"))
            st.button(
                say("keys.change.revoke_name", name=name),
                key="revoke_key",
                on_click=try_change,
                args=(
                    REVOKE,
                    partial(revoke_key, services.context, actor, folder, name),
                ),
            )
            show_problem(REVOKE)


def show_made_key() -> None:
    """A box with the key that was just made, until the person has copied it."""
    if (made := st.session_state.get(MADE_KEY)) is None:
        return
    name, key = made
    with st.container(border=True):
        st.markdown(f"**{say('keys.new.made', name=plain(name))}**")
        st.code(key, language=None, wrap_lines=True)
        st.caption(say("keys.new.once"))
        st.button(
            say("keys.new.copied"),
            key="copied",
            on_click=st.session_state.pop,
            args=(MADE_KEY,),
        )


def _keep(popover: str, name: str, make: partial[str]) -> None:
    if (made := try_change(popover, make)) is not None:
        st.session_state[MADE_KEY] = (name, made)
