"""Answers over HTTP: read to their end, unless that is too far away."""

from contextlib import aclosing

from httpx2 import AsyncClient, Request, Response

from app.integrations.policy import Policy


class BadStatusError(Exception):
    """The answer has a status outside of 200 to 299."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.status = response.status_code
        self.retry_after = response.headers.get("retry-after")


class AnswerTooLongError(Exception):
    """The answer is longer than is read here."""


async def fetch(client: AsyncClient, request: Request, policy: Policy) -> bytes:
    """Send a request once, and return the body of its answer.

    Raises:
        BadStatusError: the other side did not do it; its body, which may hold anything, is left.
        AnswerTooLongError: the body has more than `max_answer_bytes`.
        httpx2.HTTPError: there was no answer, or not all of it.
    """
    response = await client.send(request, stream=True)
    try:
        if not response.is_success:
            raise BadStatusError(response)
        return await read_body(response, policy.max_answer_bytes)
    finally:
        await response.aclose()


async def read_body(response: Response, max_bytes: int) -> bytes:
    """Read a body while it is short enough; httpx2 decompresses at most 1 MiB at a time."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise AnswerTooLongError
    body = bytearray()
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > max_bytes:
                raise AnswerTooLongError
    return bytes(body)
