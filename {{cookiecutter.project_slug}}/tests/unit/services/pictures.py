"""Files of pictures, whole and hostile."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw

FORMATS = ["JPEG", "PNG", "WEBP"]
# An entry whose text would begin behind the end, of which Pillow warns.
EXIF_WITH_A_GAP = b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x0e\0\2\0\0\0\xff\0\0\xff\xff\0\0\0\0"


def drawing(width: int = 64, height: int = 32) -> Image.Image:
    """Draw a red picture with a blue quarter, so that one sees how it lies."""
    image = Image.new("RGB", (width, height), "red")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), "blue")
    return image


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    """Return a picture as a file."""
    file = BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    """Read a picture back."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def srgb_profile() -> bytes:
    """Return a colour profile as cameras embed it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 1) -> Image.Exif:
    """Return what cameras note, with a place that nobody should learn."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = "taken at home"
    return data


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """Return a PNG that promises a size, with chunks of the caller's."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_size(content: bytes, width: int, height: int) -> bytes:
    """Make the header of a plain JPEG, PNG or lossy or lossless WebP promise another size."""
    file = bytearray(content)
    if content.startswith(b"\xff\xd8"):
        struct.pack_into(">HH", file, content.index(b"\xff\xc0") + 5, height, width)
    elif content.startswith(b"\x89PNG"):
        struct.pack_into(">II", file, 16, width, height)
        struct.pack_into(">I", file, 29, zlib.crc32(file[12:29]))
    elif content[12:16] == b"VP8 ":
        struct.pack_into("<HH", file, 26, width, height)
    else:
        (bits,) = struct.unpack_from("<I", content, 21)
        struct.pack_into("<I", file, 21, bits & 0xF0000000 | height - 1 << 14 | width - 1)
    return bytes(file)
