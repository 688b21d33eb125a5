"""The clients of a served instrument: what they send, and what they fetch in time.

Nothing here blocks or knows whether a client's file is a socket or a terminal.
"""

import contextlib
import logging
import selectors
from collections.abc import Callable
from math import inf

from simulators.line import Line
from simulators.pacing import Manner, Session

log = logging.getLogger(__name__)
CHUNK = 4096
# A client that left so many chunks behind is thrown out for the next one.
MOST_LEFT_BEHIND = 4096


class Client:
    """A file of the system and the talk that runs over it."""

    def __init__(
        self,
        number: int,
        read: Callable[[int], bytes],
        write: Callable[[bytes], int],
        session: Session,
        selector: selectors.BaseSelector,
    ) -> None:
        self.number, self.session = number, session
        self._read, self._write = read, write
        self._selector = selector
        self._interest = 0
        self._sending = b""

    def receive(self, now_s: float) -> None:
        """Read once, if there is room; raise OSError when the client has gone."""
        if self.session.full:
            return
        try:
            data = self._read(CHUNK)
        except BlockingIOError:
            return
        if not data:
            raise OSError("the client has gone")
        self.session.arrive(data, now_s)

    def has_left(self, now_s: float) -> bool:
        """Read on to the end of what the client sent; say whether it has gone."""
        for _ in range(MOST_LEFT_BEHIND):
            try:
                data = self._read(CHUNK)
            except BlockingIOError:
                return False
            except OSError:
                return True
            if not data:
                return True
            self.session.arrive(data, now_s)
        return True

    def send(self, now_s: float) -> None:
        """Write what is due, as far as the client takes it."""
        if not self._sending:
            self._sending = self.session.leave(now_s)
        if self._sending:
            with contextlib.suppress(BlockingIOError):
                sent = self._write(self._sending)
                self._sending = self._sending[sent:]
        self._watch()

    def due_s(self) -> float:
        """Return when there is something to do that no file announces."""
        return inf if self._sending else self.session.due_s()

    def forget(self) -> None:
        """Do not watch the file any more; before it is closed."""
        if self._interest:
            self._selector.unregister(self.number)
            self._interest = 0

    def _watch(self) -> None:
        wanted = 0 if self.session.full else selectors.EVENT_READ
        wanted |= selectors.EVENT_WRITE if self._sending else 0
        if wanted == self._interest:
            return
        if not wanted:
            self._selector.unregister(self.number)
        elif not self._interest:
            self._selector.register(self.number, wanted)
        else:
            self._selector.modify(self.number, wanted)
        self._interest = wanted


class Talk:
    """What both kinds of outlet share: a line, and clients that talk over it."""

    def __init__(
        self,
        name: str,
        line: Line,
        manner: Manner,
        selector: selectors.BaseSelector,
        paced: bool,
    ) -> None:
        self.name, self.line, self.manner = name, line, manner
        self.paced = paced
        self.selector = selector
        self.clients: list[Client] = []
        self._asked: Client | None = None

    def exchange(self, now_s: float, gone: Callable[[Client], None]) -> None:
        """Read, ask, answer, for every client; ``gone`` is called for lost ones."""
        try:
            unasked = self.line.read()
        except OSError:  # cut just now, by a fault
            return
        for client in [*self.clients]:
            if unasked and self._asked in (None, client):
                client.session.unasked(unasked, now_s)
            try:
                client.receive(now_s)
                if client.session.work(now_s):
                    self._asked = client
                client.send(now_s)
            except OSError:
                gone(client)
            except Exception:  # broad: no client's bytes may take the others down
                log.exception("%s: a client has been closed", self.name)
                gone(client)

    def drop(self, client: Client) -> None:
        """Forget a client and its half messages."""
        client.forget()
        self.clients.remove(client)
        if self._asked is client:
            self._asked = None

    def due_s(self) -> float:
        """Return when a client has something to do, in s."""
        return min((client.due_s() for client in self.clients), default=inf)
