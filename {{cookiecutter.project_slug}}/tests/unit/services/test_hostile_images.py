"""Files that are damaged, or made to harm: they are refused, and nothing else happens."""

import pickle
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from app.core.exceptions import ImageRefusedError
from app.services.images import make_sizes
from tests.unit.services.pictures import (
    FORMATS,
    drawing,
    encoded,
    exif,
    srgb_profile,
    with_size,
)


@pytest.mark.parametrize("per_cent", [10, 50, 95, 99])
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_that_was_cut_off_is_refused(file_format: str, per_cent: int) -> None:
    noise = Image.effect_noise((64, 64), 99)
    picture = encoded(noise, file_format)

    with pytest.raises(ImageRefusedError, match="damaged or incomplete"):
        make_sizes(picture[: len(picture) * per_cent // 100])


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("size", [(65, 32), (64, 33)])
def test_a_webp_that_promises_another_size_than_it_has_is_refused(
    size: tuple[int, int], lossless: bool
) -> None:
    with pytest.raises(ImageRefusedError):
        make_sizes(with_size(encoded(drawing(), "WEBP", lossless=lossless), *size))


def test_a_second_header_cannot_raise_the_size() -> None:
    jpeg = encoded(drawing(), "JPEG")
    start, end = jpeg.index(b"\xff\xc0"), jpeg.index(b"\xff\xc4")
    second = with_size(jpeg[:2] + jpeg[start:end], 640, 320)[2:]

    with pytest.raises(ImageRefusedError):
        make_sizes(jpeg[:end] + second + jpeg[end:])


def test_pillow_itself_would_not_open_more_pixels() -> None:
    bomb = with_size(encoded(drawing(), "PNG"), 8_000, 5_001)

    with pytest.raises(Image.DecompressionBombError):
        Image.open(BytesIO(bomb))


def test_want_of_memory_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", fail)

    with pytest.raises(MemoryError):
        make_sizes(encoded(drawing(), "PNG"))


def test_a_refusal_comes_out_of_another_process_as_it_was() -> None:
    refusal = ImageRefusedError("The picture is larger than 8 MiB.")

    assert pickle.loads(pickle.dumps(refusal)).message == refusal.message  # noqa: S301 - our own


def damaged(content: bytes, chance: Random) -> bytes:
    """Cut a file off, flip some of its bits, or overwrite a part of it."""
    broken = bytearray(content)
    kind = chance.choice(["cut", "flip", "flip", "overwrite"])
    if kind == "cut":
        return bytes(broken[: chance.randrange(len(broken))])
    if kind == "flip":
        for _ in range(chance.choice([1, 1, 3, 20])):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        return bytes(broken)
    start, length = chance.randrange(len(broken)), chance.randrange(1, 64)
    broken[start : start + length] = chance.randbytes(chance.randrange(64))
    return bytes(broken)


def outcome(content: bytes) -> str:
    """Tell what becomes of a file; anything but sizes or a refusal is an error of the test."""
    try:
        make_sizes(content)
    except ImageRefusedError:
        return "refused"
    return "made"


@pytest.mark.parametrize("options", [{}, {"exif": exif(6), "icc_profile": srgb_profile()}])
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_damaged_file_is_processed_or_refused_and_nothing_else(
    file_format: str, options: dict[str, object]
) -> None:
    picture = encoded(drawing(24, 16), file_format, **options)
    chance = Random(f"{file_format}{len(options)}")  # noqa: S311 - the same cases in each run

    outcomes = {outcome(damaged(picture, chance)) for _ in range(100)}

    assert outcomes == {"made", "refused"}


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\1\0\0WEBPVP8 "])
def test_garbage_behind_the_first_bytes_of_a_picture_is_refused(start: bytes) -> None:
    chance = Random(start)  # noqa: S311 - the same cases in each run

    outcomes = {outcome(start + chance.randbytes(chance.randrange(500))) for _ in range(50)}

    assert outcomes == {"refused"}
