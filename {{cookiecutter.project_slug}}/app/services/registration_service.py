"""Opening an account of one's own, and proving one's e-mail address."""

from app.core.client import Client
from app.core.database import DbSession
from app.core.enums import MailTokenPurpose
from app.core.exceptions import EmailTakenError, InvalidMailTokenError
from app.core.rate_limit import count_attempt
from app.core.security import get_password_hash, refuse_guessable
from app.crud.user import user_crud
from app.integrations.mail import Mail
from app.integrations.mail_templates import render_mail
from app.services.mail_token_service import mail_token_service


class RegistrationService:
    """Each call ends alike whether the address is known, and returns the mails to send."""

    async def register(
        self, db: DbSession, client: Client, email: str, password: str, full_name: str
    ) -> list[Mail]:
        """Open an account; the owner of a known address gets a mail that says so.

        Raises:
            GuessablePasswordError: the password is a common one, or the address.
            TooManyAttemptsError: there were too many registrations.
        """
        await count_attempt("registration", client.address, email)
        refuse_guessable(password, email)
        hashed = await get_password_hash(password)
        values = {"email": email, "hashed_password": hashed, "full_name": full_name}
        user = await user_crud.create_unless_taken(db, values)
        if user is None:
            return await self.tell_owner(db, email)
        token = await mail_token_service.issue(db, user, MailTokenPurpose.CONFIRM_EMAIL)
        return [render_mail("welcome", email, token=token)]

    async def tell_owner(self, db: DbSession, email: str) -> list[Mail]:
        """Offer the owner of an account a new password, in case they forgot having one.

        An address that was never confirmed is no exception: whoever registered it first may have
        been somebody else, and a new password shuts them out.
        """
        user = await user_crud.get_by_email(db, email)
        if user is None or not user.is_active:
            return []
        token = await mail_token_service.issue(db, user, MailTokenPurpose.RESET_PASSWORD)
        return [render_mail("already_registered", email, token=token)]

    async def request_confirmation(self, db: DbSession, client: Client, email: str) -> list[Mail]:
        """Send a new link for an address that was not confirmed yet.

        Raises:
            TooManyAttemptsError: there were too many requests.
        """
        await count_attempt("recovery", client.address, email)
        user = await user_crud.get_by_email(db, email)
        if user is None or not user.is_active or user.email_verified:
            return []
        token = await mail_token_service.issue(db, user, MailTokenPurpose.CONFIRM_EMAIL)
        return [render_mail("confirm_email", email, token=token)]

    async def confirm_email(self, db: DbSession, client: Client, token: str) -> list[Mail]:
        """Take the address that the token was sent to for the account's own.

        Raises:
            InvalidMailTokenError: as `MailTokenService.redeem`, or the address is taken meanwhile.
            TooManyAttemptsError: there were too many tries.
        """
        await count_attempt("confirmation", client.address, "")
        redeemed = await mail_token_service.redeem(db, MailTokenPurpose.CONFIRM_EMAIL, token)
        user, former = redeemed.user, redeemed.user.email
        try:
            await user_crud.update(db, user, {"email": redeemed.email, "email_verified": True})
        except EmailTakenError as error:
            raise InvalidMailTokenError from error
        if former == redeemed.email:
            return []
        # A link to a new password may lie in the mailbox that the account has just left.
        await mail_token_service.discard_all(db, user)
        return [render_mail("email_changed", former)]


registration_service = RegistrationService()
