"""The list of defects that `make teeth` plants."""

import pytest

from dev.teeth import PROJECT, Defect, read_defects

DEFECTS = read_defects()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: str(defect.name))
def test_defect_can_be_planted_and_names_tests_that_exist(defect: Defect) -> None:
    assert defect.is_applicable(PROJECT)
    assert defect.instead != defect.text
    assert defect.tests
    assert all((PROJECT / test.partition("::")[0]).is_file() for test in defect.tests)


def test_there_are_at_least_twenty_defects_with_names_of_their_own() -> None:
    names = {defect.name for defect in DEFECTS}

    assert len(names) == len(DEFECTS) >= 20
