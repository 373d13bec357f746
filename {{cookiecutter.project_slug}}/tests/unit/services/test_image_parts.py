"""Which parts of a picture's file a decoder gets to see."""

import pytest

from app.core.exceptions import ImageRefusedError
from app.services.image_parts import MAX_SCANS, jpeg_segments, still_png, whole_jpeg
from tests.unit.services.pictures import chunk, drawing, encoded, png

DATA = chunk(b"IDAT", b"any")
PROFILE = chunk(b"iCCP", b"any")


def test_png_keeps_what_its_still_picture_needs_and_nothing_twice() -> None:
    needless = [chunk(kind, b"any") for kind in (b"zTXt", b"iTXt", b"acTL", b"fdAT", b"prVt")]

    still = still_png(png(1, 1, *needless, PROFILE, PROFILE, DATA, DATA, *needless))

    assert still == png(1, 1, PROFILE, DATA, DATA)


def test_what_follows_the_end_of_a_png_is_left_out() -> None:
    assert still_png(png(1, 1, DATA) + b"#!/bin/sh") == png(1, 1, DATA)


def test_jpeg_may_carry_anything_after_its_end() -> None:
    jpeg = encoded(drawing(), "JPEG")

    assert whole_jpeg(jpeg + b"\xff\xda\x00\x02" * 100) == jpeg + b"\xff\xda\x00\x02" * 100


def test_jpeg_whose_markers_are_padded_is_read_alike() -> None:
    jpeg = encoded(drawing(), "JPEG")
    frame = jpeg.index(b"\xff\xc0")

    padded = jpeg[:frame] + b"\xff\xff\xff" + jpeg[frame:]

    assert [kind for kind, _ in jpeg_segments(padded)] == [kind for kind, _ in jpeg_segments(jpeg)]


def test_jpeg_of_too_many_scans_is_refused_however_short_they_are() -> None:
    jpeg = encoded(drawing(), "JPEG", progressive=True)
    last_scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]

    with pytest.raises(ImageRefusedError, match="too many parts"):
        whole_jpeg(jpeg[:-2] + last_scan * MAX_SCANS + jpeg[-2:])


def test_jpeg_of_too_many_segments_is_refused() -> None:
    jpeg = encoded(drawing(), "JPEG")

    with pytest.raises(ImageRefusedError, match="too many parts"):
        whole_jpeg(jpeg[:2] + b"\xff\xfe\x00\x02" * 1_000 + jpeg[2:])


@pytest.mark.parametrize("length", [0, 1])
def test_jpeg_segment_that_would_be_shorter_than_its_own_length_is_refused(length: int) -> None:
    jpeg = encoded(drawing(), "JPEG")

    with pytest.raises(ImageRefusedError):
        whole_jpeg(jpeg[:2] + b"\xff\xfe" + length.to_bytes(2) + jpeg[2:])
