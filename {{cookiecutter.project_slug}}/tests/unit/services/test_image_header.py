"""What is read from the header of a picture's file, and what is refused by it."""

import pytest
from PIL import Image

from app.core.exceptions import ImageRefusedError
from app.services.image_header import MAX_BYTES, Header, check_image, read_header
from tests.process import run_python
from tests.unit.services.pictures import FORMATS, drawing, encoded, exif, png, with_size


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": exif()}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": exif()}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
@pytest.mark.parametrize("size", [(300, 2), (2, 1_025)])
def test_header_gives_format_and_size(
    file_format: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    picture = encoded(drawing(*size), file_format, **options)

    assert read_header(picture) == Header(file_format, *size)


def test_extended_webp_wider_and_higher_than_two_bytes_can_say_is_read_rightly() -> None:
    picture = bytearray(encoded(drawing(), "WEBP", exif=exif()))
    picture[24:30] = (65_534).to_bytes(3, "little") + (300).to_bytes(3, "little")

    assert read_header(bytes(picture)) == Header("WEBP", 65_535, 301)


def test_jpeg_whose_tables_come_first_is_read_alike() -> None:
    jpeg = encoded(drawing(), "JPEG")
    frame, tables, scan = (jpeg.index(b"\xff" + marker) for marker in (b"\xc0", b"\xc4", b"\xda"))

    reordered = jpeg[:frame] + jpeg[tables:scan] + jpeg[frame:tables] + jpeg[scan:]

    assert read_header(reordered) == Header("JPEG", 64, 32)


def test_jpeg_is_not_searched_for_its_size_behind_its_data() -> None:
    jpeg = encoded(drawing(), "JPEG")

    with pytest.raises(ImageRefusedError, match="damaged"):
        check_image(jpeg[:2] + b"\xff\xda\0\2" + jpeg[2:])


def test_file_that_is_too_long_is_refused() -> None:
    picture = encoded(drawing(), "JPEG")
    check_image(picture.ljust(MAX_BYTES, b"\0"))

    with pytest.raises(ImageRefusedError, match="larger than 8 MiB"):
        check_image(picture.ljust(MAX_BYTES + 1, b"\0"))


@pytest.mark.parametrize(
    ("file_format", "options", "width", "height"),
    [
        ("JPEG", {}, 8_000, 5_000),
        ("PNG", {}, 8_000, 5_000),
        ("WEBP", {}, 5_000, 4_000),
        ("WEBP", {"lossless": True}, 5_000, 4_000),
    ],
)
def test_picture_of_too_many_pixels_is_refused_by_what_it_promises(
    file_format: str, options: dict[str, object], width: int, height: int
) -> None:
    picture = encoded(drawing(), file_format, **options)
    check_image(with_size(picture, width, height))

    with pytest.raises(ImageRefusedError, match="megapixels"):
        check_image(with_size(picture, width, height + 1))


@pytest.mark.parametrize("size", [(1, 65_536), (40_000_000, 1), (2**32 - 1, 2**32 - 1)])
def test_picture_with_an_absurd_side_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageRefusedError, match="a side of more than 65535 pixels"):
        check_image(png(*size))


def test_extended_webp_with_an_absurd_side_is_refused() -> None:
    picture = bytearray(encoded(drawing(), "WEBP", exif=exif()))
    picture[24:30] = bytes([0, 0, 1, 0, 0, 0])

    with pytest.raises(ImageRefusedError, match="a side of more than 65535 pixels"):
        check_image(bytes(picture))


@pytest.mark.parametrize("size", [(0, 1), (1, 0)])
@pytest.mark.parametrize("file_format", FORMATS)
def test_picture_without_pixels_is_refused(file_format: str, size: tuple[int, int]) -> None:
    with pytest.raises(ImageRefusedError, match="damaged"):
        check_image(with_size(encoded(drawing(), file_format), *size))


@pytest.mark.parametrize("file_format", ["GIF", "BMP", "TIFF", "ICO", "PPM", "PDF"])
def test_picture_of_another_format_is_refused(file_format: str) -> None:
    Image.init()

    with pytest.raises(ImageRefusedError, match="Only JPEG, PNG and WebP"):
        check_image(encoded(drawing(), file_format))


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", b"RIFF\0\0\0\0WAVEfmt ", b"\xff\xd8"], ids=repr
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ImageRefusedError, match="Only JPEG, PNG and WebP"):
        check_image(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x11\x08",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\0IEND" + b"\1" * 16,
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\0\0\0\0WEBPALPH" + bytes(16),
        b"RIFF\0\0\0\0WEBPVP8 ",
    ],
    ids=repr,
)
def test_file_that_ends_before_its_size_is_refused(content: bytes) -> None:
    with pytest.raises(ImageRefusedError, match="damaged"):
        check_image(content)


@pytest.mark.parametrize("file_format", FORMATS)
def test_size_is_read_without_looking_at_what_follows(file_format: str) -> None:
    picture = encoded(drawing(640, 320), file_format)

    assert read_header(picture[: len(picture) * 3 // 4]) == Header(file_format, 640, 320)


def test_header_is_read_without_pillow() -> None:
    code = "import sys, app.services.image_header; print('PIL' in sys.modules)"

    assert run_python("-c", code).stdout == "False\n"
