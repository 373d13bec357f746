"""Public keys, for services that verify access tokens by themselves."""

from fastapi import APIRouter, Response

from app.core.keys import public_keys
from app.core.openapi import problems
from app.schemas.keys import KeySetRead

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json", response_model=KeySetRead, responses=problems())
async def read_keys(response: Response) -> dict[str, list[dict[str, str]]]:
    """Return the keys that verify access tokens. Anyone may.

    A valid token can still be of an ended session, which only this service knows.
    """
    response.headers["Cache-Control"] = "public, max-age=300"
    return {"keys": public_keys()}
