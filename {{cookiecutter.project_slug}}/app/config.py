"""Settings of the service: read once, from the environment and from `.env`."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, Self

from limits import parse_many
from pydantic import (
    BeforeValidator,
    EmailStr,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
{% if cookiecutter.database == "mongodb" %}
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri
{% endif %}
from redis.asyncio.connection import parse_url

from app.safe_start import DatabaseUrl, SafeStart
from app.webhook_keys import WebhookSources


def split_at_commas(value: object) -> object:
    """Read a list from the one text that the environment holds."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


Texts = Annotated[list[str], NoDecode, BeforeValidator(split_at_commas)]
Secrets = Annotated[list[SecretStr], NoDecode, BeforeValidator(split_at_commas)]
Networks = Annotated[list[IPvAnyNetwork], NoDecode, BeforeValidator(split_at_commas)]


class Settings(SafeStart, BaseSettings):
    """Every value that may differ between two installations; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("ENV_FILE", ".env") or None,
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
    )

    environment: Literal["production", "development", "test"] = "production"
    project_name: str = {{cookiecutter.project_name | literal}}
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    docs_enabled: bool = False
    drain_file: Path | None = None

    frontend_url: str = Field(
        default="http://127.0.0.1:8000", pattern=r"^https?://[^\s?#]+[^\s?#/]$"
    )
    allowed_hosts: Texts = []
    cors_origins: Texts = []
    cors_allow_credentials: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    max_image_bytes: int = Field(default=8_388_608, ge=1_024, le=15_728_640)

{% if cookiecutter.database == "postgresql" %}
    database_url: DatabaseUrl
{% endif %}
{% if cookiecutter.database == "mongodb" %}
    mongodb_url: DatabaseUrl
{% endif %}
    database_pool_size: int = Field(default=10, ge=1, le=200)
    lock_timeout_seconds: float = Field(default=2, gt=0)
    statement_timeout_seconds: float = Field(default=5, gt=0)
    request_timeout_seconds: float = Field(default=10, gt=0)

    redis_url: SecretStr | None = None
    rate_limit_account: str = "10 per 15 minutes"
    rate_limit_address: str = "100 per 15 minutes"
    rate_limit_global: str = "3000 per 1 minute"

    secret_key: SecretStr
    previous_secret_keys: Secrets = []
    algorithm: Literal["HS256", "EdDSA"] = "HS256"
    access_token_expire_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_idle_days: int = Field(default=7, ge=1)
    refresh_token_absolute_days: int = Field(default=30, ge=1)
    password_hash_threads: int = Field(default=2, ge=1, le=32)
    mail_token_minutes: int = Field(default=30, ge=1, le=30)
    verified_email_required: bool = True

    worker_concurrency: int = Field(default=10, ge=1, le=1_000)
    worker_processes: int = Field(default=2, ge=1, le=64)
    shutdown_seconds: float = Field(default=25, ge=0)
    job_days: int = Field(default=30, ge=1)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    callback_allowed_networks: Networks = []
    callback_http_allowed: bool = False

    ozon_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+[^\s?#/]$")
    ozon_client_id: str | None = None
    ozon_api_key: SecretStr | None = None

    webhook_secrets: WebhookSources = {}
    webhook_days: int = Field(default=30, ge=1)

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_start_tls: bool = True
    mail_from: EmailStr = "no-reply@example.com"

{% if cookiecutter.database == "postgresql" %}
    @field_validator("database_url")
    @classmethod
    def names_its_driver(cls, value: SecretStr) -> SecretStr:
        """Refuse a URL for another driver: a bare `postgresql://` would pick psycopg."""
        if not value.get_secret_value().startswith("postgresql+asyncpg://"):
            raise ValueError("must start with postgresql+asyncpg://")
        return value
{% endif %}
{% if cookiecutter.database == "mongodb" %}
    @field_validator("mongodb_url")
    @classmethod
    def names_a_database(cls, value: SecretStr) -> SecretStr:
        """Refuse a URL that the client cannot read, or that names no database."""
        try:
            # The host of `mongodb+srv://` is looked up later, when the client connects.
            named = parse_uri(value.get_secret_value().replace("+srv:", ":", 1))["database"]
        except (ValueError, PyMongoError):
            named = None
        if not named:
            raise ValueError("must look like mongodb://USER:PASSWORD@HOST:PORT/DATABASE")
        return value
{% endif %}

    @field_validator("redis_url")
    @classmethod
    def is_a_redis_url(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse a URL that the client cannot read."""
        try:
            parse_url(value.get_secret_value() if value else "redis://")
        except ValueError:
            raise ValueError("must look like redis://:PASSWORD@HOST:PORT/0") from None
        return value

    @field_validator("rate_limit_account", "rate_limit_address", "rate_limit_global")
    @classmethod
    def is_one_rate_limit(cls, value: str) -> str:
        """Refuse a limit of nothing, and a list of limits, of which only the first would hold."""
        try:
            [limit] = parse_many(value)
        except ValueError:
            raise ValueError('must look like "10 per 15 minutes"') from None
        if limit.amount < 1:
            raise ValueError("must allow at least one attempt")
        return value

    @model_validator(mode="after")
    def supplier_is_named_whole(self) -> Self:
        """Refuse an address without the account there: each call would fail."""
        account = {self.ozon_url is None, self.ozon_client_id is None, self.ozon_api_key is None}
        if len(account) > 1:
            raise ValueError("OZON_URL, OZON_CLIENT_ID and OZON_API_KEY belong together")
        return self

    @model_validator(mode="after")
    def time_limits_form_a_ladder(self) -> Self:
        """Refuse limits out of order: an inner wait has to end before the outer one gives up."""
        ladder = (
            self.lock_timeout_seconds,
            self.statement_timeout_seconds,
            self.request_timeout_seconds,
        )
        if sorted(set(ladder)) != list(ladder):
            raise ValueError(
                "LOCK_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS and REQUEST_TIMEOUT_SECONDS "
                "must rise in this order"
            )
        return self


def load_settings() -> Settings:
    """Read the settings; end the process with one line a fault, and no value, if they are bad."""
    if Path(".bake-incomplete").exists():
        sys.exit("This project was not generated to its end: delete it and generate it again.")
    try:
        return Settings()
    except ValidationError as error:
        faults = (
            f"{'_'.join(map(str, fault['loc'])).upper() or 'SETTINGS'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        sys.exit("\n".join(faults))


settings = load_settings()
