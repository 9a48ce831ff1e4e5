"""The staff console: which pages there are for whom."""

import streamlit as st

from core.moderation.permissions import Actor, Permission, can
from dashboard.sign_in_cookie import remember
from dashboard.wiring import signed_in

# folder, address, title, icon, the permission that shows it
PAGES = (
    ("review", "review_queue", "Review queue", ":material/inbox:", Permission.SEE_QUEUE),
    ("appeals", "appeals", "Appeals", ":material/balance:", Permission.SEE_APPEALS),
    ("lookup", "lookup", "Look-up", ":material/search:", Permission.LOOK_UP),
    ("latency", "latency", "Latency & throughput", ":material/speed:", Permission.SEE_SERVING),
    ("backends", "backends", "Backends", ":material/dns:", Permission.SEE_SERVING),
    ("parity", "parity", "Parity", ":material/compare_arrows:", Permission.COMPARE_BACKENDS),
)


def navigate(actor: Actor) -> None:
    """Run the page asked for; a page the role may not see is not served at all."""
    allowed = [
        st.Page(f"{folder}/screen.py", title=title, icon=icon, url_path=address)
        for folder, address, title, icon, permission in PAGES
        if can(actor, permission)
    ]
    account = st.Page("sign_in.py", title="Switch person", icon=":material/group:")
    sections = {"": allowed, f"{actor.id} · {actor.role}": [account]}
    st.navigation(sections, position="top").run()


def ask_who() -> None:
    """Whatever page was asked for: it keeps its address and opens once somebody is signed in."""
    addresses = [address for _, address, *_ in PAGES]
    pages = [st.Page("sign_in.py", title="Sign in", url_path=name) for name in addresses]
    st.navigation([*pages, st.Page("sign_in.py", title="Sign in")], position="hidden").run()


# An emoji icon becomes a data: address; a material icon here would be fetched from outside.
st.set_page_config(page_title="Moderation console", page_icon="🛡️", layout="wide")
person = signed_in()
if person is None:
    ask_who()
else:
    navigate(person)
remember()
