"""Settings of a person or a CI: environment before `git config gitlink.*` before the default; who said so is kept.

A repository's policy is no source here: nothing in it can choose a host that a token goes to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gitlink import plumbing, state
from gitlink.core.policy import parse_entries
from gitlink.errors import AuthError, SettingsError
from gitlink.tracker.protocol import Credentials

_NAMES = {
    "gitlink.apibaseurl": ("TRACKER_API_BASE_URL", state.DEFAULT_BASE_URL),
    "gitlink.orgid": ("TRACKER_ORG_ID", None),
    "gitlink.cloudorgid": ("TRACKER_CLOUD_ORG_ID", None),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it came from."""

    value: str
    source: str


def read(environ: Mapping[str, str]) -> dict[str, Setting]:
    """Return the settings there are, by their git-config key in lower case."""
    status, listing = plumbing.run("config", "-z", "--get-regexp", r"^gitlink\.(apibaseurl|orgid|cloudorgid)$")
    stored = dict(parse_entries(listing)) if status == 0 else {}
    found = {}
    for key, (variable, default) in _NAMES.items():
        if environ.get(variable):
            found[key] = Setting(environ[variable], variable)
        elif stored.get(key):
            found[key] = Setting(stored[key] or "", f"git config {key}")
        elif default:
            found[key] = Setting(default, "the default")
    return found


def credentials(environ: Mapping[str, str]) -> Credentials:
    """Return the credentials of the environment; raises AuthError or SettingsError with what is missing."""
    found = read(environ)
    token, iam = environ.get("TRACKER_TOKEN"), environ.get("TRACKER_IAM_TOKEN")
    if not token and not iam:
        raise AuthError(
            "no token for Tracker",
            why="neither TRACKER_TOKEN (OAuth) nor TRACKER_IAM_TOKEN is set",
            fix="read -rs TRACKER_TOKEN && export TRACKER_TOKEN",
        )
    organization = found.get("gitlink.orgid") or found.get("gitlink.cloudorgid")
    if organization is None:
        raise SettingsError(
            "no organization for Tracker",
            why="neither TRACKER_ORG_ID (Yandex 360) nor TRACKER_CLOUD_ORG_ID (Yandex Cloud) is set",
            fix="git config --global gitlink.orgId ID    (the id stands at https://tracker.yandex.ru/admin/orgs)",
        )
    return Credentials(
        base_url=found["gitlink.apibaseurl"].value,
        token=token or iam or "",
        org_id=organization.value,
        is_iam=not token,
        is_cloud="gitlink.orgid" not in found,
    )


def language(environ: Mapping[str, str]) -> str:
    """Return the language names come in: `ru` for a Russian locale, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return "ru" if environ[variable].lower().startswith("ru") else "en"
    return "en"
