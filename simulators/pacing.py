"""How instruments hang on their wire, and when their bytes come out of it.

Everything here is computed: times are arguments, nothing is opened and nothing waits.
A byte takes 10/baud s (start bit, eight bits, stop bit).
"""

from collections import deque
from dataclasses import dataclass
from math import inf

from simulators.line import LONGEST_LINE, Line

BITS_A_BYTE = 10
# Bytes come out in slices of so much time, as a serial adapter hands them over.
SLICE_S = 0.004
# An instrument is not asked again while so much of its answers has not been fetched.
MOST_UNREAD = 65_536


@dataclass(frozen=True, slots=True)
class Manner:
    """How an instrument is attached.

    ``lan``: it has a network port of its own, so several clients may connect and no
    baud rate applies there. ``baud`` paces its serial port, 0 where there is none that
    paces (USB). ``reply_s`` passes before an answer begins. A message ends with any
    byte of ``ends``; b"" hands over what comes as it comes (binary frames). ``udp``:
    it speaks datagrams on the network and has no serial port; nothing is paced.
    """

    lan: bool = False
    baud: int = 9600
    reply_s: float = 0.0
    ends: bytes = b""
    udp: bool = False


# Source: the collected manuals. Reply times are 0 where no source gives one. Which LAN
# instruments accept several clients at once is unverified.
MANNERS = {
    "aimtti_psu": Manner(lan=True, ends=b"\n"),
    "aimtti_tg": Manner(baud=19200, ends=b"\n"),
    "ambrell_easyheat": Manner(baud=38400, ends=b"\r"),
    "coresens_udp": Manner(lan=True, baud=0, udp=True),
    # "less than 5 ms": Programming Guide ModBus & SCPI rev 24, 3.3.3
    "ea_ps9000": Manner(lan=True, baud=0, reply_s=0.005, ends=b"\n"),
    "fotemp": Manner(baud=57600, ends=b"\r"),
    "keysight_33500": Manner(lan=True, baud=0, ends=b"\n"),
    "keysight_scope": Manner(lan=True, baud=0, ends=b"\n"),
    "luxtron_m600": Manner(),
    "neoptix_reflex": Manner(ends=b"\r"),
    "opsens": Manner(ends=b"\r\n"),
    "osensa_ftx": Manner(),
    "siglent_sdg": Manner(lan=True, baud=0, ends=b"\n"),
    "tdk_genesys": Manner(ends=b"\r"),
    "tektronix_scope": Manner(lan=True, baud=0, ends=b"\n"),
}


def byte_time_s(manner: Manner, on_network: bool) -> float:
    """Return the time that a byte takes, in s; 0 where nothing paces."""
    if not manner.baud or (on_network and manner.lan):
        return 0.0
    return BITS_A_BYTE / manner.baud


class Course:
    """Bytes on their way in one direction, ``byte_s`` apart."""

    def __init__(self, byte_s: float = 0.0) -> None:
        self._byte_s = byte_s
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._free_s = -inf
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, data: bytes, now_s: float, delay_s: float = 0.0) -> None:
        """Send bytes; they begin after ``delay_s``, and after what was sent before."""
        if not data:
            return
        start_s = max(now_s + delay_s, self._free_s)
        self._free_s = start_s + len(data) * self._byte_s
        self._pieces.append((start_s, data))
        self._count += len(data)

    def take(self, now_s: float) -> bytes:
        """Return the bytes that have wholly come out by now."""
        out = bytearray()
        while self._pieces:
            start_s, data = self._pieces[0]
            count = self._arrived(now_s - start_s, len(data))
            out += data[:count]
            if count < len(data):
                rest_s = start_s + count * self._byte_s
                self._pieces[0] = (rest_s, data[count:])
                break
            self._pieces.popleft()
        self._count -= len(out)
        return bytes(out)

    def due_s(self) -> float:
        """Return when it is worth taking again; infinite while nothing is under way."""
        if not self._pieces:
            return inf
        start_s, data = self._pieces[0]
        return start_s + min(len(data) * self._byte_s, max(SLICE_S, self._byte_s))

    def _arrived(self, since_s: float, most: int) -> int:
        if since_s < 0.0:
            return 0
        if self._byte_s == 0.0:
            return most
        # a thousandth of a byte of tolerance, for the rounding of large clocks
        return min(most, int(since_s / self._byte_s + 1e-3))


class Session:
    """One client's talk with one instrument: bytes in, paced bytes out.

    Half a message stays here, so that it dies with its client and never mixes with
    another client's bytes. What has no end is dropped beyond ``LONGEST_LINE``.
    """

    def __init__(
        self, line: Line, manner: Manner, byte_s: float = 0.0, paced: bool = True
    ) -> None:
        self._line = line
        self._ends = manner.ends
        self._reply_s = manner.reply_s if paced else 0.0
        self._inward = Course(byte_s if paced else 0.0)
        self._outward = Course(byte_s if paced else 0.0)
        self._pending = b""

    @property
    def full(self) -> bool:
        """Say whether the client has fetched too little to be listened to."""
        return len(self._outward) >= MOST_UNREAD

    def arrive(self, data: bytes, now_s: float) -> None:
        """Take bytes that the client has sent; a flood overruns and is lost."""
        if len(self._inward) < LONGEST_LINE:
            self._inward.put(data, now_s)

    def unasked(self, data: bytes, now_s: float) -> None:
        """Take bytes that the instrument sends by itself; lost when nobody reads."""
        if not self.full:
            self._outward.put(data, now_s)

    def work(self, now_s: float) -> bool:
        """Give the instrument what has come in; say whether it was given anything.

        Raises:
            OSError: the line is cut.
        """
        self._pending += self._inward.take(now_s)
        worked = False
        while self._pending and not self.full:
            size = self._message_size()
            if not size:
                break
            message, self._pending = self._pending[:size], self._pending[size:]
            self._line.write(message)
            self._outward.put(self._line.read(), now_s, self._reply_s)
            worked = True
        return worked

    def leave(self, now_s: float) -> bytes:
        """Return the bytes that reach the client by now."""
        return self._outward.take(now_s)

    def due_s(self) -> float:
        """Return when there will be something to do, in s; infinite for never."""
        return min(self._inward.due_s(), self._outward.due_s())

    def _message_size(self) -> int:
        """Return the length of the first whole message, 0 while there is none."""
        if not self._ends:
            return len(self._pending)
        found = [self._pending.find(end) for end in self._ends]
        ends = [at for at in found if at >= 0]
        if ends:
            return min(ends) + 1
        if len(self._pending) >= LONGEST_LINE:
            self._pending = b""
        return 0
