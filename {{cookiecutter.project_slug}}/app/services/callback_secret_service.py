"""The secrets that sign callbacks: one for each user, and for a while the one before it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.encryption import KeyLostError, decrypt, encrypt
from app.core.integration_errors import CallbackSecretNotFoundError
from app.core.pagination import PageRequest
from app.core.webhook_signatures import new_secret, read_secret
from app.crud.callback import callback_secret_crud
from app.models.callback import CallbackSecret
from app.models.user import User

log = structlog.get_logger()

PURPOSE = "callback secrets"


@dataclass(frozen=True)
class NewCallbackSecret:
    """A secret as it is shown once."""

    secret: str
    details: CallbackSecret


class CallbackSecretService:
    """Make, show, use and encrypt anew what signs callbacks."""

    async def rotate(self, db: DbSession, user: User, keep_hours: int) -> NewCallbackSecret:
        """Make a secret; the one before it, if any, signs too for so many hours."""
        secret = new_secret()
        until = utc_now() + timedelta(hours=keep_hours)
        details = await callback_secret_crud.rotate(db, user.id, sealed(secret, user.id), until)
        log.info("callback secret made", user_id=str(user.id))
        return NewCallbackSecret(secret, details)

    async def show(self, db: DbSession, user: User) -> CallbackSecret:
        """Return what is known of the user's secret, but for the secret.

        Raises:
            CallbackSecretNotFoundError: there is none.
        """
        details = await callback_secret_crud.find(db, user.id)
        if details is None:
            raise CallbackSecretNotFoundError
        return details

    async def signing_keys(self, db: DbSession, user_id: UUID) -> list[bytes]:
        """Return the keys that sign the user's callbacks now, the newest first.

        Raises:
            CallbackSecretNotFoundError: there is none.
            KeyLostError: the service's own key is another one, and this one was not kept.
        """
        details = await callback_secret_crud.find(db, user_id)
        if details is None:
            raise CallbackSecretNotFoundError
        stored = [details.secret]
        if details.previous and details.previous_until and details.previous_until > utc_now():
            stored.append(details.previous)
        return [read_secret(opened(secret, user_id)) for secret in stored]

    async def seal_anew(self, db: DbSession, page: PageRequest) -> str | None:
        """Encrypt the secrets of one page by the present key; return the cursor of the next page.

        What no key reads stays as it is.
        """
        found = await callback_secret_crud.list(db, page)
        for details in found.items:
            try:
                changes = sealed_anew(details)
            except KeyLostError:
                log.warning("callback secret lost", user_id=str(details.user_id))
            else:
                await callback_secret_crud.change_unless_rotated(db, details, changes)
        return found.next_cursor


def sealed(secret: str, user_id: UUID) -> bytes:
    """Encrypt a user's secret."""
    return encrypt(secret.encode(), PURPOSE, str(user_id))


def opened(stored: bytes, user_id: UUID) -> str:
    """Decrypt a user's secret; raises as `decrypt`."""
    return decrypt(stored, PURPOSE, str(user_id)).decode()


def sealed_anew(details: CallbackSecret) -> dict[str, bytes]:
    """Return both secrets of a user, encrypted by the present key; raises as `decrypt`."""
    stored = {"secret": details.secret, "previous": details.previous}
    return {
        name: sealed(opened(secret, details.user_id), details.user_id)
        for name, secret in stored.items()
        if secret is not None
    }


callback_secret_service = CallbackSecretService()
