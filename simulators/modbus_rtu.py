"""Modbus RTU, the device's side: frames out of a stream of bytes, and check sums.

On the wire a frame ends with a silence of 3.5 characters. Here it ends where its
function says, so that requests that arrive in pieces (sockets) stay whole; a rest is
dropped after a silence. A frame with a wrong check sum is ignored without an answer.
"""

from collections.abc import Mapping

SILENCE_S = 0.05
SHORTEST = 4
WRITE_REGISTERS = 16


def check_sum(body: bytes) -> bytes:
    """Compute the two check bytes of a frame's body.

    Remainder of the reflected polynomial 0xA001 from 0xFFFF, low byte first.
    """
    rest = 0xFFFF
    for byte in body:
        rest ^= byte
        rest = REMAINDERS[rest & 0xFF] ^ rest >> 8
    return bytes((rest & 0xFF, rest >> 8))


def _remainder(value: int, bits: int = 8) -> int:
    if bits == 0:
        return value
    return _remainder(value >> 1 ^ (0xA001 if value & 1 else 0), bits - 1)


REMAINDERS = [_remainder(value) for value in range(256)]


class FrameReader:
    """Cuts a stream of bytes into request frames.

    ``lengths`` gives the whole length of the requests of each function; a write of
    registers (function 16) says its own length. Another function's frame is taken to
    end where the bytes that have come end.
    """

    def __init__(self, lengths: Mapping[int, int]) -> None:
        self._lengths = dict(lengths)
        self._pending = b""
        self._silent_s = 0.0

    def bodies(self, data: bytes) -> list[bytes]:
        """Return the complete frames with a right check sum, without it."""
        self._silent_s = 0.0
        self._pending += data
        bodies = []
        while (length := self._length()) and len(self._pending) >= length:
            frame, self._pending = self._pending[:length], self._pending[length:]
            if check_sum(frame[:-2]) == frame[-2:]:
                bodies.append(frame[:-2])
            else:  # where the next frame begins is not known before a silence
                self._pending = b""
        return bodies

    def wait(self, dt_s: float) -> None:
        """Let time pass; after a silence an incomplete frame is dropped."""
        if self._pending:
            self._silent_s += dt_s
            if self._silent_s >= SILENCE_S:
                self._pending = b""

    def _length(self) -> int:
        """Return how long the frame at the head is, 0 while that is not known."""
        if len(self._pending) < SHORTEST:
            return 0
        function = self._pending[1]
        if function == WRITE_REGISTERS:
            return 9 + self._pending[6] if len(self._pending) > 6 else 0
        return self._lengths.get(function, len(self._pending))
