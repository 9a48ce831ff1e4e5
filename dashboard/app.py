"""The staff console: which pages there are for whom."""

import streamlit as st

from core.moderation.permissions import Actor, Permission, can
from dashboard.wiring import current_actor

# file, title, icon, the permission that shows it
PAGES = (
    ("screens/review_queue.py", "Review queue", ":material/inbox:", Permission.SEE_QUEUE),
    ("screens/appeals.py", "Appeals", ":material/balance:", Permission.SEE_APPEALS),
    ("screens/lookup.py", "Look-up", ":material/search:", Permission.LOOK_UP),
    ("screens/latency.py", "Latency & throughput", ":material/speed:", Permission.SEE_SERVING),
    ("screens/backends.py", "Backends", ":material/dns:", Permission.SEE_SERVING),
    ("screens/parity.py", "Parity", ":material/compare_arrows:", Permission.COMPARE_BACKENDS),
)


def navigate(actor: Actor) -> None:
    """Run the page asked for; a page the role may not see is not served at all."""
    allowed = [
        st.Page(file, title=title, icon=icon)
        for file, title, icon, permission in PAGES
        if can(actor, permission)
    ]
    account = st.Page("screens/sign_in.py", title="Switch person", icon=":material/group:")
    sections = {"": allowed, f"{actor.id} · {actor.role}": [account]}
    st.navigation(sections, position="top").run()


# An emoji icon becomes a data: address; a material icon here would be fetched from outside.
st.set_page_config(page_title="Moderation console", page_icon="🛡️", layout="wide")
navigate(current_actor())
