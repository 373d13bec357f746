"""The header of a picture's file: what it says, read without decoding and without Pillow."""

import struct
from collections.abc import Callable
from typing import NamedTuple

from app.core.exceptions import ImageRefusedError
from app.services.image_parts import SCAN, jpeg_segments

MAX_BYTES = 8 * 1024 * 1024
# A pixel of WebP takes twice the memory that one of the others takes, and a picture of one pixel by
# 40 million five times that of a square one. With these limits it is half a gigabyte at most.
MAX_PIXELS = {"JPEG": 40_000_000, "PNG": 40_000_000, "WEBP": 20_000_000}
MAX_SIDE = 65_535

JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Header(NamedTuple):
    """What a file says of its picture; the format by Pillow's name."""

    format: str
    width: int
    height: int


def check_image(content: bytes) -> None:
    """Look at a file's length and header alone; `make_sizes` may still refuse what follows.

    Raises:
        ImageRefusedError: it is no picture of an accepted format within the limits.
    """
    read_header(content)


def read_header(content: bytes) -> Header:
    """Return what the file says of its picture, which is within the limits."""
    if len(content) > MAX_BYTES:
        raise ImageRefusedError(f"The picture is larger than {MAX_BYTES // 1024**2} MiB.")
    name, read_size = recognise(content)
    try:
        width, height = read_size(content)
    except struct.error as error:
        raise ImageRefusedError from error
    check_size(width, height, MAX_PIXELS[name])
    return Header(name, width, height)


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse what no picture can be, and what would take too much memory."""
    if min(width, height) == 0:
        raise ImageRefusedError
    if max(width, height) > MAX_SIDE:
        raise ImageRefusedError(f"The picture has a side of more than {MAX_SIDE} pixels.")
    if width * height > max_pixels:
        raise ImageRefusedError(f"The picture has more than {max_pixels // 10**6} megapixels.")


def recognise(content: bytes) -> tuple[str, Callable[[bytes], tuple[int, int]]]:
    """Return the format that the first bytes promise, and what reads its width and height."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG", jpeg_size
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", png_size
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP", webp_size
    raise ImageRefusedError("Only JPEG, PNG and WebP pictures are accepted.")


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Read width and height of a JPEG."""
    for marker, position in jpeg_segments(content):
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, position + 1)
            return width, height
        if marker == SCAN:
            break
    raise ImageRefusedError


def png_size(content: bytes) -> tuple[int, int]:
    """Read width and height of a PNG."""
    kind, width, height = struct.unpack_from(">4sII", content, 12)
    if kind != b"IHDR":
        raise ImageRefusedError
    return width, height


def webp_size(content: bytes) -> tuple[int, int]:
    """Read width and height of a WebP: lossy, lossless or extended (RFC 9649)."""
    match content[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            low, high = struct.unpack_from("<IH", content, 24)
            return (low & 0xFFFFFF) + 1, (low >> 24 | high << 8) + 1
    raise ImageRefusedError
