"""The queues: bakes differ only in what carries jobs, and name no queue but their own."""

import re
from itertools import combinations

import pytest
from conftest import Baker

from baking import CHOICES, statements

# Where a bake may differ from one with another queue: these files,
OWN_FILES = re.compile(
    r"""app/core/(\w+_)?queue\.py
    | app/tasks/(worker|celery_\w+|broker_watch|job_loop|in_process)\.py
    | dev/(workers|bare_\w+|by_hand|bench_\w+)\.py
    | tests/e2e/(pickles|test_\w+_messages|test_redis_loss)\.py
    | tests/unit/tasks/test_job_loop\.py
    | pyproject\.toml | requirements(-dev)?\.txt | Makefile | docker-compose\.yml
    | \.env\.example | README\.md | docs/[\w-]+\.md""",
    re.VERBOSE,
)
# and here the statements that run jobs in the process of the API.
OWN_STATEMENTS = {"app/main.py": re.compile("in_process|def lifespan")}

WORDS = {
    "arq": re.compile(r"\barq\b|arq_|_arq", re.IGNORECASE),
    "celery": re.compile("celery|kombu", re.IGNORECASE),
}
QUEUES_OF_ANSWER = {"arq": {"arq"}, "celery": {"celery"}, "both": {"arq", "celery"}, "none": set()}

every_queue = pytest.mark.parametrize("task_queue", CHOICES["task_queue"])
every_two_queues = pytest.mark.parametrize(
    ("one", "other"), list(combinations(CHOICES["task_queue"], 2))
)


@every_two_queues
def test_bakes_differ_only_where_the_queue_does(bake: Baker, one: str, other: str) -> None:
    differing = bake(task_queue=one).differing_files(bake(task_queue=other))

    assert "app/core/queue.py" in differing
    elsewhere = [name for name in differing if not OWN_FILES.fullmatch(name)]
    assert [name for name in elsewhere if name not in OWN_STATEMENTS] == []


@every_two_queues
@pytest.mark.parametrize("name", OWN_STATEMENTS)
def test_composition_roots_differ_only_in_statements_about_the_queue(
    bake: Baker, one: str, other: str, name: str
) -> None:
    ours, theirs = (statements(bake(task_queue=queue).read(name)) for queue in (one, other))

    differing = set(ours) ^ set(theirs)

    assert bool(differing) == ("none" in (one, other))
    assert [each for each in differing if not OWN_STATEMENTS[name].search(each)] == []


@every_queue
def test_choice_of_a_queue_leaves_no_other_anywhere(bake: Baker, task_queue: str) -> None:
    made = bake(task_queue=task_queue)
    texts = {name: f"{name}\n{made.read(name)}" for name in made.files()}

    holding = {
        queue: [name for name, text in texts.items() if word.search(text)]
        for queue, word in WORDS.items()
    }

    for queue, names in holding.items():
        if queue in QUEUES_OF_ANSWER[task_queue]:
            assert {"pyproject.toml", "requirements.txt"} <= set(names)
        else:
            assert names == []
