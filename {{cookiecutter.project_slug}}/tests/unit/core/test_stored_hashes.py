"""Hashes that are stored from the past: those of passlib, and those that nobody can read."""

import pytest
from argon2 import extract_parameters

from app.core.passwords import get_password_hash, verify_and_upgrade, verify_password
from tests.unit.core.passlib_hashes import (
    ARGON2_HASHES,
    BCRYPT_HASHES,
    CYRILLIC,
    LONG_SENTENCE,
    PHRASE,
)

ARGON2_HASH = ARGON2_HASHES[0]
BCRYPT_HASH = BCRYPT_HASHES[3][1]
HASHES = BCRYPT_HASHES + [(CYRILLIC, hashed) for hashed in ARGON2_HASHES]


@pytest.mark.parametrize(("password", "hashed"), HASHES)
async def test_a_hash_made_by_passlib_fits_and_is_upgraded(password: str, hashed: str) -> None:
    valid, upgraded = await verify_and_upgrade(password, hashed)

    assert valid
    assert extract_parameters(str(upgraded)) == extract_parameters(
        await get_password_hash(password)
    )
    assert await verify_and_upgrade(password, str(upgraded)) == (True, None)


@pytest.mark.parametrize(("password", "hashed"), HASHES[1:])
async def test_a_wrong_password_for_a_hash_made_by_passlib_fails_and_upgrades_nothing(
    password: str, hashed: str
) -> None:
    assert await verify_and_upgrade("X" + password[1:], hashed) == (False, None)


async def test_after_the_upgrade_of_a_bcrypt_hash_what_comes_after_72_bytes_counts_too() -> None:
    hashed = dict(BCRYPT_HASHES)[LONG_SENTENCE]
    same_start = LONG_SENTENCE[:72] + "!"

    _, upgraded = await verify_and_upgrade(LONG_SENTENCE, hashed)

    assert await verify_password(same_start, hashed)
    assert not await verify_password(same_start, str(upgraded))


@pytest.mark.parametrize(
    "hashed",
    [
        "",
        "!",
        "plain text",
        PHRASE,
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$2b$04$",
        "$2b$04$short",
        "$2b$99$" + BCRYPT_HASH[7:],
        "$2b$00$" + BCRYPT_HASH[7:],
        "$2b$04$" + "A" * 53,
        "$2b$04$" + "/" * 53,
        "$2z$04$" + BCRYPT_HASH[7:],
        "$2$04$QkXDAAsA01CvFM6H9FU1fuazVtKD8I7dHhcDc2W5tQNC9Kt8OkmS.",
        BCRYPT_HASH + "\n",
        BCRYPT_HASH + "A",
        BCRYPT_HASH[:-1],
        BCRYPT_HASH[:-1] + "ж",
        BCRYPT_HASH * 10_000,
        "$argon2id$",
        "$argon2id$v=19$m=8,t=1,p=1",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
        "$argon2id$v=19$m=8,t=1,p=1$сольсоль$" + "A" * 43,
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$" + "ж" * 43,
        "$argon2id$v=19$m=0,t=0,p=0$c2FsdHNhbHQ$" + "A" * 43,
        "$argon2id$v=19$m=99999999999999999999,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43,
        "$argon2id$v=77$m=8,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43,
        ARGON2_HASH + "\n",
        ARGON2_HASH[:-1],
        ARGON2_HASH + "A" * 100_000,
        "$argon2id$" + "v=19$" * 20_000,
        "$" * 100_000,
        "\x00",
        "\udfff",
        "$2\udfff",
    ],
    ids=range(34),
)
async def test_a_stored_hash_that_cannot_be_read_fits_no_password(hashed: str) -> None:
    assert await verify_and_upgrade(PHRASE, hashed) == (False, None)
    assert await verify_and_upgrade(CYRILLIC, hashed) == (False, None)


@pytest.mark.parametrize("password", ["\udfff" * 12, "\x00" * 12])
@pytest.mark.parametrize("hashed", [ARGON2_HASH, BCRYPT_HASH])
async def test_a_password_that_no_schema_lets_pass_fits_nothing(password: str, hashed: str) -> None:
    assert await verify_and_upgrade(password, hashed) == (False, None)
