"""The setting WEBHOOK_SECRETS: what is read, and what is refused without a word of it."""

import base64
import json

import pytest
from pydantic import TypeAdapter, ValidationError

from app.webhook_keys import WebhookScheme, WebhookSources
from tests.process import run_python

# Of the tests of the reference libraries; nobody's secret.
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(bytes(range(40))).decode()
STRIPE = "whsec_4b9T0pGqWz1xKcR7dYv2LhNs5MfJ3uEa"
SETTING = TypeAdapter[WebhookSources](WebhookSources)


def sources(**given: object) -> str:
    """Write the setting."""
    return json.dumps(given)


def test_sources_are_read_with_their_schemes_and_secrets() -> None:
    read = SETTING.validate_python(
        sources(
            payments={"secrets": [STANDARD, OTHER]},
            stripe={"scheme": "stripe", "secrets": [STRIPE]},
        )
    )

    assert read["payments"].scheme == WebhookScheme.STANDARD
    assert read["payments"].keys() == [base64.b64decode(STANDARD[6:]), bytes(range(40))]
    assert read["stripe"].keys() == [STRIPE.encode()]


def test_secrets_are_not_shown() -> None:
    read = SETTING.validate_python(sources(payments={"secrets": [STANDARD]}))

    assert STANDARD not in f"{read!r} {read['payments']}"


BAD = {
    "no JSON": f"payments={STANDARD}",
    "a list": json.dumps([STANDARD]),
    "a secret alone": sources(payments=STANDARD),
    "no secrets": sources(payments={}),
    "no secret": sources(payments={"secrets": []}),
    "six secrets": sources(payments={"secrets": [STANDARD] * 6}),
    "unknown scheme": sources(payments={"scheme": "github", "secrets": [STANDARD]}),
    "unknown field": sources(payments={"secrets": [STANDARD], "secret": STANDARD}),
    "name in capitals": sources(Payments={"secrets": [STANDARD]}),
    "name with a slash": sources(**{"pay/ments": {"secrets": [STANDARD]}}),
    "the secret as a name": sources(**{STANDARD: {"secrets": [STANDARD]}}),
    "long name": sources(**{"a" * 51: {"secrets": [STANDARD]}}),
    "without its prefix": sources(payments={"secrets": [STANDARD[6:]]}),
    "no base64": sources(payments={"secrets": [STANDARD + "!"]}),
    "short": sources(payments={"secrets": [STANDARD[:-4]]}),
    "of one letter": sources(payments={"secrets": ["whsec_" + "A" * 32]}),
    "a placeholder": sources(payments={"secrets": ["whsec_" + "change0me0Change0me0Change0me012"]}),
    "short for stripe": sources(stripe={"scheme": "stripe", "secrets": [STRIPE[:-8]]}),
    "odd for stripe": sources(stripe={"scheme": "stripe", "secrets": [STRIPE + " "]}),
    "one secret twice": sources(payments={"secrets": [STANDARD, STANDARD]}),
    "one secret for two": sources(
        payments={"secrets": [STANDARD]}, shipping={"secrets": [OTHER, STANDARD]}
    ),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_malformed_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        SETTING.validate_python(text)

    faults = refusal.value.errors(include_input=False, include_url=False)
    said = " ".join(f"{fault['loc']} {fault['msg']}" for fault in faults)
    assert "must " in said
    assert not any(secret[6:20] in said for secret in (STANDARD, OTHER, STRIPE))


@pytest.mark.parametrize("text", [BAD["no JSON"], BAD["short"]])
def test_service_does_not_start_with_it_and_names_the_variable(text: str) -> None:
    done = run_python("-c", "import app.config", WEBHOOK_SECRETS=text)

    assert done.returncode == 1
    assert done.stderr.startswith("WEBHOOK_SECRETS: Value error, must look like")
    assert len(done.stderr.splitlines()) == 1
    assert STANDARD[6:20] not in done.stderr + done.stdout
