"""The identity provider that the site configured."""

from core.config import Settings
from core.errors import MissingExtra
from core.services.staff_sign_in import StaffSignIn
from core.setting_values import NOT_SET

CALLBACK = "/oidc/callback"


def open_staff_sign_in(settings: Settings) -> StaffSignIn | None:
    """None with the demo sign-in. Asks the provider for nothing yet. Raises MissingExtra."""
    if settings.sign_in == "demo":
        return None
    try:
        from core.identity.openid import OpenIdClient, OpenIdProvider
    except ImportError as error:
        raise MissingExtra(
            "MODCONSOLE_SIGN_IN=oidc needs the extra: pip install 'moderation-console[oidc]'"
        ) from error
    has_secret = settings.oidc_client_secret != NOT_SET
    client = OpenIdClient(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret if has_secret else "",
        redirect_uri=settings.console_url + CALLBACK,
        return_uri=settings.console_url,
        role_claim=settings.oidc_role_claim,
        scope=settings.oidc_scope,
    )
    return StaffSignIn(OpenIdProvider(client), settings.oidc_name_claim, settings.oidc_role_claim)
