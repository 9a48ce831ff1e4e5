"""The staff console: its pages, and which roles see them."""

import streamlit as st
from streamlit.navigation.page import Page

from core.errors import IdentityUnavailable, StoreError
from core.moderation.permissions import Actor, Permission, Role, can
from dashboard.leave_for import SIGNED_OUT, leave_for
from dashboard.sign_in_cookie import remember
from dashboard.wiring import current_staff_sign_in, signed_in
from dashboard.wording import plain

# folder, URL path, title, icon, permission needed to see the page
PAGES = (
    ("review", "review_queue", "Review queue", ":material/inbox:", Permission.SEE_QUEUE),
    ("appeals", "appeals", "Appeals", ":material/balance:", Permission.SEE_APPEALS),
    (
        "second_looks",
        "second_looks",
        "Second looks",
        ":material/visibility:",
        Permission.TAKE_SECOND_LOOKS,
    ),
    ("lookup", "lookup", "Look-up", ":material/search:", Permission.LOOK_UP),
    ("policy", "policy", "Policy", ":material/rule:", Permission.SEE_POLICY),
    ("overview", "overview", "Overview", ":material/monitor_heart:", Permission.SEE_SERVING),
    ("latency", "latency", "Latency & throughput", ":material/speed:", Permission.SEE_SERVING),
    ("estimate", "how_long", "How long?", ":material/timer:", Permission.SEE_SERVING),
    ("scale", "does_it_scale", "Does it scale?", ":material/trending_up:", Permission.SEE_SERVING),
    ("backends", "backends", "Backends", ":material/dns:", Permission.SEE_SERVING),
    ("runs", "runs", "Runs", ":material/schedule:", Permission.SEE_SERVING),
    ("parity", "parity", "Parity", ":material/compare_arrows:", Permission.COMPARE_BACKENDS),
    (
        "inventory",
        "what_runs_here",
        "What runs here?",
        ":material/inventory_2:",
        Permission.SEE_SERVING,
    ),
    ("work", "work", "Work", ":material/pace:", Permission.SEE_WORK),
    ("quality", "quality", "Quality", ":material/handshake:", Permission.SEE_QUALITY),
    ("audit", "audit", "Audit log", ":material/history:", Permission.SEE_AUDIT),
    (
        "transparency",
        "transparency",
        "Transparency",
        ":material/summarize:",
        Permission.SEE_TRANSPARENCY,
    ),
)

SETTINGS_ADDRESS = "settings"
HOMES = {Role.OPS: "overview"}
"""The folder of the page that a role opens first, where it is not the first one it sees."""


def navigate(actor: Actor) -> None:
    """Run the requested page. A page that the role may not see is not registered at all."""
    allowed = [page for page in PAGES if can(actor, page[4])]
    allowed.sort(key=lambda page: page[0] != HOMES.get(actor.role))
    # The default page has no address but `/`, so a hidden twin of it answers its own address.
    (folder, own_address, title, icon, _), *others = allowed
    first = f"{folder}/screen.py"
    pages = [
        st.Page(first, title=title, icon=icon, url_path="", default=True),
        st.Page(first, title=title, url_path=own_address, visibility="hidden"),
        *(
            st.Page(f"{folder}/screen.py", title=title, icon=icon, url_path=address)
            for folder, address, title, icon, _ in others
        ),
    ]
    personal = [_leaving()]
    if can(actor, Permission.SET_PREFERENCES):
        settings = st.Page(
            "settings/screen.py",
            title="Settings",
            icon=":material/tune:",
            url_path=SETTINGS_ADDRESS,
        )
        personal.insert(0, settings)
    sections = {"": pages, f"{actor.id} · {actor.role}": personal}
    st.navigation(sections, position="top").run()


def _leaving() -> Page:
    if current_staff_sign_in() is None:
        return st.Page("sign_in.py", title="Switch person", icon=":material/group:")
    return st.Page("sign_out.py", title="Sign out", icon=":material/logout:")


def ask_who() -> None:
    """Show the sign-in under every page's URL, so that a link still works after the sign-in."""
    page = "sign_in.py" if current_staff_sign_in() is None else "sign_in_again.py"
    addresses = ["sign_in", "sign_out", SETTINGS_ADDRESS, *(address for _, address, *_ in PAGES)]
    pages = [st.Page(page, title="Sign in", url_path=name) for name in addresses]
    home = st.Page(page, title="Sign in", url_path="", default=True)
    st.navigation([home, *pages], position="hidden").run()


# An emoji icon becomes a data: URL; a material icon would be loaded from another host.
st.set_page_config(page_title="Moderation console", page_icon="🛡️", layout="wide")
try:
    person = signed_in()
    if (address := st.session_state.pop(SIGNED_OUT, None)) is not None:
        leave_for(address)
    elif person is None:
        ask_who()
    else:
        navigate(person)
    remember()
except IdentityUnavailable as error:
    # Nobody works on with a role that may have been taken away since.
    st.error(f"Your sign-in can't be checked now: {plain(str(error))}", icon=":material/error:")
    st.button("Try again", icon=":material/refresh:", key="check_again")
except StoreError as error:
    # Another machine's database may be away for a moment; the process has nothing to restart for.
    st.error(f"The console's state can't be used now: {plain(str(error))}", icon=":material/error:")
    st.button("Try again", icon=":material/refresh:")
