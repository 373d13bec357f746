"""A product's picture, from the upload to its three sizes."""

from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core.enums import ImageSize, JobStatus, Role
from app.crud.file import file_crud
from app.models.job import Job
from app.models.product import Product
from app.services.images import LONGER_SIDES
from app.services.job_service import job_service
from app.tasks.runner import run_job
from tests.factories import Caller, make_caller, make_product, unit_of_work
from tests.unit.services.pictures import FORMATS, decoded, drawing, encoded

pytestmark = pytest.mark.usefixtures("messages")


@pytest.fixture
async def manager(committing_client: AsyncClient) -> Caller:
    """A manager whose uploads others see."""
    return await make_caller(Role.MANAGER)


async def upload(client: AsyncClient, caller: Caller, product: Product, content: bytes) -> UUID:
    """Upload a picture, and return the id of its job."""
    response = await client.put(
        f"/products/{product.id}/image", headers=caller.headers, content=content
    )
    assert response.status_code == 202, response.text
    return UUID(response.json()["id"])


async def process(job_id: UUID) -> Job:
    """Let a worker run the job, and return it as it is then."""
    await run_job(job_id)
    async with unit_of_work() as db:
        return await job_service.find_job(db, job_id)


async def sizes_of(client: AsyncClient, product: Product) -> dict[str, tuple[int, int]]:
    """Return width and height of a product's picture in the sizes that are there."""
    found = {}
    for size in ImageSize:
        response = await client.get(f"/products/{product.id}/images/{size}")
        if response.status_code == 200:
            assert response.headers["Content-Type"] == "image/webp"
            image = decoded(response.content)
            assert image.format == "WEBP"
            found[str(size)] = image.size
    return found


async def is_kept(job_id: UUID) -> bool:
    """Tell whether the original of a picture is still there."""
    async with unit_of_work() as db:
        return await file_crud.find(db, job_id, "original") is not None


@pytest.mark.parametrize("file_format", FORMATS)
async def test_picture_is_shown_to_anyone_in_three_sizes_and_its_original_is_forgotten(
    committing_client: AsyncClient, manager: Caller, file_format: str
) -> None:
    product = await make_product()
    job_id = await upload(
        committing_client, manager, product, encoded(drawing(2_000, 1_000), file_format)
    )
    before = await sizes_of(committing_client, product)

    done = await process(job_id)

    assert before == {}
    assert (done.status, done.result) == (JobStatus.DONE, {"counts": {"sizes": 3}, "files": []})
    assert await sizes_of(committing_client, product) == {
        name: (side, side // 2) for name, side in LONGER_SIDES.items()
    }
    assert not await is_kept(job_id)


async def test_new_picture_takes_the_place_of_the_one_before(
    committing_client: AsyncClient, manager: Caller
) -> None:
    product = await make_product()
    for picture in (drawing(100, 50), drawing(50, 100)):
        await process(await upload(committing_client, manager, product, encoded(picture, "PNG")))

    assert await sizes_of(committing_client, product) == dict.fromkeys(LONGER_SIDES, (50, 100))


async def test_picture_of_a_product_that_was_deleted_meanwhile_is_stored_nowhere(
    committing_client: AsyncClient, manager: Caller
) -> None:
    product = await make_product()
    job_id = await upload(committing_client, manager, product, encoded(drawing(), "PNG"))
    await committing_client.delete(f"/products/{product.id}", headers=manager.headers)

    dead = await process(job_id)

    assert (dead.status, dead.attempt) == (JobStatus.FAILED, 1)
    assert (dead.error or "").startswith("ProductNotFoundError")
    async with unit_of_work() as db:
        for size in ImageSize:
            assert await file_crud.find(db, product.id, size) is None


async def test_with_a_product_goes_its_picture(
    committing_client: AsyncClient, manager: Caller
) -> None:
    product = await make_product()
    await process(await upload(committing_client, manager, product, encoded(drawing(), "PNG")))

    await committing_client.delete(f"/products/{product.id}", headers=manager.headers)

    assert await sizes_of(committing_client, product) == {}


@pytest.mark.parametrize(
    "content",
    [encoded(drawing(), "PNG")[:-40], encoded(drawing(), "JPEG")[:-40]],
    ids=["PNG", "JPEG"],
)
async def test_picture_whose_header_alone_is_whole_is_refused_by_the_job_and_the_old_one_stays(
    committing_client: AsyncClient, manager: Caller, content: bytes
) -> None:
    product = await make_product()
    good = encoded(drawing(100, 50), "PNG")
    await process(await upload(committing_client, manager, product, good))

    dead = await process(await upload(committing_client, manager, product, content))

    assert (dead.status, dead.attempt) == (JobStatus.FAILED, 1)
    assert (dead.error or "").startswith("ImageRefusedError")
    assert await sizes_of(committing_client, product) == dict.fromkeys(LONGER_SIDES, (100, 50))


async def test_owner_of_the_job_cannot_download_the_original_by_the_job(
    committing_client: AsyncClient, manager: Caller
) -> None:
    job_id = await upload(
        committing_client, manager, await make_product(), encoded(drawing(), "PNG")
    )

    response = await committing_client.get(
        f"/jobs/{job_id}/files/original", headers=manager.headers
    )

    assert response.status_code == 422
