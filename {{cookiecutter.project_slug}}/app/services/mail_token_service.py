"""Tokens that prove who reads a mailbox: made for a mail, redeemed once."""

from dataclasses import dataclass
from datetime import timedelta

from app.config import settings
from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import MailTokenPurpose
from app.core.exceptions import InvalidMailTokenError
from app.core.security import hash_token, new_token
from app.crud.mail_token import mail_token_crud
from app.crud.user import user_crud
from app.models.user import User


@dataclass(frozen=True)
class Redeemed:
    """Whose token it was, and the address that its mail went to."""

    user: User
    email: str


class MailTokenService:
    """Random tokens, stored as hashes; of each purpose the newest alone is valid."""

    async def issue(
        self, db: DbSession, user: User, purpose: MailTokenPurpose, email: str | None = None
    ) -> str:
        """Make a token for a mail to the user's own address, or to the one given."""
        token = new_token()
        expires_at = utc_now() + timedelta(minutes=settings.mail_token_minutes)
        await mail_token_crud.put(
            db, user.id, purpose, email or user.email, hash_token(token), expires_at
        )
        return token

    async def redeem(self, db: DbSession, purpose: MailTokenPurpose, token: str) -> Redeemed:
        """Use up a token.

        Raises:
            InvalidMailTokenError: it is unknown, used, replaced or expired, or its user inactive.
        """
        taken = await mail_token_crud.take(db, purpose, hash_token(token))
        user = await user_crud.get(db, taken.user_id) if taken else None
        if taken is None or user is None or not user.is_active:
            raise InvalidMailTokenError
        return Redeemed(user, taken.email)

    async def discard_all(self, db: DbSession, user: User) -> None:
        """Make all tokens of a user void: what they were made for has changed."""
        await mail_token_crud.delete_all(db, user.id)


mail_token_service = MailTokenService()
