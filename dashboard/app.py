"""The staff console: its pages, and which roles see them."""

import streamlit as st
from streamlit.navigation.page import Page

from core.errors import IdentityUnavailable, StoreError
from core.moderation.permissions import Actor, Permission, Role, can
from dashboard.leave_for import SIGNED_OUT, leave_for
from dashboard.sign_in_cookie import remember
from dashboard.wiring import current_staff_sign_in, signed_in
from dashboard.wording import plain

# section, folder, URL path, title, icon, permission needed to see the page
CASES, OPERATE, GOVERN = "", "Operate", "Govern"
PAGES = (
    (CASES, "review", "review_queue", "Review queue", "inbox", Permission.SEE_QUEUE),
    (CASES, "appeals", "appeals", "Appeals", "balance", Permission.SEE_APPEALS),
    (
        *(CASES, "second_looks", "second_looks", "Second looks", "visibility"),
        Permission.TAKE_SECOND_LOOKS,
    ),
    (CASES, "lookup", "lookup", "Look-up", "search", Permission.LOOK_UP),
    (OPERATE, "overview", "overview", "Overview", "monitor_heart", Permission.SEE_SERVING),
    (OPERATE, "latency", "latency", "Latency & throughput", "speed", Permission.SEE_SERVING),
    (OPERATE, "estimate", "how_long", "How long?", "timer", Permission.SEE_SERVING),
    (OPERATE, "scale", "does_it_scale", "Does it scale?", "trending_up", Permission.SEE_SERVING),
    (OPERATE, "cost", "cost", "Cost", "payments", Permission.SEE_SERVING),
    (OPERATE, "backends", "backends", "Backends", "dns", Permission.SEE_SERVING),
    (OPERATE, "parity", "parity", "Parity", "compare_arrows", Permission.COMPARE_BACKENDS),
    (OPERATE, "runs", "runs", "Runs", "schedule", Permission.SEE_SERVING),
    (OPERATE, "drift", "drift", "Drift", "timeline", Permission.SEE_DRIFT),
    (
        *(OPERATE, "inventory", "what_runs_here", "What runs here?", "inventory_2"),
        Permission.SEE_SERVING,
    ),
    (GOVERN, "policy", "policy", "Policy", "rule", Permission.SEE_POLICY),
    (GOVERN, "work", "work", "Work", "pace", Permission.SEE_WORK),
    (GOVERN, "quality", "quality", "Quality", "handshake", Permission.SEE_QUALITY),
    (GOVERN, "audit", "audit", "Audit log", "history", Permission.SEE_AUDIT),
    (
        *(GOVERN, "transparency", "transparency", "Transparency", "summarize"),
        Permission.SEE_TRANSPARENCY,
    ),
    (GOVERN, "people", "people", "People", "group", Permission.SEE_PEOPLE),
    (GOVERN, "keys", "api_keys", "API keys", "key", Permission.SEE_KEYS),
)

SETTINGS_ADDRESS, HELP_ADDRESS = "settings", "help"
HOMES = {Role.OPS: "overview", Role.ADMIN: "people"}
"""The folder of the page that a role opens first, where it is not the first one it sees."""


def navigate(actor: Actor) -> None:
    """Run the requested page. A page that the role may not see is not registered at all."""
    allowed = [page for page in PAGES if can(actor, page[5])]
    home = next((page for page in allowed if page[1] == HOMES.get(actor.role)), allowed[0])
    sections: dict[str, list[Page]] = {CASES: _home_of(home)}
    for page in allowed:
        if page != home:
            sections.setdefault(page[0], []).append(_page(*page[1:5]))
    personal = [_page("help", HELP_ADDRESS, "Help", "help"), _leaving()]
    if can(actor, Permission.SET_PREFERENCES):
        personal.insert(0, _page("settings", SETTINGS_ADDRESS, "Settings", "tune"))
    st.navigation(
        {**sections, f"{actor.id} · {', '.join(actor.roles)}": personal}, position="top"
    ).run()


def _home_of(page: tuple[str, str, str, str, str, Permission]) -> list[Page]:
    """The default page has no address but `/`, so a hidden twin of it answers its own address."""
    _, folder, address, title, icon, _ = page
    file, icon = f"{folder}/screen.py", f":material/{icon}:"
    return [
        st.Page(file, title=title, icon=icon, url_path="", default=True),
        st.Page(file, title=title, url_path=address, visibility="hidden"),
    ]


def _page(folder: str, address: str, title: str, icon: str) -> Page:
    icon = f":material/{icon}:"
    return st.Page(f"{folder}/screen.py", title=title, icon=icon, url_path=address)


def _leaving() -> Page:
    if current_staff_sign_in() is None:
        return st.Page("sign_in.py", title="Switch person", icon=":material/group:")
    return st.Page("sign_out.py", title="Sign out", icon=":material/logout:")


def ask_who() -> None:
    """Show the sign-in under every page's URL, so that a link still works after the sign-in."""
    page = "sign_in.py" if current_staff_sign_in() is None else "sign_in_again.py"
    addresses = [
        "sign_in",
        "sign_out",
        SETTINGS_ADDRESS,
        HELP_ADDRESS,
        *(page[2] for page in PAGES),
    ]
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
