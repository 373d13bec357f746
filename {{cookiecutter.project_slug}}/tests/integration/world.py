"""A small world in which every operation of the API has something to work on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from app.core.enums import CallbackStatus, ImageSize, JobStatus, MailTokenPurpose, Role, Scope
from app.core.security import decode_access_token
from app.services.file_service import FileContent, file_service
from tests.factories import (
    PASSWORD,
    Caller,
    make_api_key,
    make_callback_secret,
    make_caller,
    make_delivery,
    make_job,
    make_mail_token,
    make_order,
    make_product,
    make_webhook_event,
    open_session,
    unit_of_work,
)
from tests.integration.calls import PNG, order_of

NEW_PASSWORD = "battery staple horse"


@dataclass(frozen=True)
class World:
    """A customer who owns an order and a job, an admin, and what requests need to name these."""

    owner: Caller
    admin: Caller
    ids: dict[str, object]
    forms: dict[str, dict[str, str]]
    bodies: dict[str, dict[str, Any]]
    pictures: dict[str, bytes]

    def body_of(self, name: str) -> dict[str, Any]:
        """Return a valid body for an operation, as arguments of `AsyncClient.request`."""
        return {
            "data": self.forms.get(name),
            "json": self.bodies.get(name),
            "content": self.pictures.get(name),
        }

    def headers_of(self, name: str) -> dict[str, str]:
        """Return the headers that go with it."""
        kind = {"Content-Type": "image/png"} if name in self.pictures else {}
        return {"Idempotency-Key": "k1"} | kind


async def make_world() -> World:
    """Make the world; bodies stand under the names of the operations that take them."""
    owner, admin, product = await make_caller(), await make_caller(Role.ADMIN), await make_product()
    order = await make_order(owner.user, product)
    account = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    current = {"current_password": PASSWORD}
    tokens = {purpose: await make_mail_token(owner.user, purpose) for purpose in MailTokenPurpose}
    elsewhere = await open_session(owner.user)
    for user in (owner.user, admin.user):
        await make_callback_secret(user)
    job = await make_job(owner.user, status=JobStatus.DONE, publish_at=None)
    delivery = await make_delivery(job, status=CallbackStatus.DELIVERED)
    await store(job.id, "sales.csv", FileContent("text/csv", b"day"))
    await store(product.id, ImageSize.SMALL, FileContent("image/webp", b"RIFF"))
    forms = {"POST /auth/token": {"username": owner.user.email, "password": PASSWORD}}
    bodies: dict[str, dict[str, Any]] = {
        "POST /auth/refresh": {"refresh_token": owner.tokens.refresh_token},
        "POST /auth/verify-email/request": {"email": owner.user.email},
        "POST /auth/verify-email": {"token": tokens[MailTokenPurpose.CONFIRM_EMAIL]},
        "POST /auth/password-reset/request": {"email": owner.user.email},
        "POST /auth/password-reset": {
            "token": tokens[MailTokenPurpose.RESET_PASSWORD],
            "password": NEW_PASSWORD,
        },
        "POST /users/me/password": current | {"new_password": NEW_PASSWORD},
        "POST /users/me/email": current | {"email": account["email"]},
        "POST /users/me/deactivate": current,
        "POST /users/me/delete": current,
        "POST /api-keys/": {"name": "Reports", "scopes": ["orders:read"]},
        "POST /users/register": account,
        "PATCH /users/me": {"full_name": "Ann Lee"},
        "POST /users/": account,
        "PATCH /users/{user_id}": {"full_name": "Ann Lee"},
        "POST /products/": {"name": "Cup", "price_cents": 500, "currency": "EUR"},
        "PATCH /products/{product_id}": {"stock": 1},
        "POST /orders/": order_of(product),
        "POST /notify-all": {"subject": "Sale", "text": "All teapots are cheaper."},
        "POST /callback-secret": {"keep_previous_hours": 1},
        "POST /reports/sales": {"since": "2026-01-01", "until": "2026-01-31"},
    }
    ids: dict[str, object] = {
        "user_id": owner.user.id,
        "product_id": product.id,
        "order_id": order.id,
        "session_id": decode_access_token(elsewhere.access_token).session_id,
        "job_id": job.id,
        "source": "payments",
        "event_id": (await make_webhook_event()).id,
        "name": "sales.csv",
        "size": ImageSize.SMALL,
        "delivery_id": delivery.id,
        "key_id": (await make_api_key(admin.user, Scope.ORDERS_READ)).details.id,
    }
    pictures = {"PUT /products/{product_id}/image": PNG}
    return World(owner, admin, ids, forms, bodies, pictures)


async def store(owner_id: UUID, name: str, file: FileContent) -> None:
    """Store a file of a job or a product."""
    async with unit_of_work() as db:
        await file_service.store(db, owner_id, {name: file})
