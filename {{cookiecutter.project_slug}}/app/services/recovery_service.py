"""A new password for those who have lost theirs."""

import structlog

from app.core.client import Client
from app.core.database import DbSession
from app.core.enums import MailTokenPurpose
from app.core.rate_limit import count_attempt
from app.core.security import get_password_hash, refuse_guessable
from app.crud.session import session_crud
from app.crud.user import user_crud
from app.integrations.mail import Mail
from app.integrations.mail_templates import render_mail
from app.services.mail_token_service import mail_token_service

log = structlog.get_logger()


class RecoveryService:
    """Both calls return the mails to send; the first ends alike whether the address is known."""

    async def request_reset(self, db: DbSession, client: Client, email: str) -> list[Mail]:
        """Send a link with which the owner of an active account can set a new password.

        Raises:
            TooManyAttemptsError: there were too many requests.
        """
        await count_attempt("recovery", client.address, email)
        user = await user_crud.get_by_email(db, email)
        if user is None or not user.is_active:
            return []
        token = await mail_token_service.issue(db, user, MailTokenPurpose.RESET_PASSWORD)
        return [render_mail("reset_password", email, token=token)]

    async def reset_password(
        self, db: DbSession, client: Client, token: str, password: str
    ) -> list[Mail]:
        """Set a new password and end all sessions; the address counts as confirmed with that.

        Raises:
            InvalidMailTokenError: as `MailTokenService.redeem`.
            GuessablePasswordError: the password is a common one, or the address.
            TooManyAttemptsError: there were too many tries.
        """
        await count_attempt("reset", client.address, "")
        # Hashed before the first statement, so that no connection is held meanwhile.
        hashed = await get_password_hash(password)
        user = (await mail_token_service.redeem(db, MailTokenPurpose.RESET_PASSWORD, token)).user
        refuse_guessable(password, user.email)
        await user_crud.update(db, user, {"hashed_password": hashed, "email_verified": True})
        await session_crud.revoke_all(db, user.id)
        await mail_token_service.discard_all(db, user)
        log.info("password reset", user_id=str(user.id))
        return [render_mail("password_changed", user.email)]


recovery_service = RecoveryService()
