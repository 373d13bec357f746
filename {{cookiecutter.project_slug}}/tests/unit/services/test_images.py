"""Pictures of products in three sizes."""

import pytest
from PIL import Image, ImageOps

from app.services.images import make_sizes
from tests.unit.services.pictures import (
    EXIF_WITH_A_GAP,
    FORMATS,
    decoded,
    drawing,
    encoded,
    exif,
    srgb_profile,
)

BLUE, RED = (0, 0, 255), (255, 0, 0)


def colour(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    """Return a pixel's colour, rounded to what survives compression."""
    pixel = image.convert("RGB").getpixel((x, y))
    assert isinstance(pixel, tuple)
    red, green, blue = (round(value / 255) * 255 for value in pixel)
    return red, green, blue


def large(content: bytes) -> Image.Image:
    """Return the largest size that is made of a file."""
    return decoded(make_sizes(content)["large"])


def chunk_names(webp: bytes) -> set[bytes]:
    """Return the names of the parts of a WebP."""
    names, position = set(), 12
    while position < len(webp):
        names.add(webp[position : position + 4])
        length = int.from_bytes(webp[position + 4 : position + 8], "little")
        position += 8 + length + length % 2
    return names


@pytest.mark.parametrize("file_format", FORMATS)
def test_three_sizes_are_made_of_each_format(file_format: str) -> None:
    sizes = make_sizes(encoded(drawing(2_000, 1_000), file_format))

    pictures = {name: decoded(content) for name, content in sizes.items()}
    assert {name: picture.size for name, picture in pictures.items()} == {
        "small": (160, 80),
        "medium": (480, 240),
        "large": (1280, 640),
    }
    for picture in pictures.values():
        assert picture.format == "WEBP"
        assert colour(picture, 10, 10) == BLUE
        assert colour(picture, picture.width - 10, picture.height - 10) == RED


def test_a_small_picture_is_not_enlarged() -> None:
    sizes = make_sizes(encoded(drawing(200, 300), "PNG"))

    assert [decoded(sizes[name]).size for name in ("small", "medium", "large")] == [
        (107, 160),
        (200, 300),
        (200, 300),
    ]


@pytest.mark.parametrize("size", [(1, 1), (1, 65_000), (65_000, 1), (65_000, 100)])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_each_side_keeps_at_least_one_pixel(file_format: str, size: tuple[int, int]) -> None:
    sizes = make_sizes(encoded(Image.new("L", size), file_format))

    assert min(min(decoded(content).size) for content in sizes.values()) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_picture_stands_upright_without_its_exif(file_format: str, orientation: int) -> None:
    picture = encoded(drawing(), file_format, exif=exif(orientation))

    upright = ImageOps.exif_transpose(decoded(picture)).convert("RGB")
    made = large(picture).convert("RGB")

    assert made.size == upright.size
    corners = [(4, 4), (4, made.height - 4), (made.width - 4, 4), (made.width - 4, made.height - 4)]
    assert [colour(made, *at) for at in corners] == [colour(upright, *at) for at in corners]


@pytest.mark.parametrize("profile", [None, srgb_profile()], ids=["no profile", "profile"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_metadata_are_left_out(file_format: str, profile: bytes | None) -> None:
    picture = encoded(
        drawing(),
        file_format,
        exif=exif(),
        icc_profile=profile,
        xmp=b"<x:xmpmeta>taken at home</x:xmpmeta>",
        comment=b"taken at home",
    )
    assert b"taken at home" in picture

    for content in make_sizes(picture).values():
        assert chunk_names(content) <= {b"VP8 ", b"VP8L"}


@pytest.mark.parametrize("file_format", FORMATS)
def test_colours_are_converted_from_the_profile(file_format: str) -> None:
    swapped = srgb_profile().replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ")
    red_for_blue = swapped.replace(b"----", b"bXYZ")

    made = large(encoded(drawing(), file_format, icc_profile=red_for_blue))

    assert colour(made, 4, 4) == RED
    assert colour(made, 60, 28) == BLUE


@pytest.mark.parametrize("profile", [b"nonsense", srgb_profile()[:200]], ids=["nonsense", "cut"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_profile_that_cannot_be_used_is_ignored(file_format: str, profile: bytes) -> None:
    made = large(encoded(drawing(), file_format, icc_profile=profile))

    assert colour(made, 4, 4) == BLUE


def test_a_profile_of_other_colours_than_the_pictures_is_ignored() -> None:
    made = large(encoded(drawing().convert("CMYK"), "JPEG", icc_profile=srgb_profile()))

    assert colour(made, 4, 4) == BLUE


@pytest.mark.parametrize(
    "data",
    [b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0", EXIF_WITH_A_GAP],
    ids=["nonsense", "cut", "gap"],
)
@pytest.mark.parametrize("file_format", FORMATS)
def test_exif_that_cannot_be_read_is_ignored(file_format: str, data: bytes) -> None:
    made = large(encoded(drawing(), file_format, exif=data))

    assert made.size == (64, 32)


def transparent_left(mode: str) -> Image.Image:
    """Draw a picture whose left half is clear."""
    image = Image.new("RGBA", (64, 32), (255, 0, 0, 255))
    image.paste((0, 255, 0, 0), (0, 0, 32, 32))
    return image.convert(mode)


@pytest.mark.parametrize(
    "picture",
    [
        encoded(transparent_left("RGBA"), "PNG"),
        encoded(transparent_left("LA"), "PNG"),
        encoded(transparent_left("RGBA").quantize(4), "PNG"),
        encoded(transparent_left("RGB"), "PNG", transparency=(0, 255, 0)),
        encoded(transparent_left("L"), "PNG", transparency=transparent_left("L").getpixel((0, 0))),
        encoded(transparent_left("RGBA"), "WEBP"),
        encoded(transparent_left("RGBA"), "WEBP", lossless=True),
    ],
    ids=["rgba", "grey", "palette", "one colour", "one grey", "lossy", "lossless"],
)
def test_transparency_is_kept(picture: bytes) -> None:
    made = large(picture)

    assert made.mode == "RGBA"
    alpha = made.getchannel("A")
    assert (alpha.getpixel((4, 4)), alpha.getpixel((60, 28))) == (0, 255)


def test_stripes_of_one_clear_colour_become_half_clear_when_they_are_shrunk() -> None:
    stripes = Image.frombytes("RGB", (2_560, 64), bytes([255, 0, 0, 0, 255, 0]) * 1_280 * 64)
    picture = encoded(stripes, "PNG", transparency=(0, 255, 0))

    alpha = large(picture).getchannel("A")

    assert alpha.getpixel((600, 20)) == pytest.approx(128, abs=10)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_an_opaque_picture_of_any_kind_stays_opaque(mode: str) -> None:
    image = Image.new("RGB", (64, 32), "white").convert(mode)

    made = large(encoded(image, "PNG"))

    assert made.mode == "RGB"
    assert colour(made, 4, 4) == (255, 255, 255)


@pytest.mark.parametrize("options", [{}, {"transparency": 0x8000}], ids=["opaque", "one clear"])
def test_grey_of_sixteen_bits_keeps_its_shades(options: dict[str, int]) -> None:
    picture = encoded(Image.new("I;16", (64, 32), 0x4000), "PNG", **options)

    shade = large(picture).getpixel((4, 4))

    assert shade == pytest.approx((0x40, 0x40, 0x40), abs=2)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "MPO"])
def test_only_the_first_frame_counts(file_format: str) -> None:
    frames = {"save_all": True, "append_images": [Image.new("RGB", (64, 32), "red")]}

    made = large(encoded(Image.new("RGB", (64, 32), "blue"), file_format, **frames))

    assert getattr(made, "n_frames", 1) == 1
    assert colour(made, 4, 4) == BLUE
