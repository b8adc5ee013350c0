"""What a list may come to in all: a server can send pages without end, each within the bounds of one answer."""

from gitlink.transport.model import NoAnswer, Response

LIST_LIMIT = 50 * 1024 * 1024
ENTRIES_LIMIT = 100_000


class Pages:
    """Counts the pages of one list; *where*: what was asked, fit to be printed."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._bytes = self._entries = 0

    def add(self, response: Response, entries: int) -> None:
        """Count one more page; raises NoAnswer where the list has become too long."""
        self._bytes += len(response.body)
        self._entries += entries
        if self._bytes > LIST_LIMIT or self._entries > ENTRIES_LIMIT:
            why = f"it is longer than {ENTRIES_LIMIT} entries or {LIST_LIMIT} bytes"
            raise NoAnswer(
                "a list is too long to read", is_final=True, where=self._where, why=why, fix="gitlink doctor"
            )
