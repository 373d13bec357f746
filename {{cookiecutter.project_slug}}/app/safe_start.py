"""What the service refuses to start with: settings that would leave it open."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qs, unquote

from pydantic import AfterValidator, IPvAnyNetwork, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

PLACEHOLDERS = (
    *("change", "secret", "example", "password", "placeholder", "insecure", "your-"),
    *("qwerty", "letmein", "123456"),
)
# `null` is what sandboxed pages and local files of anybody send.
ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9]\d{0,4})?")
HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
# Passwords may hold what separates the parts of a URL, so no general parser is of use here.
LOGIN = re.compile(r"[^:/]+://(?P<user>[^:/@]*)(?::(?P<password>[^@]*))?@")

# What no stranger may have called: this machine, the metadata of clouds, and what is no one host.
NEVER_CALLED = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4"),
        *("240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32"),
        *("::/8", "2001::/32", "2002::/16", "fe80::/10", "ff00::/8"),
        *("fd00:ec2::/32", "fd20:ce::/32"),
    )
]


class Strength(NamedTuple):
    """How much of a secret there has to be; a short one, or one of few letters, is guessed."""

    characters: int
    different: int


KEY = Strength(characters=32, different=12)
# Passwords for other servers; whoever runs these may not allow any length.
PASSWORD = Strength(characters=12, different=5)


def check_secret(
    secret: SecretStr, strength: Strength, subject: str = "", *more_words: str
) -> None:
    """Refuse what could be guessed: short, of few different characters, with a well-known word."""
    text = secret.get_secret_value()
    if len(text) < strength.characters or len(set(text)) < strength.different:
        raise ValueError(
            f"{subject}must be random and have at least {strength.characters} characters"
        )
    if any(word in text.lower() for word in (*PLACEHOLDERS, *more_words)):
        raise ValueError(f"{subject}is a placeholder; make one: openssl rand -hex 32")


def login_of(url: SecretStr) -> tuple[str, str]:
    """Return the user and the password of a URL, empty texts where it has none."""
    text = url.get_secret_value()
    login = LOGIN.match(text)
    user, password = login.group("user", "password") if login else ("", "")
    # Drivers take them from the query, too.
    query = parse_qs(text[login.end() if login else 0 :].partition("?")[2])
    return (
        query.get("user", [unquote(user)])[-1],
        query.get("password", [unquote(password or "")])[-1],
    )


def check_password(url: SecretStr) -> None:
    """Refuse the password of a URL if it could be guessed from a list, or from the URL itself."""
    user, password = login_of(url)
    if password == user:
        raise ValueError("must not have its user's name as its password")
    # A scheme begins with the name of the server's kind, as do many default passwords.
    kind = url.get_secret_value()[:5].lower()
    check_secret(SecretStr(password), PASSWORD, "its password ", kind)


def check_database(url: SecretStr, info: ValidationInfo) -> SecretStr:
    """Refuse a database that a password list opens, in production."""
    if in_production(info):
        check_password(url)
    return url


# The setting of the database, whatever its name; it has to be declared before other secrets.
DatabaseUrl = Annotated[SecretStr, AfterValidator(check_database)]


def known_secrets(earlier: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every secret in these settings."""
    for name, value in earlier.items():
        if name.endswith("_url") and isinstance(value, SecretStr):
            yield name, login_of(value)[1]
    for name in ("secret_key", "smtp_password"):
        if secret := earlier.get(name):
            yield name, secret.get_secret_value()
    for secret in earlier.get("previous_secret_keys", []):
        yield "previous_secret_keys", secret.get_secret_value()


def check_unique(text: str, info: ValidationInfo) -> None:
    """Refuse a secret that an earlier setting holds, too: who learns one would have both."""
    for name, known in known_secrets(info.data):
        if text and text == known:
            raise ValueError(f"must not be the same secret as {name.upper()}")


def in_production(info: ValidationInfo) -> bool:
    """Tell whether strangers can reach what is being started."""
    return info.data.get("environment") == "production"


class SafeStart(BaseSettings):
    """Checks of single settings, some for production alone: one fault, one line with its name.

    A check sees the settings that stand before its own, so the order of the fields matters.
    """

    @field_validator("log_level", check_fields=False)
    @classmethod
    def is_no_debug_log(cls, value: str, info: ValidationInfo) -> str:
        """Refuse the level at which libraries write down what they send and receive."""
        if in_production(info) and value == "DEBUG":
            raise ValueError("must not be DEBUG in production")
        return value

    @field_validator("docs_enabled", check_fields=False)
    @classmethod
    def shows_no_docs(cls, value: bool, info: ValidationInfo) -> bool:
        """Refuse to tell strangers every call that there is."""
        if in_production(info) and value:
            raise ValueError("must be false in production")
        return value

    @field_validator("frontend_url", check_fields=False)
    @classmethod
    def is_encrypted(cls, value: str, info: ValidationInfo) -> str:
        """Refuse links that would carry the tokens of mails in the clear."""
        if in_production(info) and not value.startswith("https://"):
            raise ValueError("must start with https:// in production")
        return value

    @field_validator("allowed_hosts", check_fields=False)
    @classmethod
    def are_host_names(cls, value: list[str], info: ValidationInfo) -> list[str]:
        """Refuse what is no name, and in production to be called by any name."""
        if in_production(info) and (not value or "*" in value):
            raise ValueError("must name the hosts of the service in production, without *")
        if not all(name == "*" or HOST_NAME.fullmatch(name) for name in value):
            raise ValueError("must be names such as api.example.com, without scheme or port")
        return value

    @field_validator("cors_origins", check_fields=False)
    @classmethod
    def are_exact_origins(cls, value: list[str]) -> list[str]:
        """Refuse wildcards, which let any web page call the service with a user's credentials."""
        if not all(ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError(
                "must be exact origins such as https://www.example.com, in small letters, "
                "without * and without a path"
            )
        return value

    @field_validator("redis_url", check_fields=False)
    @classmethod
    def has_no_known_password(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        """Refuse a password that a list holds; a server in a closed network may have none."""
        password = login_of(value)[1] if value else ""
        if in_production(info) and value and password:
            check_password(value)
            check_unique(password, info)
        return value

    @field_validator("secret_key", check_fields=False)
    @classmethod
    def is_no_placeholder(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        """Refuse a key that could be guessed, in every environment: `make run` makes a good one."""
        check_secret(value, KEY)
        if in_production(info):
            check_unique(value.get_secret_value(), info)
        return value

    @field_validator("previous_secret_keys", check_fields=False)
    @classmethod
    def are_no_placeholders(cls, value: list[SecretStr], info: ValidationInfo) -> list[SecretStr]:
        """Refuse keys that could be guessed, and one that is still, or again, the current key."""
        for key in value:
            check_secret(key, KEY, "each of them ")
            if in_production(info):
                check_unique(key.get_secret_value(), info)
        return value

    @field_validator("callback_allowed_networks", check_fields=False)
    @classmethod
    def are_closed_to_strangers(
        cls, value: list[IPvAnyNetwork], info: ValidationInfo
    ) -> list[IPvAnyNetwork]:
        """Refuse networks in which a stranger's callback would reach this machine or its keys."""
        pairs = ((network, never) for network in value for never in NEVER_CALLED)
        if in_production(info) and any(
            network.version == never.version and network.overlaps(never) for network, never in pairs
        ):
            raise ValueError(
                "must not hold this machine, link-local addresses or metadata in production; "
                "name the networks of the receivers, such as 10.1.0.0/16"
            )
        return value

    @field_validator("callback_http_allowed", check_fields=False)
    @classmethod
    def signs_nothing_in_the_clear(cls, value: bool, info: ValidationInfo) -> bool:
        """Refuse to send what is a client's alone where others can read it."""
        if value and in_production(info):
            raise ValueError("must be false in production")
        return value

    @field_validator("smtp_host", check_fields=False)
    @classmethod
    def is_there_if_needed(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse to ask for a proof that nobody can give."""
        if in_production(info) and value is None and info.data.get("verified_email_required"):
            raise ValueError(
                "is needed, since without mails nobody could verify an address and log in; "
                "set it, or set VERIFIED_EMAIL_REQUIRED=false"
            )
        return value

    @field_validator("smtp_password", check_fields=False)
    @classmethod
    def belongs_to_a_user(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Refuse to log in at the mail server without a password, or with a known one."""
        if in_production(info) and value is None and info.data.get("smtp_username"):
            raise ValueError("is needed with SMTP_USERNAME")
        if in_production(info) and value is not None:
            check_secret(value, PASSWORD)
            check_unique(value.get_secret_value(), info)
        return value
