"""Identifiers: UUID version 7, which sort by the time they were made."""

import os
import time
from uuid import UUID

NANOSECONDS = 1_000_000


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562, section 5.7) of 48 bits of Unix milliseconds and 62 random bits.

    The 12 bits between them are the part of the millisecond that has passed (section 6.2, method
    3), in steps of 244 ns: what one process makes is in order.
    """
    milliseconds, rest = divmod(time.time_ns(), NANOSECONDS)
    passed = (rest << 12) // NANOSECONDS
    value = (milliseconds << 80) | (0x7 << 76) | (passed << 64) | int.from_bytes(os.urandom(8))
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))
