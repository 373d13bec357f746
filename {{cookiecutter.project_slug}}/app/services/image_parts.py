"""The parts that the files of pictures consist of, and which of them a decoder gets to see."""

import re
import struct
from collections.abc import Iterator

from app.core.exceptions import ImageRefusedError

# Cameras write some dozens of segments, and encoders ten to twenty scans. Each scan costs a walk
# over all pixels, however few bytes it has.
MAX_SEGMENTS = 1_000
MAX_SCANS = 50

# A marker may be padded; within compressed data, 0xFF is followed by something else than these.
NEXT_MARKER = re.compile(rb"\xff++([\xc0-\xcf\xd9-\xfe])").match
MARKER_AFTER_SCAN = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])").search
END, SCAN = 0xD9, 0xDA

# What a still picture consists of. All else (texts, further frames) only costs time and memory.
PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"eXIf"})
PNG_SIGNATURE_BYTES = 8


def jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the marker of each segment of a JPEG and where its content begins.

    Raises:
        ImageRefusedError: the picture's end is missing, or too many segments come before it.
    """
    position, find = 2, NEXT_MARKER
    for _ in range(MAX_SEGMENTS):
        found = find(content, position)
        if found is None:
            raise ImageRefusedError
        marker, position = found[1][0], found.end()
        if marker == END:
            return
        (length,) = struct.unpack_from(">H", content, position)
        yield marker, position + 2
        position += length
        find = MARKER_AFTER_SCAN if marker == SCAN else NEXT_MARKER
    raise ImageRefusedError("The picture's file has too many parts.")


def whole_jpeg(content: bytes) -> bytes:
    """Return a JPEG as it is, if it has an end and not too many scans."""
    scans = sum(marker == SCAN for marker, _ in jpeg_segments(content))
    if scans > MAX_SCANS:
        raise ImageRefusedError("The picture's file has too many parts.")
    return content


def still_png(content: bytes) -> bytes:
    """Return a PNG with only the chunks that its still picture needs; all but data comes once."""
    parts = [content[:PNG_SIGNATURE_BYTES]]
    missing = set(PNG_CHUNKS)
    position = PNG_SIGNATURE_BYTES
    while b"IEND" in missing:
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + length + 12
        if kind in missing:
            parts.append(content[position:end])
            missing -= {kind} - {b"IDAT"}
        position = end
    return b"".join(parts)
