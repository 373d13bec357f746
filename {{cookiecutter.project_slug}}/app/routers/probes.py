"""Probes for whatever runs the service: is the process alive, may it get requests."""

from fastapi import APIRouter

from app.core.openapi import problems
from app.dependencies import Db
from app.schemas.health import Health
from app.services.health_service import health_service

router = APIRouter(tags=["probes"])


@router.get("/livez")
async def livez() -> Health:
    """Answer while the process runs. Touches nothing: a restart would not mend a database."""
    return Health()


@router.get("/readyz", responses=problems())
async def readyz(db: Db) -> Health:
    """Answer 200 when requests would succeed: database there, migrated, and not draining."""
    await health_service.check_ready(db)
    return Health()
