"""The FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.config import settings
from app.core.database import close_database
from app.core.edges import install_edges
from app.core.logging import configure_logging
from app.core.openapi import install_openapi
from app.core.problems import install_problem_handlers
from app.core.queue import close_queue
from app.core.redis import close_redis
{% if cookiecutter.database == "mongodb" %}
from app.core.write_conflicts import WriteConflictMiddleware
{% endif %}
from app.integrations.connections import close_connections
from app.routers import (
    account,
    api_keys,
    auth,
    callbacks,
    dead_letters,
    images,
    jobs,
    keys,
    notifications,
    orders,
    probes,
    products,
    recovery,
    reports,
    users,
    webhook_events,
    webhooks,
)
{% if cookiecutter.task_queue == "none" %}
from app.tasks.in_process import working
{% endif %}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close all connections to other servers when this one stops."""
{% if cookiecutter.task_queue == "none" %}
    async with working():
        yield
{% endif %}
{% if cookiecutter.task_queue != "none" %}
    yield
{% endif %}
    await close_connections()
    await close_queue()
    await close_redis()
    await close_database()


configure_logging()

# The documentation's pages come with the service: no content delivery network is asked.
# They print the title as markup; the OpenAPI document gets the plain one back below.
# A missing slash is a 404: a redirect would send the caller to whatever the Host header says.
if settings.docs_enabled:
    app = FastAPIOffline(
        title=escape(settings.project_name), lifespan=lifespan, redirect_slashes=False
    )
else:
    app = FastAPI(lifespan=lifespan, redirect_slashes=False, openapi_url=None)

{% if cookiecutter.database == "mongodb" %}
# Inside the limits on time and on the size of bodies.
app.add_middleware(WriteConflictMiddleware)
{% endif %}
install_edges(app, settings)
install_problem_handlers(app)
install_openapi(app, settings.project_name)

app.include_router(probes.router)
app.include_router(keys.router)
app.include_router(auth.router)
app.include_router(recovery.router)
app.include_router(account.router)
app.include_router(users.router)
app.include_router(api_keys.router)
app.include_router(products.router)
app.include_router(orders.router)
app.include_router(images.router)
app.include_router(jobs.router)
app.include_router(dead_letters.router)
app.include_router(notifications.router)
app.include_router(reports.router)
app.include_router(callbacks.router)
app.include_router(webhooks.router)
app.include_router(webhook_events.router)
