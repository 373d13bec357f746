"""Answers that are files."""

from typing import Annotated, Any

from fastapi import Path, Response

from app.models.file import File

BINARY = {"type": "string", "format": "binary"}
FileName = Annotated[str, Path(pattern=r"^[a-z0-9_]+\.[a-z0-9]+$", max_length=100)]


def file(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Declare an answer that is a file, for `responses=`; the type may be a range such as `*/*`."""
    return {200: {"description": "The file", "content": {media_type: {"schema": BINARY}}}}


def send_file(file: File) -> Response:
    """Answer with a file, which a browser is to keep and not to show."""
    disposition = f'attachment; filename="{file.name}"'
    headers = {"Content-Disposition": disposition}
    return Response(file.content, media_type=file.media_type, headers=headers)
