"""Part the answers that cannot be resolved together, since they ask for different ranges."""

import json
import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

from ranges import EVERY_BAKE, Answer, Needs, by_question


class Side(NamedTuple):
    """Some answers to one question, and all answers to the others: what is resolved together."""

    question: str
    needs: dict[Answer, Needs]

    @property
    def answers(self) -> list[str]:
        """Return the answers that no other side has."""
        return [answer for question, answer in self.needs if question == self.question]

    @property
    def condition(self) -> str:
        """Return the condition that bakes of this side fulfil, and no others."""
        if len(self.answers) == 1:
            return f'cookiecutter.{self.question} == "{self.answers[0]}"'
        return f"cookiecutter.{self.question} in {json.dumps(self.answers)}"


def sides_of(needs: dict[Answer, Needs]) -> list[Side]:
    """Give a side to each group of answers that the ranges keep apart; most often there is one."""
    groups = {question: agreeing(all_, needs) for question, all_ in by_question(needs).items()}
    parting = [question for question, parts in groups.items() if len(parts) > 1]
    if len(parting) > 1:
        sys.exit(f"pyproject.toml: {' and '.join(parting)} both part the ranges; only one may")
    question = parting[0] if parting else EVERY_BAKE[0]
    common = {answer: needed for answer, needed in needs.items() if answer[0] != question}
    return [
        Side(question, common | {answer: needs[answer] for answer in group})
        for group in groups[question]
    ]


def agreeing(answers: Iterable[Answer], needs: dict[Answer, Needs]) -> list[list[Answer]]:
    """Put each answer into the first group in which no other wants a package otherwise."""
    groups: list[list[Answer]] = []
    for answer in answers:
        fitting = (
            group for group in groups if not any(clash(needs[answer], needs[one]) for one in group)
        )
        if group := next(fitting, None):
            group.append(answer)
        else:
            groups.append([answer])
    return groups


def clash(one: Needs, other: Needs) -> bool:
    """Tell whether two answers ask for different ranges of the same package."""
    return bool(packages(one.dev - other.dev) & packages(other.dev - one.dev))


def packages(ranges: Iterable[str]) -> set[str]:
    """Return the names in front of ranges."""
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in ranges}
