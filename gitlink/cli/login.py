"""`gitlink login` and `logout`: a token kept by Git's credential helpers, bound to host and organization."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from gitlink.cli import world

if TYPE_CHECKING:
    from gitlink.credentials import Account
    from gitlink.settings import Setting, Token
    from gitlink.tracker.models import User

_ORG_ID = typer.Option(None, "--org-id", metavar="ID", help="The organization, of Yandex 360.")
_CLOUD_ORG_ID = typer.Option(None, "--cloud-org-id", metavar="ID", help="The organization, of Yandex Cloud.")
_DRY_RUN = typer.Option(False, "--dry-run", help="Say what would be done and do nothing.")


def register(app: typer.Typer) -> None:
    """Add the two commands to *app*."""
    app.command("login")(login)
    app.command("logout")(logout)


def login(
    org_id: str = _ORG_ID,
    cloud_org_id: str = _CLOUD_ORG_ID,
    iam: bool = typer.Option(False, "--iam", help="It is an IAM token (12 hours, Yandex Cloud only), not OAuth."),
    dry_run: bool = _DRY_RUN,
) -> None:
    """Take a token from a hidden prompt or standard input, check it, and hand it to Git's credential helper.

    How to get one: https://yandex.ru/support/tracker/ru/api-ref/access . The organization's id stands on
    https://tracker.yandex.ru/admin/orgs ; it goes into the user's Git configuration.

    Example: gitlink login --org-id 1234567
    """
    from gitlink import settings

    account = settings.account(_organized(org_id, cloud_org_id))
    token = _given(account, iam)
    user = _checked(account, token)
    if not dry_run:
        _keep(account, token)
    did = "would log in" if dry_run else "logged in"
    typer.echo(f"{did} as {user.login or user.name} ({user.name}), {_place(account)}")
    entries = settings.to_remember(account)
    for key, value in entries.items() if dry_run else ():
        typer.echo(f"would set {key} to {value}" if value else f"would unset {key}")
    if not dry_run:
        settings.remember(entries)
        _warn(account)


def logout(org_id: str = _ORG_ID, cloud_org_id: str = _CLOUD_ORG_ID, dry_run: bool = _DRY_RUN) -> None:
    """Let Git's credential helper forget the token and the user's Git configuration the organization.

    Being logged out already is success.

    Example: gitlink logout
    """
    from gitlink import settings

    kept = settings.user_account()
    if org_id or cloud_org_id:
        accounts = [settings.account(_organized(org_id, cloud_org_id))]
    else:
        found = settings.read(os.environ)
        here = settings.account(found) if settings.ORG in found or settings.CLOUD in found else None
        accounts = list(dict.fromkeys(account for account in (here, kept) if account))
    for account in accounts:
        if not dry_run:
            _drop(account)
        typer.echo(f"{'would log out of' if dry_run else 'logged out of'} {_place(account)}")
    if not accounts:
        typer.echo("logged out already")
    if not dry_run and (kept is None or kept in accounts):
        settings.remember(dict.fromkeys((settings.URL, settings.ORG, settings.CLOUD)))
    for variable in ("TRACKER_TOKEN", "TRACKER_IAM_TOKEN"):
        if os.environ.get(variable):
            typer.echo(f"note: {variable} is still set; unset {variable}", err=True)


def _place(account: Account) -> str:
    from gitlink.transport.model import origin

    kind = "Yandex Cloud" if account.is_cloud else "Yandex 360"
    return f"organization {account.org_id} ({kind}) at {origin(account.base_url)}"


def _organized(org_id: str | None, cloud_org_id: str | None) -> dict[str, Setting]:
    """Return the settings with the organization of the options, or with the one that a person names."""
    from gitlink import settings
    from gitlink.errors import UsageFault

    if org_id and cloud_org_id:
        raise UsageFault("--org-id and --cloud-org-id exclude each other", fix=f"gitlink login --org-id {org_id}")
    found = settings.read(os.environ)
    if not org_id and not cloud_org_id and settings.ORG not in found and settings.CLOUD not in found:
        org_id, cloud_org_id = _asked()
    for key, value, option in ((settings.ORG, org_id, "--org-id"), (settings.CLOUD, cloud_org_id, "--cloud-org-id")):
        if value:
            found[key] = settings.Setting(value, option, f"gitlink login {option} ID")
    return found


def _asked() -> tuple[str | None, str | None]:
    """Ask a person at a terminal; ids of Yandex 360 are numbers, those of Yandex Cloud are not."""
    from gitlink.errors import SettingsError
    from gitlink.tracker.access import ORG_PAGE

    if not _is_terminal():
        why = f"no option names it, and nothing is set; its id stands on {ORG_PAGE}"
        raise SettingsError("no organization to log in to", why=why, fix="gitlink login --org-id ID")
    answer = typer.prompt(f"The organization's id ({ORG_PAGE})", err=True).strip()
    return (answer, None) if answer.isdecimal() else (None, answer)


def _is_terminal() -> bool:
    return bool(sys.stdin and sys.stdin.isatty())


def _given(account: Account, is_iam: bool) -> Token:
    """Return the token that is typed or piped; nobody is made to type one that cannot be kept."""
    from gitlink import credentials, plumbing
    from gitlink.errors import AuthError
    from gitlink.settings import Token
    from gitlink.tracker.access import TOKEN_PAGE
    from gitlink.transport.model import origin

    if _is_terminal():
        credentials.need_helper(account)
        kind = "IAM" if is_iam else "OAuth"
        text = typer.prompt(f"{kind} token for {origin(account.base_url)} ({TOKEN_PAGE})", hide_input=True, err=True)
    else:
        text = plumbing.read_stdin()
    text = text.strip()
    if not credentials.is_token(text):
        what = "what came on standard input is no token" if text else "no token came on standard input"
        why = "a token is one word of Latin letters, digits and signs"
        raise AuthError(what, why=why, fix=_again(account, is_iam))
    return Token(text, is_iam, "standard input")


def _checked(account: Account, token: Token) -> User:
    """Return whose token it is."""
    from gitlink import settings

    return world.tracker(settings.of(account, token)).myself()


def _again(account: Account, is_iam: bool) -> str:
    from gitlink.tracker.access import login_command

    return login_command(account.org_id, is_cloud=account.is_cloud, is_iam=is_iam)


def _keep(account: Account, token: Token) -> None:
    """Hand the token over, and look whether it comes back."""
    from gitlink import credentials

    named = credentials.need_helper(account)
    credentials.approve(account, token.value, is_iam=token.is_iam)
    if credentials.fill(account, is_iam=token.is_iam, seconds=credentials.LOGIN_S) != token.value:
        raise credentials.forgetful(account, named)


def _drop(account: Account) -> None:
    from gitlink import credentials
    from gitlink.errors import SettingsError

    credentials.reject(account)
    for is_iam in (False, True):
        if credentials.fill(account, is_iam=is_iam):
            fix = "git config --show-origin --get-all credential.helper"
            raise SettingsError(
                "Git's credential helper still holds the token", why="it was asked to erase it", fix=fix
            )


def _warn(account: Account) -> None:
    """Say what is set closer at hand than what was just written, and so comes first."""
    from gitlink import settings

    found = settings.read(os.environ)
    key = settings.CLOUD if account.is_cloud else settings.ORG
    for other in (settings.URL, settings.ORG, settings.CLOUD):
        closer = found.get(other)
        wanted = {settings.URL: account.base_url, key: account.org_id}.get(other)
        if closer and closer.rank < settings.USER_RANK and closer.value != wanted:
            typer.echo(f"note: {closer.source} comes first" + (f"; {closer.undo}" if closer.undo else ""), err=True)
    for variable in ("TRACKER_TOKEN", "TRACKER_IAM_TOKEN"):
        if os.environ.get(variable):
            typer.echo(f"note: {variable} comes first; unset {variable}", err=True)
