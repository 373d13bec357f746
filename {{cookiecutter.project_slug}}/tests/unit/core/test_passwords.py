"""Passwords: how they are hashed, at the real cost."""

import asyncio
import time
import unicodedata

import pytest
from argon2 import Type, extract_parameters
from pwdlib.hashers.argon2 import Argon2Hasher

from app.config import settings
from app.core import passwords
from app.core.passwords import get_password_hash, verify_and_upgrade, verify_password
from tests.unit.core.passlib_hashes import CYRILLIC, DECOMPOSED, PHRASE


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Hash with the real parameters in this file."""


async def test_a_new_hash_is_argon2id_with_the_parameters_that_owasp_names() -> None:
    hashed = await get_password_hash(PHRASE)

    parameters = extract_parameters(hashed)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)


async def test_the_hash_for_unknown_users_costs_what_a_real_one_costs() -> None:
    hashed = await get_password_hash(PHRASE)

    assert extract_parameters(passwords.DUMMY_HASH) == extract_parameters(hashed)
    assert not await verify_password(PHRASE, passwords.DUMMY_HASH)


async def test_only_the_password_itself_fits_its_hash() -> None:
    hashed = await get_password_hash(CYRILLIC)

    assert await verify_password(CYRILLIC, hashed)
    assert not await verify_password(CYRILLIC.title(), hashed)
    assert not await verify_password("", hashed)


async def test_every_character_of_a_long_password_counts() -> None:
    hashed = await get_password_hash("x" * 127 + "y")

    assert await verify_password("x" * 127 + "y", hashed)
    assert not await verify_password("x" * 127 + "z", hashed)


async def test_a_password_fits_whether_a_system_sends_its_accents_by_themselves_or_not() -> None:
    composed = unicodedata.normalize("NFC", DECOMPOSED)
    hashes = [await get_password_hash(password) for password in (composed, DECOMPOSED)]

    fits = [
        await verify_password(password, hashed)
        for password in (composed, DECOMPOSED)
        for hashed in hashes
    ]

    assert composed != DECOMPOSED
    assert fits == [True] * 4


async def test_a_hash_of_today_is_not_upgraded() -> None:
    hashed = await get_password_hash(PHRASE)

    assert await verify_and_upgrade(PHRASE, hashed) == (True, None)


@pytest.mark.parametrize(
    "weaker",
    [
        Argon2Hasher(memory_cost=9_728, time_cost=2, parallelism=1),
        Argon2Hasher(memory_cost=19_456, time_cost=1, parallelism=1),
        Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1, type=Type.I),
    ],
    ids=["less memory", "fewer passes", "another variant"],
)
async def test_an_argon2_hash_with_weaker_parameters_is_upgraded(weaker: Argon2Hasher) -> None:
    hashed = weaker.hash(PHRASE)

    valid, upgraded = await verify_and_upgrade(PHRASE, hashed)

    assert valid
    assert extract_parameters(str(upgraded)) == extract_parameters(passwords.DUMMY_HASH)
    assert await verify_and_upgrade(PHRASE, str(upgraded)) == (True, None)


async def test_the_event_loop_goes_on_while_passwords_are_hashed() -> None:
    hashing = asyncio.gather(*(get_password_hash("password") for _ in range(4)))
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

    await asyncio.gather(*(passwords.in_hashing_pool(count_myself) for _ in range(12)))

    assert most == settings.password_hash_threads
