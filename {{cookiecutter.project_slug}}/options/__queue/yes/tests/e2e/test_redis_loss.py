"""Redis is emptied and restarted under background jobs: it is only their messenger."""

from tests.e2e.scenarios import play


async def test_every_effect_happens_once_though_redis_forgets_all(committed: None) -> None:
    status, table = await play("lose_redis")

    assert status == 0, table
