"""Settings: what is refused at the start, and what the refusal says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Settings, load_settings, settings
from tests.environment import URL_VARIABLE, database_url
from tests.process import run_python
from tests.server import PRODUCTION

KEY = "q9Zk3vT1mB7cW5rX8pLd2NfHs6JyGt4UaEoViKxw"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Leave only what production needs in the environment, with good values."""
    database = database_url()
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv(URL_VARIABLE, database)
    return monkeypatch


def refusal() -> str:
    """Load the settings, which has to end the process, and return its last words."""
    with pytest.raises(SystemExit) as exit_info:
        load_settings()
    return str(exit_info.value.code)


def test_without_a_word_on_the_environment_it_is_production(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.delenv("ENVIRONMENT")
    environment.delenv("DOCS_ENABLED")

    assert load_settings().environment == "production"
    assert not load_settings().docs_enabled


@pytest.mark.parametrize("name", ["SECRET_KEY", URL_VARIABLE])
def test_a_setting_that_has_no_default_is_asked_for_by_name(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.delenv(name)

    assert refusal() == f"{name}: Field required"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "Zk3vQ9xT1mB7cW5r"),
        ("SECRET_KEY", "ZkZk3Q3QZkZk3Q3QZkZk3Q3QZkZk3Q3QZkZk3Q3Q"),
        ("SECRET_KEY", f"{KEY}-changeme"),
        ("SECRET_KEY", f"your-{KEY}"),
        ("SECRET_KEY", f"Secret{KEY}"),
        ("ALGORITHM", "none"),
        ("ENVIRONMENT", "prodution"),
        ("LOG_LEVEL", "loud"),
        ("REQUEST_TIMEOUT_SECONDS", "-17"),
        ("PASSWORD_HASH_THREADS", "4711"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "525600"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://:hunter2-hunter2@localhost:port/0"),
        ("RATE_LIMIT_ACCOUNT", "often"),
        ("RATE_LIMIT_ADDRESS", "10 per fortnight"),
        ("RATE_LIMIT_ADDRESS", "10 per 1 hour; 2 per 1 minute"),
        ("RATE_LIMIT_GLOBAL", "0 per 15 minutes"),
        ("TRUSTED_PROXIES", "-1"),
        ("SMTP_PORT", "submission"),
        ("SMTP_START_TLS", "perhaps"),
        ("OZON_URL", "api-seller.ozon.ru"),
        ("OZON_URL", "https://api-seller.ozon.ru/"),
        ("OZON_URL", "https://api-seller.ozon.ru?key=hunter2"),
        ("MAIL_FROM", "shop-without-domain"),
        ("MAIL_FROM", "shop@exa_mple!.com"),
        ("MAIL_FROM", "shop@under_score.example"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_with_its_name_and_without_the_value(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)

    message = refusal()

    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert value not in message


@pytest.mark.parametrize(
    "address",
    ["javascript://www.example.com", "data:text/html,hello", "https://www.example.com/?next=x"],
)
def test_links_lead_to_a_plain_web_address_also_in_development(
    environment: pytest.MonkeyPatch, address: str
) -> None:
    environment.setenv("ENVIRONMENT", "development")
    environment.setenv("FRONTEND_URL", address)

    message = refusal()

    assert message.startswith("FRONTEND_URL: ")
    assert address not in message


@pytest.mark.parametrize(
    "limits", [("2", "2", "10"), ("6", "5", "10"), ("2", "10", "10"), ("2", "11", "10")]
)
def test_time_limits_that_do_not_rise_are_refused_by_name(
    environment: pytest.MonkeyPatch, limits: tuple[str, str, str]
) -> None:
    names = ("LOCK_TIMEOUT_SECONDS", "STATEMENT_TIMEOUT_SECONDS", "REQUEST_TIMEOUT_SECONDS")
    for name, limit in zip(names, limits, strict=True):
        environment.setenv(name, limit)

    message = refusal()

    assert all(name in message for name in names)


@pytest.mark.parametrize("name", ["OZON_URL", "OZON_CLIENT_ID", "OZON_API_KEY"])
def test_an_account_at_the_supplier_that_is_named_in_part_is_refused(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(name, "https://api-seller.ozon.ru")

    assert "OZON_URL, OZON_CLIENT_ID and OZON_API_KEY belong together" in refusal()


def test_every_fault_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LOG_LEVEL", "loud")
    environment.setenv("SMTP_PORT", "0")
    environment.delenv("SECRET_KEY")

    lines = refusal().splitlines()

    assert [line.split(":")[0] for line in lines] == ["LOG_LEVEL", "SECRET_KEY", "SMTP_PORT"]


def test_a_variable_that_is_set_to_nothing_counts_as_unset(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("DRAIN_FILE", "")
    environment.setenv("SMTP_HOST", "")
    environment.setenv("SMTP_PORT", "")

    loaded = load_settings()

    assert (loaded.drain_file, loaded.smtp_host, loaded.smtp_port) == (None, None, 587)


def test_a_refused_secret_is_not_shown_by_the_error_itself(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("SECRET_KEY", "hunter2")

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert "hunter2" not in str(refused.value)


def test_secrets_are_not_shown_when_the_settings_are_printed() -> None:
    shown = f"{settings!r} {settings}"

    assert settings.secret_key.get_secret_value() not in shown
    assert database_url() not in shown


def test_the_service_does_not_start_with_a_bad_setting() -> None:
    process = run_python("-c", "import app.main", SECRET_KEY="changeme")

    assert process.returncode != 0
    assert process.stdout == ""
    assert process.stderr == "SECRET_KEY: Value error, " + (
        "must be random and have at least 32 characters\n"
    )


def test_a_project_that_was_not_generated_to_its_end_does_not_start(tmp_path: Path) -> None:
    (tmp_path / ".bake-incomplete").touch()

    process = run_python("-c", "import app.config", cwd=tmp_path)

    assert process.returncode != 0
    assert process.stderr.startswith("This project was not generated to its end")
    assert process.stderr.count("\n") == 1
