"""Pictures of products in three sizes: pure computing, for a process that may be killed."""

import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

from PIL import ExifTags, Image, ImageCms

from app.core.exceptions import ImageRefusedError
from app.services.image_header import MAX_PIXELS, read_header
from app.services.image_parts import still_png, whole_jpeg

LARGEST = 1280
# By falling size: each is made from the one before.
LONGER_SIDES = {"large": LARGEST, "medium": 480, "small": 160}

LET_IN: dict[str, Callable[[bytes], bytes]] = {"JPEG": whole_jpeg, "PNG": still_png, "WEBP": bytes}

# Pillow raises an error at twice its limit, and only warns below.
Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values()) // 2

# What undoes each orientation of EXIF.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
RESIZABLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
SRGB = ImageCms.createProfile("sRGB")


def make_sizes(content: bytes) -> dict[str, bytes]:
    """Return a picture as WebP by the name of each size: upright, in sRGB, without metadata.

    Raises:
        ImageRefusedError: it is no JPEG, PNG or WebP, is damaged, or is over the limits.
    """
    with refusing_damage():
        image = decode(content)
    sizes = {}
    for name, longer_side in LONGER_SIDES.items():
        image.thumbnail((longer_side, longer_side))
        sizes[name] = as_webp(image)
    return sizes


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn whatever hostile bytes do to a decoder into a refusal."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ImageRefusedError, MemoryError):
        raise
    except Exception as error:
        raise ImageRefusedError from error


def decode(content: bytes) -> Image.Image:
    """Return the first frame, at most as large as the largest size, upright and in sRGB."""
    header = read_header(content)
    let_in = LET_IN[header.format](content)
    file = Image.open(BytesIO(let_in), formats=[header.format])
    image = resizable(file)
    image.thumbnail((LARGEST, LARGEST))
    return turned_upright(in_srgb(image), file)


def resizable(file: Image.Image) -> Image.Image:
    """Return the picture in a mode whose pixels can be averaged; JPEG is not even decoded yet."""
    if file.mode in RESIZABLE and "transparency" not in file.info:
        return file
    if file.mode == "I;16":
        # Pillow's own conversion takes all shades above 255 for white.
        return file.point(lambda shade: shade / 256).convert("L")
    return file.convert(colours_of(file))


def colours_of(image: Image.Image) -> str:
    """Return the mode of the sizes: with transparency only where the picture has some."""
    return "RGBA" if image.has_transparency_data else "RGB"


def in_srgb(image: Image.Image) -> Image.Image:
    """Convert from the embedded colour profile; one that cannot be used is ignored."""
    if profile := image.info.get("icc_profile"):
        with suppress(OSError, ImageCms.PyCMSError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            to_srgb = ImageCms.buildTransform(source, SRGB, image.mode, colours_of(image))
            return to_srgb.apply(image)
    return image.convert(colours_of(image))


def turned_upright(image: Image.Image, file: Image.Image) -> Image.Image:
    """Turn a picture as its file's EXIF says; what cannot be read there is ignored."""
    try:
        turn = TURNS.get(file.getexif().get(ExifTags.Base.Orientation, 1))
    except (SyntaxError, struct.error):
        return image
    return image if turn is None else image.transpose(turn)


def as_webp(image: Image.Image) -> bytes:
    """Encode without the metadata that the image may still carry."""
    file = BytesIO()
    image.save(file, "WEBP", quality=80)
    return file.getvalue()
