"""The databases: bakes differ only where data is stored, and name no database but their own."""

import re

import pytest
from conftest import Baker

from baking import CHOICES, Bake, statements

# Where a bake may differ from one with another database: these files,
OWN_FILES = re.compile(
    r"""app/(models|crud)/\w+\.py
    | app/core/(database|documents|schema|turns|write_conflicts)\.py
    | alembic\.ini | alembic/.+ | migrations/.+
    | dev/(database|postgres_\w+|mongodb_\w+)\.py | dev/defects/(postgresql|mongodb)\.toml
    | tests/(database|environment|greenlets|mongodb)\.py
    | pyproject\.toml | requirements(-dev)?\.txt | Makefile | Dockerfile | docker-compose\.yml
    | \.dockerignore | \.env\.example | \.github/workflows/\w+\.yml
    | README\.md | docs/\w+\.md""",
    re.VERBOSE,
)
# these tests of what the other database has in another form or not at all,
OWN_TESTS = re.compile(
    r"""tests/integration/database/\w+\.py
    | tests/unit/test_(database_url|environment|mongodb_server)\.py
    | tests/unit/core/test_(database|documents|schema|turns|write_conflicts)\.py""",
    re.VERBOSE,
)
# and in these files the statements that hold such a word.
OWN_STATEMENTS = {
    "app/config.py": re.compile("database_url|mongodb_url|pymongo"),
    "app/main.py": re.compile("WriteConflictMiddleware"),
}

# The one table in which both may be named.
COMPARISON = "docs/databases.md"
WORDS = {
    "postgresql": re.compile("postgres|sqlalchemy|alembic|asyncpg|psycopg|greenlet", re.IGNORECASE),
    "mongodb": re.compile("mongo|beanie|secantus|bson", re.IGNORECASE),
}

every_database = pytest.mark.parametrize("database", CHOICES["database"])


@pytest.fixture
def bakes(bake: Baker) -> tuple[Bake, Bake]:
    """Give a bake of each database, with all other answers the same."""
    return bake(database="postgresql"), bake(database="mongodb")


def test_bakes_differ_only_where_the_database_does(
    bakes: tuple[Bake, Bake], capsys: pytest.CaptureFixture[str]
) -> None:
    differing = bakes[0].differing_files(bakes[1])

    with capsys.disabled():
        print("\nFiles in which PostgreSQL and MongoDB differ:", *differing, sep="\n  ")  # noqa: T201
    assert [name for name in differing if not may_differ(name)] == []


def may_differ(name: str) -> bool:
    """Tell whether a file is the database's own, or has statements that are looked at elsewhere."""
    own = OWN_FILES.fullmatch(name) or OWN_TESTS.fullmatch(name)
    return bool(own) or name in OWN_STATEMENTS


@pytest.mark.parametrize("name", OWN_STATEMENTS)
def test_composition_roots_differ_only_in_statements_about_the_database(
    bakes: tuple[Bake, Bake], name: str
) -> None:
    one, other = (statements(made.read(name)) for made in bakes)

    differing = set(one) ^ set(other)

    assert differing
    assert [each for each in differing if not OWN_STATEMENTS[name].search(each)] == []
    shared = [[each for each in found if each not in differing] for found in (one, other)]
    assert shared[0] == shared[1], "the order of statements differs"


@every_database
def test_bake_holds_no_word_of_another_database(bake: Baker, database: str) -> None:
    made = bake(database=database)
    texts = {name: f"{name}\n{made.read(name)}" for name in made.files() if name != COMPARISON}

    for other in set(CHOICES["database"]) - {database}:
        found = {name: WORDS[other].findall(text) for name, text in texts.items()}
        assert {name: words for name, words in found.items() if words} == {}


@every_database
def test_comparison_of_the_databases_is_one_table_and_the_same_in_every_bake(
    bake: Baker, database: str
) -> None:
    table, default = (rows(made.read(COMPARISON)) for made in (bake(database=database), bake()))

    assert len(table) > 10
    assert table[0] == "| guarantee | PostgreSQL | MongoDB |"
    assert all(row.count(" | ") == 2 for row in table)
    assert table == default


def rows(text: str) -> list[str]:
    """Return the rows of the tables in a document, without the lines below their heads."""
    return [line for line in text.splitlines() if re.match(r"\| \w", line)]
