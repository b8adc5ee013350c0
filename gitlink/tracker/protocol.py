"""Turns a call into a request and an answer into JSON or into an error with a name; opens no socket, keeps no state.

Format and headers: https://yandex.ru/support/tracker/ru/api-ref/common-format .
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from gitlink.redact import read_json, without
from gitlink.tracker.access import Credentials
from gitlink.tracker.call import Call
from gitlink.tracker.refusal import is_html, refusal, unauthorized, unusable
from gitlink.transport.model import Request, Response


def request(call: Call, credentials: Credentials, language: str) -> Request:
    """Return *call* as the request to send; it can only go to the credentials' own host."""
    url = credentials.base_url.rstrip("/") + call.path + ("?" + urlencode(call.query) if call.query else "")
    headers = credentials.headers(language)
    body = None
    if not call.is_read:
        headers["Content-Type"] = "application/json"
        body = json.dumps({} if call.body is None else call.body, ensure_ascii=True).encode("ascii")
    return Request(call.method, url, headers, body, call.is_repeatable, credentials.base_url)


def answer(call: Call, response: Response, credentials: Credentials) -> object:
    """Return the JSON of a good answer, None for an empty one; raise what a bad one means.

    A token that the answer repeats (gateways echo headers) is blotted out first: much of an answer is printed.
    """
    response = replace(response, body=without(response.body, credentials.token))
    if response.status == 401:
        raise unauthorized(call, credentials)
    if response.status == 429 or response.status >= 500 or is_html(response):
        raise unusable(call, response, credentials)
    if response.status >= 400:
        raise refusal(call, response, credentials)
    if not response.body and response.status == 204:
        return None
    try:
        return read_json(response.body, credentials.token)
    except (ValueError, RecursionError):
        raise unusable(call, response, credentials) from None


def next_page(response: Response) -> dict[str, str] | None:
    """Return the query of the next page from the header `Link`, or None on the last one.

    Only the query is taken: neither host nor path of a link can lead the token elsewhere, and the documentation prints
    links without a scheme. https://yandex.ru/support/tracker/ru/api-ref/common-format
    """
    for link in response.headers.get("link", "").split(","):
        target, *parameters = link.split(";")
        if any(part.replace('"', "").replace(" ", "").lower() == "rel=next" for part in parameters):
            try:
                query = parse_qs(urlsplit(target.strip().strip("<>")).query)
            except ValueError:
                return None
            return {name: values[-1] for name, values in query.items()}
    return None


def pages(response: Response) -> int:
    """Return how many pages a list has by its header, one where it does not say."""
    said = response.headers.get("x-total-pages", "").strip()
    return int(said[:9]) if said.isascii() and said.isdigit() else 1


def server_time(response: Response) -> datetime | None:
    """Return what time it was for the server, to the second (RFC 9110, 6.6.1), or None where it does not say."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
