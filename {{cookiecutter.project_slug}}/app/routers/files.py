"""Answers that are files."""

from typing import Annotated, Any

from fastapi import Path, Response

from app.models.file import File

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FileName = Annotated[str, Path(pattern=r"^[a-z0-9_]+\.[a-z0-9]+$", max_length=100)]


def send_file(file: File) -> Response:
    """Answer with a file, which a browser is to keep and not to show."""
    disposition = f'attachment; filename="{file.name}"'
    headers = {"Content-Disposition": disposition}
    return Response(file.content, media_type=file.media_type, headers=headers)
