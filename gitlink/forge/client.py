"""Any forge's verbs: each is one question, a list as many as it has pages. Decides nothing."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from gitlink.errors import ForgeRefused
from gitlink.forge import bitbucket_cloud_api, bitbucket_dc_api, gitea_api, github_api, gitlab_api, reading, rest
from gitlink.forge.model import CommitStatus, Forge, NewPullRequest, PullRequest, PullRequestComment, Verdict
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask
from gitlink.forge.tokens import Token
from gitlink.transport.paging import Pages
from gitlink.transport.send import Transport

_T = TypeVar("_T")
_MOST_PAGES = 50


class Api(Protocol):
    """What each forge's module asks."""

    @property
    def find(
        self,
    ) -> Callable[[Remote, str, str], Ask[list[PullRequest]] | Ask[list[PullRequest] | Ask[list[PullRequest]]]]: ...
    @property
    def read(self) -> Callable[[Remote, int], Ask[PullRequest]]: ...
    @property
    def change(self) -> Callable[[Remote, PullRequest, str, str], Ask[PullRequest]]: ...
    @property
    def create(self) -> Callable[[Remote, NewPullRequest], Ask[PullRequest] | Ask[Ask[PullRequest]]]: ...
    @property
    def verdicts(self) -> Callable[[Remote, int], list[Ask[list[Verdict]]]]: ...
    @property
    def comments(self) -> Callable[[Remote, int], Ask[list[PullRequestComment]]]: ...
    @property
    def comment(self) -> Callable[[Remote, int, str], Ask[None]]: ...
    @property
    def mark(self) -> Callable[[Remote, str, CommitStatus], Ask[None]]: ...
    @property
    def default_branch(self) -> Callable[[Remote], Ask[str]]: ...


APIS: dict[Forge, Api] = {
    "bitbucket": bitbucket_cloud_api,
    "bitbucket-dc": bitbucket_dc_api,
    "github": github_api,
    "gitlab": gitlab_api,
    "gitea": gitea_api,
}


class ForgeClient:
    """Asks one project's forge, in the name of whom *token* belongs to; without one, as a stranger.

    Every verb raises AuthError, ForgeRefused, or Unreachable.
    """

    def __init__(self, transport: Transport, remote: Remote, token: Token | None) -> None:
        self._transport = transport
        self._at = remote
        self._token = token
        self._api = APIS[remote.forge]

    @property
    def remote(self) -> Remote:
        """The project that is asked for."""
        return self._at

    @property
    def has_token(self) -> bool:
        """Whether the forge is told who asks."""
        return self._token is not None

    def find(self, branch: str, source: str | None = None) -> list[PullRequest]:
        """Return the open pull requests into this project from *branch* of *source* (a project; this one if None)."""
        ask: Ask[Any] = self._api.find(self._at, branch, source or self._at.project)
        return self._list(ask)

    def read(self, number: int) -> PullRequest:
        """Return one pull request as it is now."""
        return self._one(self._api.read(self._at, number))

    def change(self, number: int, *, title: str | None = None, description: str | None = None) -> PullRequest:
        """Change title, text or both, and return it as it is then; what is None stays."""
        old = self.read(number)
        title, description = (
            old.title if title is None else title,
            old.description if description is None else description,
        )
        if (title, description) == (old.title, old.description):
            return old
        return self._one(self._api.change(self._at, old, title, description))

    def create(self, new: NewPullRequest) -> PullRequest:
        """Make a pull request; raises ForgeRefused where there is one already."""
        first: Ask[Any] = self._api.create(self._at, new)
        made: PullRequest | Ask[PullRequest] = self._one(first)
        return self._one(made) if isinstance(made, Ask) else made

    def verdicts(self, number: int) -> list[Verdict]:
        """Return what everybody thinks; of a person's several the last counts."""
        first, *others = [self._verdicts(ask) for ask in self._api.verdicts(self._at, number)]
        return first + [verdict for found in others for verdict in found]

    def comments(self, number: int) -> list[PullRequestComment]:
        """Return what people wrote under a pull request, oldest first where the forge says so."""
        return self._list(self._api.comments(self._at, number))

    def comment(self, number: int, text: str) -> None:
        """Write under a pull request."""
        self._one(self._api.comment(self._at, number, text))

    def mark(self, oid: str, status: CommitStatus) -> None:
        """Set a status of a commit."""
        self._one(self._api.mark(self._at, oid, status))

    def default_branch(self) -> str:
        """Return the branch that pull requests usually want into."""
        return self._one(self._api.default_branch(self._at))

    def _one(self, ask: Ask[_T]) -> _T:
        return self._page(ask)[0]

    def _list(self, ask: Ask[list[_T] | Ask[list[_T]]] | Ask[list[_T]]) -> list[_T]:
        """Read all pages; what one of them means may take another question."""
        found: list[_T] = []
        following: Ask[Any] | None = ask
        pages = Pages(ask.where)
        for _ in range(_MOST_PAGES):
            if following is None:
                break
            page, following = self._page(following, pages)
            found += self._one(page) if isinstance(page, Ask) else page
        return found

    def _verdicts(self, ask: Ask[list[Verdict]]) -> list[Verdict]:
        """Read all pages; a question that an old version of the forge does not know (404) tells nothing.

        The first question of every forge names the pull request itself, so a missing one is told all the same.
        """
        try:
            return self._list(ask)
        except ForgeRefused as refusal:
            if refusal.status == 404 and ask.path.endswith("/reviewers"):
                return []
            raise

    def _page(self, ask: Ask[_T], pages: Pages | None = None) -> tuple[_T, Ask[_T] | None]:
        response = self._transport.send(rest.request(ask, self._token))
        with self._transport.counting():
            parsed = rest.answer(ask, response, self._token)
            try:
                page, following = ask.read(parsed), rest.next_page(ask, response, parsed)
            except reading.Malformed as fault:
                fault.where = ask.where
                raise
        if pages is not None:
            pages.add(response, len(page) if isinstance(page, list) else 1)
        return page, following
