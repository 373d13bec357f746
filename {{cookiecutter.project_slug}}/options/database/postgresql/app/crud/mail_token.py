"""Tokens that were sent by mail, in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import MailTokenPurpose
from app.models.mail_token import MailToken


class CRUDMailToken:
    """Mail tokens: stored, taken once, and gone."""

    async def put(
        self,
        db: DbSession,
        user_id: UUID,
        purpose: MailTokenPurpose,
        email: str,
        token_hash: bytes,
        expires_at: datetime,
    ) -> None:
        """Store a token in the place of the user's former one of this purpose."""
        fresh = {"email": email, "token_hash": token_hash, "expires_at": expires_at}
        await db.execute(
            insert(MailToken)
            .values(user_id=user_id, purpose=purpose, **fresh)
            .on_conflict_do_update(
                index_elements=[MailToken.user_id, MailToken.purpose],
                set_={**fresh, "updated_at": utc_now()},
            )
        )

    async def take(
        self, db: DbSession, purpose: MailTokenPurpose, token_hash: bytes
    ) -> MailToken | None:
        """Remove a token and return it; None when it is expired or unknown.

        Of two callers at once one gets it: the row can be deleted once.
        """
        return await db.scalar(
            delete(MailToken)
            .where(
                MailToken.purpose == purpose,
                MailToken.token_hash == token_hash,
                MailToken.expires_at > utc_now(),
            )
            .returning(MailToken)
        )

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Remove all tokens of a user."""
        await db.execute(delete(MailToken).where(MailToken.user_id == user_id))


mail_token_crud = CRUDMailToken()
