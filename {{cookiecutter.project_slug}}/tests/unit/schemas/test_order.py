"""Orders in the API: which lists of products are an order."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.core.ids import new_id
from app.schemas.order import OrderCreate


def lines(*product_ids: UUID | str) -> dict[str, Any]:
    return {"lines": [{"product_id": product_id, "quantity": 1} for product_id in product_ids]}


def test_an_order_keeps_its_lines_in_the_order_they_were_sent() -> None:
    ids = [new_id() for _ in range(50)]

    order = OrderCreate.model_validate(lines(*reversed(ids)))

    assert [line.product_id for line in order.lines] == list(reversed(ids))


@pytest.mark.parametrize("count", [0, 51])
def test_an_order_has_one_to_fifty_lines(count: int) -> None:
    with pytest.raises(ValidationError):
        OrderCreate.model_validate(lines(*(new_id() for _ in range(count))))


def test_a_product_that_stands_in_two_lines_is_refused_however_its_id_is_written() -> None:
    product_id = str(new_id())

    with pytest.raises(ValidationError, match="one line only"):
        OrderCreate.model_validate(lines(product_id, product_id.upper()))
