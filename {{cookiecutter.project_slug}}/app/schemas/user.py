"""Users in the API."""

from pydantic import Field

from app.core.enums import Role
from app.schemas.base import EntityRead, Input, Patch
from app.schemas.fields import Email, FullName, Password, unset


class UserRegister(Input):
    """What a person gives to open an account."""

    email: Email
    password: Password
    full_name: FullName = ""


class UserCreate(UserRegister):
    """What an admin gives to open somebody's account."""

    role: Role = Role.CUSTOMER


class UserUpdateMe(Patch):
    """What people change in their own account."""

    full_name: FullName = Field(default_factory=unset)


class UserUpdate(UserUpdateMe):
    """What an admin changes in an account."""

    role: Role = Field(default_factory=unset)
    is_active: bool = Field(default_factory=unset, strict=True)


class UserRead(EntityRead):
    """An account."""

    email: str
    full_name: str
    role: Role
    is_active: bool
    email_verified: bool
