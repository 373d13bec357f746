"""What people do with their own account; each of these takes the current password."""

import structlog

from app.core.client import Client
from app.core.database import DbSession, release
from app.core.enums import MailTokenPurpose
from app.core.exceptions import WrongPasswordError
from app.core.rate_limit import count_attempt
from app.core.security import get_password_hash, refuse_guessable, verify_password
from app.crud.session import session_crud
from app.crud.user import user_crud
from app.integrations.mail import Mail
from app.integrations.mail_templates import render_mail
from app.models.user import User
from app.services.mail_token_service import mail_token_service
from app.services.user_service import user_service

log = structlog.get_logger()


class AccountService:
    """Change password and address, deactivate, delete.

    All raise `WrongPasswordError` and, after too many tries, `TooManyAttemptsError`.
    """

    async def check_password(
        self, db: DbSession, client: Client, user: User, password: str
    ) -> None:
        """Make sure that it is the owner who holds the session."""
        await count_attempt("password", client.address, str(user.id))
        await release(db)
        valid = await verify_password(password, user.hashed_password)
        if not valid or not await user_crud.lock_unchanged(db, user):
            log.warning("wrong password in a session", user_id=str(user.id))
            raise WrongPasswordError

    async def change_password(
        self, db: DbSession, client: Client, user: User, current: str, new: str
    ) -> list[Mail]:
        """Set a new password and end all sessions; return the mail that says so.

        Raises:
            GuessablePasswordError: the new password is a common one, or the address.
        """
        await self.check_password(db, client, user, current)
        refuse_guessable(new, user.email)
        hashed = await get_password_hash(new)
        await user_crud.update(db, user, {"hashed_password": hashed})
        await session_crud.revoke_all(db, user.id)
        await mail_token_service.discard_all(db, user)
        log.info("password changed", user_id=str(user.id))
        return [render_mail("password_changed", user.email)]

    async def change_email(
        self, db: DbSession, client: Client, user: User, current: str, email: str
    ) -> list[Mail]:
        """Send a link to the new address, which becomes the account's own when it is followed.

        Whether the address has another account is not told.
        """
        await self.check_password(db, client, user, current)
        token = await mail_token_service.issue(db, user, MailTokenPurpose.CONFIRM_EMAIL, email)
        return [render_mail("confirm_email", email, token=token)]

    async def deactivate(self, db: DbSession, client: Client, user: User, password: str) -> None:
        """Close the account until an admin opens it again; sessions and keys end for good.

        Raises:
            LastAdminError: nobody could administer the service.
        """
        await self.check_password(db, client, user, password)
        await user_service.update_user(db, user, {"is_active": False})

    async def delete(self, db: DbSession, client: Client, user: User, password: str) -> None:
        """Delete the account with all that belongs to it.

        Raises:
            LastAdminError: nobody could administer the service.
            UserHasOrdersError: orders name this user.
        """
        await self.check_password(db, client, user, password)
        await user_service.delete_user(db, user.id)


account_service = AccountService()
