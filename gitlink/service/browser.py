"""What a browser tells of the page that has it send a request: what no secret proves may be such a page's."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


def is_named_loopback(request: Request) -> bool:
    """Whether *request* names this machine as such; a page elsewhere reaches in by a name that merely leads here.

    https://owasp.org/www-community/attacks/DNS_Rebinding
    """
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def foreign(request: Request) -> Response | None:
    """Refuse what another site's page has a browser send.

    https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site ; where a browser knows no such header, by
    `Origin`, which a proxy that gives the request another `Host` makes useless.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    host = request.headers.get("host")
    is_own = site in ("same-origin", "none") if site else origin is None or origin.partition("://")[2] == host
    return None if is_own else PlainTextResponse("sent from another site\n", 403)
