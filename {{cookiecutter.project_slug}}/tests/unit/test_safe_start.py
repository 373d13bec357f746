"""Settings that would leave the service open: production does not start with them."""

import secrets
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from app.config import Settings, load_settings
from app.safe_start import LOGIN, login_of
from tests.environment import URL_VARIABLE, database_url
from tests.process import PROJECT, run_python
from tests.server import PRODUCTION
from tests.unit.test_config import KEY, refusal

OTHER_KEY, PASSWORD, OTHER_PASSWORD = (KEY[::-1], "k7Wq2ZpN8vRt", "Jx5mB9hLs3Yd")

URL = database_url()
MORE = "&" if "?" in URL else "?"


def database(login: str) -> str:
    """Return the address of the tests' database, with another user and password."""
    login_of_tests = LOGIN.match(URL)
    assert login_of_tests
    scheme = URL.partition("://")[0]
    return f"{scheme}://{login}@{URL[login_of_tests.end() :]}"


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Leave what a production installation sets, and nothing else."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv(URL_VARIABLE, database(f"app:{PASSWORD}"))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


FAULTS = {
    "no hosts": {"ALLOWED_HOSTS": ""},
    "any host": {"ALLOWED_HOSTS": "api.example.com,*"},
    "documentation": {"DOCS_ENABLED": "true"},
    "debug log": {"LOG_LEVEL": "DEBUG"},
    "plain links": {"FRONTEND_URL": "http://shop.example.com"},
    "links to the developer's machine": {"FRONTEND_URL": ""},
    "no database password": {URL_VARIABLE: database("app")},
    "empty database password": {URL_VARIABLE: database("app:")},
    "user's name as password": {URL_VARIABLE: database("wGk4tXn8PbQz:wGk4tXn8PbQz")},
    "user's name, escaped": {URL_VARIABLE: database("wGk4tXn8PbQz:wGk4tXn8Pb%51z")},
    "short database password": {URL_VARIABLE: database("app:k7Wq2ZpN8vR")},
    "monotonous database password": {URL_VARIABLE: database("app:abababababababab")},
    "well-known database password": {URL_VARIABLE: database("app:MyPassword2024!")},
    "default database password": {URL_VARIABLE: database(f"app:{URL[:5]}-db-123")},
    "password in the query": {URL_VARIABLE: database("app") + f"{MORE}password=password"},
    "short Redis password": {"REDIS_URL": "redis://:k7Wq2ZpN8vR@cache:6379/0"},
    "well-known Redis password": {"REDIS_URL": "redis://:changeme-now-1@cache:6379/0"},
    "default Redis password": {"REDIS_URL": "redis://:Redis-cache-1@cache:6379/0"},
    "mail user without password": {"SMTP_USERNAME": "shop", "SMTP_PASSWORD": ""},
    "short mail password": {"SMTP_PASSWORD": "k7Wq2ZpN8vR"},
    "well-known mail password": {"SMTP_PASSWORD": "your-smtp-secret"},
    "callbacks to this machine": {"CALLBACK_ALLOWED_NETWORKS": "10.1.0.0/16,127.0.0.1"},
    "callbacks to this machine by IPv6": {"CALLBACK_ALLOWED_NETWORKS": "::1/128"},
    "callbacks to this machine, mapped": {"CALLBACK_ALLOWED_NETWORKS": "::ffff:127.0.0.1/128"},
    "callbacks to metadata": {"CALLBACK_ALLOWED_NETWORKS": "169.254.169.254"},
    "callbacks to metadata by IPv6": {"CALLBACK_ALLOWED_NETWORKS": "fd00::/8"},
    "callbacks to everything": {"CALLBACK_ALLOWED_NETWORKS": "0.0.0.0/0"},
    "callbacks to everything by IPv6": {"CALLBACK_ALLOWED_NETWORKS": "::/0"},
    "callbacks in the clear": {"CALLBACK_HTTP_ALLOWED": "true"},
    "short key": {"SECRET_KEY": KEY[:31]},
    "monotonous key": {"SECRET_KEY": "Zk3Q" * 10},
    "placeholder as key": {"SECRET_KEY": f"changeme-{KEY}"},
    "short former key": {"PREVIOUS_SECRET_KEYS": f"{OTHER_KEY},{KEY[:31]}"},
    "placeholder as former key": {"PREVIOUS_SECRET_KEYS": f"example{KEY}"},
    "current key among the former": {"PREVIOUS_SECRET_KEYS": f"{OTHER_KEY},{KEY}"},
    "no mails to verify with": {"SMTP_HOST": "", "VERIFIED_EMAIL_REQUIRED": "true"},
}


@pytest.mark.parametrize("changes", FAULTS.values(), ids=FAULTS.keys())
def test_production_refuses_it_in_one_line_with_its_name_and_without_its_value(
    production: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    (name, value), *others = changes.items()
    if others and name.startswith("SMTP_U"):
        name = others[0][0]
    for variable, text in changes.items():
        production.setenv(variable, text)

    message = refusal()

    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert not value or value not in message or name == "LOG_LEVEL"


EQUAL = {
    "database and Redis": ("REDIS_URL", f"redis://:{PASSWORD}@cache/0"),
    "database, escaped, and Redis": ("REDIS_URL", f"redis://:%6b{PASSWORD[1:]}@cache/0"),
    "database and key": (URL_VARIABLE, database(f"app:{KEY}")),
    "database and former key": (URL_VARIABLE, database(f"app:{OTHER_KEY}")),
    "key and mail": ("SMTP_PASSWORD", KEY),
    "former key and mail": ("SMTP_PASSWORD", OTHER_KEY),
    "Redis and mail": ("SMTP_PASSWORD", OTHER_PASSWORD),
    "database and mail": ("SMTP_PASSWORD", PASSWORD),
}


@pytest.mark.parametrize(("name", "value"), EQUAL.values(), ids=EQUAL.keys())
def test_production_refuses_equal_secrets_by_both_names(
    production: pytest.MonkeyPatch, name: str, value: str
) -> None:
    production.setenv("REDIS_URL", f"redis://:{OTHER_PASSWORD}@cache:6379/0")
    production.setenv("PREVIOUS_SECRET_KEYS", OTHER_KEY)
    production.setenv(name, value)

    message = refusal()

    assert name in message
    assert "must not be the same secret as " in message
    assert "\n" not in message
    assert value not in message


def test_every_fault_is_told_at_once(production: pytest.MonkeyPatch) -> None:
    wrong = {
        "LOG_LEVEL": "DEBUG",
        "DOCS_ENABLED": "true",
        "FRONTEND_URL": "http://shop.example.com",
        "ALLOWED_HOSTS": "*",
        "CORS_ORIGINS": "*",
        URL_VARIABLE: database("app:hunter0"),
        "REDIS_URL": "redis://:letmein@cache:6379/0",
        "SECRET_KEY": "hunter2",
        "PREVIOUS_SECRET_KEYS": "hunter1",
        "SMTP_PASSWORD": "hunter3",
    }
    for name, value in wrong.items():
        production.setenv(name, value)

    lines = refusal().splitlines()

    assert [line.split(":")[0] for line in lines] == list(wrong)
    assert "hunter" not in str(lines)


def test_both_ways_out_are_told_when_nobody_could_verify_an_address(
    production: pytest.MonkeyPatch,
) -> None:
    production.setenv("VERIFIED_EMAIL_REQUIRED", "true")

    message = refusal()

    assert message.startswith("SMTP_HOST: ")
    assert "VERIFIED_EMAIL_REQUIRED=false" in message


def test_production_starts_with_good_settings(production: pytest.MonkeyPatch) -> None:
    production.setenv("REDIS_URL", f"rediss://cache:{OTHER_PASSWORD}@cache:6379/0")
    production.setenv("PREVIOUS_SECRET_KEYS", f"{OTHER_KEY}, {secrets.token_urlsafe(48)}")
    production.setenv("SMTP_HOST", "mail.example.com")
    production.setenv("SMTP_USERNAME", "shop")
    production.setenv("SMTP_PASSWORD", "aBcD3f-gHiJ-kLmN")
    production.setenv("VERIFIED_EMAIL_REQUIRED", "true")
    production.setenv("ALLOWED_HOSTS", "api.example.com, *.shop.example.com, 10.0.0.1, [::1]")

    loaded = load_settings()

    assert loaded.environment == "production"
    assert len(loaded.allowed_hosts) == 4


def test_callbacks_may_reach_private_networks_that_are_named_one_by_one(
    production: pytest.MonkeyPatch,
) -> None:
    production.setenv("CALLBACK_ALLOWED_NETWORKS", "10.1.0.0/16, 192.168.7.0/24,fd12:3::/48")

    assert len(load_settings().callback_allowed_networks) == 3


def test_a_redis_of_a_closed_network_may_have_no_password(
    production: pytest.MonkeyPatch,
) -> None:
    production.setenv("REDIS_URL", "redis://cache:6379/0")

    assert load_settings().redis_url


@pytest.mark.parametrize("separator", ["/", "?", "#", "%2F", ":"])
def test_what_separates_the_parts_of_a_url_may_stand_in_its_password(separator: str) -> None:
    url = f"any://app:{PASSWORD}{separator}x@db:1234/app"

    assert login_of(SecretStr(url)) == ("app", f"{PASSWORD}{unquote(separator)}x")


@pytest.mark.parametrize("environment", ["development", "test"])
def test_elsewhere_all_this_is_allowed_but_a_weak_key(
    production: pytest.MonkeyPatch, environment: str
) -> None:
    production.setenv("ENVIRONMENT", environment)
    for name, value in {
        "LOG_LEVEL": "DEBUG",
        "DOCS_ENABLED": "true",
        "FRONTEND_URL": "http://127.0.0.1:3000",
        "ALLOWED_HOSTS": "",
        URL_VARIABLE: database("app:app"),
        "SMTP_USERNAME": "test",
        "VERIFIED_EMAIL_REQUIRED": "true",
    }.items():
        production.setenv(name, value)

    assert load_settings().environment == environment
    production.setenv("SECRET_KEY", "changeme")
    assert refusal().startswith("SECRET_KEY: ")


@pytest.mark.parametrize("credentials", ["true", "false"])
@pytest.mark.parametrize("environment", ["production", "development", "test"])
@pytest.mark.parametrize(
    "origin",
    [
        *("*", "https://*", "https://*.example.com", "null", "example.com", "//example.com"),
        *("https://example.com/", "https://example.com/app", "https://example.com?x=1"),
        *("https://user@example.com", "https://example.com:", "https://EXAMPLE.com"),
        *("ftp://example.com", "https://example.com:port", "https://", "https://exa mple.com"),
    ],
)
def test_origins_that_are_not_exact_are_refused_everywhere(
    production: pytest.MonkeyPatch, environment: str, origin: str, credentials: str
) -> None:
    production.setenv("ENVIRONMENT", environment)
    production.setenv("CORS_ORIGINS", f"https://www.example.com,{origin}")
    production.setenv("CORS_ALLOW_CREDENTIALS", credentials)

    message = refusal()

    assert message.startswith("CORS_ORIGINS: ")
    assert "\n" not in message


def test_exact_origins_are_taken(production: pytest.MonkeyPatch) -> None:
    origins = ["https://www.example.com", "http://localhost:3000", "https://a-b.example.com:8443"]
    production.setenv("CORS_ORIGINS", ",".join(origins))
    production.setenv("CORS_ALLOW_CREDENTIALS", "true")

    assert load_settings().cors_origins == origins


@pytest.mark.parametrize(
    "host", ["https://api.example.com", "api.example.com:8000", "a*b", "*.", "a/b"]
)
def test_hosts_that_are_no_names_are_refused(production: pytest.MonkeyPatch, host: str) -> None:
    production.setenv("ALLOWED_HOSTS", f"api.example.com,{host}")

    message = refusal()

    assert message.startswith("ALLOWED_HOSTS: ")
    assert host not in message.removeprefix("ALLOWED_HOSTS: ") or host == "*."


def test_the_service_itself_does_not_start_in_production_with_the_documentation_on() -> None:
    environment = PRODUCTION | {"DOCS_ENABLED": "true"}

    process = run_python("-c", "import app.main", cwd=PROJECT, **environment)

    assert process.returncode != 0
    assert process.stdout == ""
    assert process.stderr == "DOCS_ENABLED: Value error, must be false in production\n"
