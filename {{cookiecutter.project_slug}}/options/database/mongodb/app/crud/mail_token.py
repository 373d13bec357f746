"""Tokens that were sent by mail, in the database."""

from datetime import datetime
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.enums import MailTokenPurpose
from app.core.ids import new_id
from app.crud.base import changed, racing
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
        at_first = {"$setOnInsert": {"_id": new_id(), "created_at": utc_now()}}
        await begin(db)
        with racing("user_id", "purpose"):
            await MailToken.get_pymongo_collection().update_one(
                {"user_id": user_id, "purpose": purpose.value},
                changed(fresh) | at_first,
                upsert=True,
                session=db,
            )

    async def take(
        self, db: DbSession, purpose: MailTokenPurpose, token_hash: bytes
    ) -> MailToken | None:
        """Remove a token and return it; None when it is expired or unknown.

        Of two callers at once one gets it: the document can be deleted once.
        """
        await begin(db)
        taken = await MailToken.get_pymongo_collection().find_one_and_delete(
            {
                "purpose": purpose.value,
                "token_hash": token_hash,
                "expires_at": {"$gt": utc_now()},
            },
            session=db,
        )
        return None if taken is None else MailToken.model_validate(taken)

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Remove all tokens of a user."""
        await begin(db)
        await MailToken.find({"user_id": user_id}, session=db).delete(session=db)


mail_token_crud = CRUDMailToken()
