"""Where a simulated instrument is plugged in: a loopback socket or a pseudo-terminal.

An outlet never blocks: what a client does not fetch stays with its session, and what
cannot be said to anybody is lost, as on a real wire.
"""

import os
import selectors
import socket
from pathlib import Path
from typing import Protocol

from simulators.line import Line
from simulators.pacing import Manner, Session, byte_time_s
from simulators.served_clients import Client, Talk

if os.name == "posix":
    import pty
    import select
    import tty

MOST_CLIENTS = 8
LOOPBACK = "127.0.0.1"


class Outlet(Protocol):
    """What the server needs of an outlet."""

    address: str

    def turn(self, now_s: float) -> None:
        """Do everything that is due."""
        ...

    def due_s(self) -> float:
        """Return when there is something to do, in s."""
        ...

    def close(self) -> None:
        """Throw every client out and free the address."""
        ...


class SocketOutlet:
    """A TCP port on loopback: several clients on a LAN instrument, else one.

    A cut line resets connections and answers to none until it is back.
    """

    def __init__(
        self,
        name: str,
        line: Line,
        manner: Manner,
        selector: selectors.BaseSelector,
        paced: bool = True,
    ) -> None:
        self._talk = Talk(name, line, manner, selector, paced)
        self._sockets: dict[int, socket.socket] = {}
        self._most = MOST_CLIENTS if manner.lan else 1
        self._listener = socket.create_server((LOOPBACK, 0))
        self._listener.setblocking(False)
        selector.register(self._listener, selectors.EVENT_READ)
        self.address = f"socket://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def turn(self, now_s: float) -> None:
        """Do everything that is due; clients that have gone make room first."""
        if self._talk.line.gone:
            for client in [*self._talk.clients]:
                self._close(client)
        else:
            self._talk.exchange(now_s, self._close)
        self._accept(now_s)

    def due_s(self) -> float:
        """Return when there is something to do, in s."""
        return self._talk.due_s()

    def close(self) -> None:
        """Throw every client out and free the port."""
        for client in [*self._talk.clients]:
            self._close(client)
        self._talk.selector.unregister(self._listener)
        self._listener.close()

    def _accept(self, now_s: float) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # nobody, or somebody who has gone already
            return
        talk = self._talk
        if len(talk.clients) >= self._most:
            for client in [c for c in talk.clients if c.has_left(now_s)]:
                self._close(client)
        if talk.line.gone or len(talk.clients) >= self._most:
            connection.close()
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        byte_s = byte_time_s(talk.manner, on_network=True)
        session = Session(talk.line, talk.manner, byte_s, talk.paced)
        number = connection.fileno()
        self._sockets[number] = connection
        client = Client(
            number, connection.recv, connection.send, session, talk.selector
        )
        client.send(0.0)  # nothing to send yet: this begins to watch
        talk.clients.append(client)

    def _close(self, client: Client) -> None:
        self._talk.drop(client)
        self._sockets.pop(client.number).close()


class PtyOutlet:
    """A pseudo-terminal, under a name that stays when the cable is pulled and back.

    Only one side of it is held open here, so that a client's leaving is noticed: its
    half messages then end with it. A cut line hangs the terminal up, as a serial
    adapter that is pulled out.
    """

    def __init__(
        self,
        name: str,
        line: Line,
        manner: Manner,
        selector: selectors.BaseSelector,
        folder: Path,
        paced: bool = True,
    ) -> None:
        self._talk = Talk(name, line, manner, selector, paced)
        self._link = folder / name
        self._number = -1
        self.address = str(self._link)
        self._plug_in()

    def turn(self, now_s: float) -> None:
        """Do everything that is due."""
        if self._talk.line.gone:
            self._unplug()
            return
        if self._number < 0:
            self._plug_in()
        hung_up, bytes_left = self._state()
        for client in [*self._talk.clients]:
            if hung_up and client.session.full:
                self._end(client)  # it left without fetching its answers
        if not self._talk.clients and (bytes_left or not hung_up):
            self._begin()
        if self._talk.clients:
            self._talk.exchange(now_s, self._end)
        else:
            self._talk.line.close()  # said to nobody

    def due_s(self) -> float:
        """Return when there is something to do, in s."""
        return self._talk.due_s()

    def close(self) -> None:
        """Hang up and remove the name."""
        self._unplug()

    def _plug_in(self) -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        path = os.ttyname(theirs)
        os.close(theirs)
        os.set_blocking(ours, False)
        self._number = ours
        self._link.symlink_to(path)

    def _unplug(self) -> None:
        if self._number < 0:
            return
        for client in [*self._talk.clients]:
            self._end(client)
        self._link.unlink(missing_ok=True)
        os.close(self._number)
        self._number = -1

    def _state(self) -> tuple[bool, bool]:
        """Say whether no client has the terminal open, and whether one left bytes."""
        poll = select.poll()
        poll.register(self._number, select.POLLIN)
        events = dict(poll.poll(0)).get(self._number, 0)
        return bool(events & select.POLLHUP), bool(events & select.POLLIN)

    def _begin(self) -> None:
        number, talk = self._number, self._talk
        byte_s = byte_time_s(talk.manner, on_network=False)
        session = Session(talk.line, talk.manner, byte_s, talk.paced)
        client = Client(
            number,
            lambda size: os.read(number, size),
            lambda data: os.write(number, data),
            session,
            talk.selector,
        )
        client.send(0.0)  # nothing to send yet: this begins to watch
        talk.clients.append(client)

    def _end(self, client: Client) -> None:
        self._talk.drop(client)
