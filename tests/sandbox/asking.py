"""The shortest way to ask a sandbox something."""

from __future__ import annotations

import requests

from gitlink.sandbox.seed import ORG_ID, TOKEN
from gitlink.sandbox.server import SandboxServer, steering

AUTH = {"Authorization": f"OAuth {TOKEN}", "X-Org-ID": ORG_ID, "Accept-Language": "en"}


class Api:
    """Requests to one sandbox, with the administrator's token unless told otherwise."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.url = sandbox.url
        self.session = requests.Session()

    def __call__(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        token: str = TOKEN,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> requests.Response:
        """Ask; *path* begins with a slash, and with /v3 unless it names another version."""
        full = path if path.startswith(("/v2", "/v3", "/_sandbox")) else f"/v3{path}"
        sent = {**AUTH, **steering(self.sandbox.token), "Authorization": f"OAuth {token}", **(headers or {})}
        return self.session.request(
            method, self.url + full, json=json, headers=sent, timeout=timeout, allow_redirects=False
        )

    def move(self, key: str, transition: str, **body: object) -> requests.Response:
        """Execute a transition."""
        return self("POST", f"/issues/{key}/transitions/{transition}/_execute", body)
