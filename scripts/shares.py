"""Say in block tags which answers bring which pins, and read the pins of one side back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ranges import EVERY_BAKE, Answer, by_question
from resolution import bare
from sides import Side

BLOCK = re.compile(r"\{% if (.+) %\}\n((?:.+\n)*?)\{% endif %\}\n")


class Pin(NamedTuple):
    """A package with the extras of one share, and its lines."""

    head: str
    lines: str


Share = dict[Pin, list[Answer]]  # which answers bring each pin


def share(pins: Mapping[str, str], reach: Mapping[Answer, frozenset[str]]) -> Share:
    """Turn the packages that each answer reaches into the answers that bring each pin."""
    everywhere = in_every_bake(reach)
    return {
        pin(head, pins): [EVERY_BAKE]
        if head in everywhere
        else [answer for answer, heads in reach.items() if head in heads]
        for head in frozenset().union(*reach.values())
    }


def in_every_bake(reach: Mapping[Answer, frozenset[str]]) -> frozenset[str]:
    """Return what no choice can avoid: what all answers to some question reach."""
    groups = by_question(reach).values()
    unavoidable = (frozenset.intersection(*(reach[one] for one in group)) for group in groups)
    return frozenset[str]().union(*unavoidable)


def pin(head: str, pins: Mapping[str, str]) -> Pin:
    """Return the pin of a package with the extras of one share, not with those of all."""
    return Pin(head, pins[bare(head)].replace(f"{bare(head)}==", f"{head}=="))


def joined(parts: Sequence[tuple[Side, Share]]) -> dict[Pin, str]:
    """Join the shares of all sides, and give each pin its condition."""
    pins = frozenset[Pin]().union(*(shared for _, shared in parts))
    return {one: condition([(side, shared.get(one, [])) for side, shared in parts]) for one in pins}


def condition(parts: Sequence[tuple[Side, Iterable[Answer]]]) -> str:
    """Say which answers bring a pin, and on which side where it is not the same on all."""
    alternatives: list[str] = []
    for answer in dict.fromkeys(answer for _, answers in parts for answer in answers):
        holding = [side for side, answers in parts if answer in answers]
        if len(holding) < len(parts):
            alternatives += [chosen_on(side, answer) for side in holding]
        elif answer == EVERY_BAKE:
            return ""
        else:
            alternatives.append(chosen(answer))
    return " or ".join(alternatives)


def chosen(answer: Answer) -> str:
    """Return the condition that an answer was chosen."""
    return f'cookiecutter.{answer[0]} == "{answer[1]}"'


def chosen_on(side: Side, answer: Answer) -> str:
    """Return the condition that an answer was chosen in a bake of this side."""
    if answer == EVERY_BAKE:
        return side.condition
    is_own = answer[0] == side.question
    return chosen(answer) if is_own else f"{chosen(answer)} and {side.condition}"


def beyond(dev: Mapping[Pin, str], run: Mapping[Pin, str]) -> dict[Pin, str]:
    """Leave to development what no answer of the bake pins for the service."""
    return {one: without(wanted, run.get(one, "")) for one, wanted in dev.items()}


def without(wanted: str, pinned: str) -> str:
    """Return the condition that one holds and the other, if there is one, does not."""
    if not pinned:
        return wanted
    return f"({wanted}) and not ({pinned})" if wanted else f"not ({pinned})"


def share_out(conditions: Mapping[Pin, str]) -> str:
    """Write pins by name, with block tags around neighbours that share a condition."""
    text = ""
    by_name = sorted(conditions, key=lambda one: (bare(one.head), one))
    for tested, pins in groupby(by_name, key=conditions.__getitem__):
        block = "".join(one.lines for one in pins)
        text += f"{{% if {tested} %}}\n{block}{{% endif %}}\n" if tested else block
    return text


def held_by(side: Side, text: str) -> str:
    """Take out of a file those blocks that no bake of a side passes."""
    return BLOCK.sub(lambda block: block[2] if may_pass(side, block[1]) else "", text)


def may_pass(side: Side, tested: str) -> bool:
    """Tell whether one of the alternatives leaves the side open, or names an answer of it.

    What is pinned elsewhere (`not`) is held as well.
    """
    named = re.compile(rf"\.{side.question} (?:==|in) (.+)")
    found = [named.search(each) for each in tested.partition("not (")[0].split(" or ")]
    return any(
        one is None or set(side.answers) & set(re.findall(r'"(.+?)"', one[1])) for one in found
    )
