"""Passwords: how they are hashed, and which hashes of the past still fit."""

import asyncio
import time

import pytest
from argon2 import Type, extract_parameters

from app.config import settings
from app.core import security

# Made with passlib 1.7.4 and bcrypt 3.2.2, by `CryptContext(schemes=["bcrypt"]).hash(password)`.
LONG_SENTENCE = " ".join(["a long sentence"] * 6)
PASSLIB_HASHES = {
    "correct horse battery": "$2b$06$PbgNvIBHwTLIDLvBWfHwdesRWK8wusWQ1lJ2pt8MN30MNXf2nXuhm",
    "пароль с чайником": "$2b$06$0JiSWnJVcxHE3yD7FwOq/.LlHnXrPpSL1TNfDhgW1mMUhucTm6IO2",
    LONG_SENTENCE: "$2b$06$jRpsW2CmxkqzR0Thd8bJ5O8TfsI9Y1uFZ1mIRaeyY5UPhERFTaxCG",
    "a" * 60 + "ж" * 10: "$2b$06$d4hqQF2NbbkJuEorzKU1cewIKivZfCqfR9bFLp1eIqmgKeTudE/dm",
}


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Hash with the real parameters in this file."""


async def test_a_new_hash_is_argon2id_with_the_parameters_that_owasp_names() -> None:
    hashed = await security.get_password_hash("correct horse battery")

    parameters = extract_parameters(hashed)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)


async def test_the_hash_for_unknown_users_costs_what_a_real_one_costs() -> None:
    hashed = await security.get_password_hash("correct horse battery")

    assert extract_parameters(security.DUMMY_HASH) == extract_parameters(hashed)
    assert not await security.verify_password("correct horse battery", security.DUMMY_HASH)


async def test_only_the_password_itself_fits_its_hash() -> None:
    hashed = await security.get_password_hash("пароль с чайником")

    assert await security.verify_password("пароль с чайником", hashed)
    assert not await security.verify_password("Пароль с чайником", hashed)
    assert not await security.verify_password("", hashed)


async def test_a_hash_of_today_is_not_upgraded() -> None:
    hashed = await security.get_password_hash("correct horse battery")

    assert await security.verify_and_upgrade("correct horse battery", hashed) == (True, None)


@pytest.mark.parametrize(("password", "hashed"), PASSLIB_HASHES.items(), ids=range(4))
async def test_a_hash_made_by_passlib_fits_and_is_upgraded_to_argon2id(
    password: str, hashed: str
) -> None:
    valid, upgraded = await security.verify_and_upgrade(password, hashed)

    assert valid
    assert upgraded is not None
    assert upgraded.startswith("$argon2id$")
    assert await security.verify_password(password, upgraded)


@pytest.mark.parametrize(("password", "hashed"), PASSLIB_HASHES.items(), ids=range(4))
async def test_a_wrong_password_for_a_hash_made_by_passlib_fails_and_upgrades_nothing(
    password: str, hashed: str
) -> None:
    assert await security.verify_and_upgrade("X" + password[1:], hashed) == (False, None)


async def test_the_event_loop_goes_on_while_passwords_are_hashed() -> None:
    hashing = asyncio.gather(*(security.get_password_hash("password") for _ in range(4)))
    turns = 0

    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1

    # A loop that is blocked turns about once a password.
    assert turns > 100


async def test_not_more_passwords_are_hashed_at_once_than_the_settings_allow() -> None:
    running, most = 0, 0

    def count_myself() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1

    await asyncio.gather(*(security.in_hashing_pool(count_myself) for _ in range(12)))

    assert most == settings.password_hash_threads
