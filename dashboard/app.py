"""The staff console: its pages, and which roles see them."""

import streamlit as st
from streamlit.navigation.page import Page

from core.errors import IdentityUnavailable, StoreError
from core.moderation.permissions import Actor, Permission, Role, can
from dashboard.leave_for import SIGNED_OUT, leave_for
from dashboard.problems import told
from dashboard.sign_in_cookie import remember
from dashboard.staff_language import declare_language, read_in_own_language
from dashboard.staff_texts import say
from dashboard.wiring import current_services, current_staff_sign_in, signed_in
from dashboard.wording import plain, role_names

# section, folder, URL path, icon, permission needed to see the page
CASES, OPERATE, GOVERN = "", "operate", "govern"
PAGES = (
    (CASES, "review", "review_queue", "inbox", Permission.SEE_QUEUE),
    (CASES, "appeals", "appeals", "balance", Permission.SEE_APPEALS),
    (CASES, "second_looks", "second_looks", "visibility", Permission.TAKE_SECOND_LOOKS),
    (CASES, "lookup", "lookup", "search", Permission.LOOK_UP),
    (OPERATE, "overview", "overview", "monitor_heart", Permission.SEE_SERVING),
    (OPERATE, "latency", "latency", "speed", Permission.SEE_SERVING),
    (OPERATE, "estimate", "how_long", "timer", Permission.SEE_SERVING),
    (OPERATE, "scale", "does_it_scale", "trending_up", Permission.SEE_SERVING),
    (OPERATE, "cost", "cost", "payments", Permission.SEE_SERVING),
    (OPERATE, "backends", "backends", "dns", Permission.SEE_SERVING),
    (OPERATE, "parity", "parity", "compare_arrows", Permission.COMPARE_BACKENDS),
    (OPERATE, "runs", "runs", "schedule", Permission.SEE_SERVING),
    (OPERATE, "drift", "drift", "timeline", Permission.SEE_DRIFT),
    (OPERATE, "inventory", "what_runs_here", "inventory_2", Permission.SEE_SERVING),
    (GOVERN, "policy", "policy", "rule", Permission.SEE_POLICY),
    (GOVERN, "work", "work", "pace", Permission.SEE_WORK),
    (GOVERN, "quality", "quality", "handshake", Permission.SEE_QUALITY),
    (GOVERN, "audit", "audit", "history", Permission.SEE_AUDIT),
    (GOVERN, "transparency", "transparency", "summarize", Permission.SEE_TRANSPARENCY),
    (GOVERN, "people", "people", "group", Permission.SEE_PEOPLE),
    (GOVERN, "keys", "api_keys", "key", Permission.SEE_KEYS),
)

SETTINGS_ADDRESS, HELP_ADDRESS = "settings", "help"
HOMES = {Role.OPS: "overview", Role.ADMIN: "people"}
"""The folder of the page that a role opens first, where it is not the first one it sees."""


def navigate(actor: Actor) -> None:
    """Run the requested page. A page that the role may not see is not registered at all."""
    allowed = [page for page in PAGES if can(actor, page[4])]
    home = next((page for page in allowed if page[1] == HOMES.get(actor.role)), allowed[0])
    sections: dict[str, list[Page]] = {CASES: _home_of(home)}
    for page in allowed:
        if page != home:
            sections.setdefault(_section(page[0]), []).append(_page(*page[1:4]))
    personal = [_page("help", HELP_ADDRESS, "help"), _leaving()]
    if can(actor, Permission.SET_PREFERENCES):
        personal.insert(0, _page("settings", SETTINGS_ADDRESS, "tune"))
    st.navigation(
        {**sections, f"{actor.id} · {role_names(actor.roles)}": personal}, position="top"
    ).run()


def _section(name: str) -> str:
    return say(f"common.page.{name}") if name else ""


def _home_of(page: tuple[str, str, str, str, Permission]) -> list[Page]:
    """The default page has no address but `/`, so a hidden twin of it answers its own address."""
    _, folder, address, icon, _ = page
    title = say(f"common.page.{folder}")
    file, icon = f"{folder}/screen.py", f":material/{icon}:"
    return [
        st.Page(file, title=title, icon=icon, url_path="", default=True),
        st.Page(file, title=title, url_path=address, visibility="hidden"),
    ]


def _page(folder: str, address: str, icon: str) -> Page:
    title, icon = say(f"common.page.{folder}"), f":material/{icon}:"
    return st.Page(f"{folder}/screen.py", title=title, icon=icon, url_path=address)


def _leaving() -> Page:
    if current_staff_sign_in() is None:
        return st.Page(
            "sign_in.py", title=say("common.page.switch_person"), icon=":material/group:"
        )
    return st.Page("sign_out.py", title=say("common.page.sign_out"), icon=":material/logout:")


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
    title = say("common.page.sign_in")
    pages = [st.Page(page, title=title, url_path=name) for name in addresses]
    home = st.Page(page, title=title, url_path="", default=True)
    st.navigation([home, *pages], position="hidden").run()


# An emoji icon becomes a data: URL; a material icon would be loaded from another host.
st.set_page_config(page_title=say("common.page.title"), page_icon="🛡️", layout="wide")
try:
    person = signed_in()
    read_in_own_language(current_services(), person)
    if (address := st.session_state.pop(SIGNED_OUT, None)) is not None:
        leave_for(address)
    elif person is None:
        ask_who()
    else:
        navigate(person)
    remember()
    declare_language()
except IdentityUnavailable as error:
    # Nobody works on with a role that may have been taken away since.
    st.error(say("common.page.identity_away", why=plain(told(error))), icon=":material/error:")
    st.button(say("common.page.try_again"), icon=":material/refresh:", key="check_again")
except StoreError as error:
    # Another machine's database may be away for a moment; the process has nothing to restart for.
    st.error(say("common.page.state_away", why=plain(told(error))), icon=":material/error:")
    st.button(say("common.page.try_again"), icon=":material/refresh:")
