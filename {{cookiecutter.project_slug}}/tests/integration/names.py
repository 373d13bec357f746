"""A resolver of the tests' own, in the place of the machine's: it says what names stand for."""

import socket
from collections.abc import Sequence
from typing import Any

import pytest

DOMAIN = ".example.com"
of_system = socket.getaddrinfo


class Names:
    """Answers by name, each a list of addresses: in their order, then the last one again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.questions: list[str] = []

    def say(self, name: str, *answers: Sequence[str]) -> None:
        """Let a name stand for these addresses from now on, at each question for the next ones."""
        self.answers[name] = [list(addresses) for addresses in answers]

    def getaddrinfo(self, host: Any, port: Any, *options: Any, **others: Any) -> list[Any]:
        """Answer as the system's function of this name does, which reads addresses itself."""
        name = host.decode() if isinstance(host, bytes) else str(host)
        if not name.endswith(DOMAIN):
            return of_system(host, port, *options, **others)
        self.questions.append(name)
        if name not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        answers = self.answers[name]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [place(address, int(port or 0)) for address in addresses]


def place(address: str, port: int) -> tuple[Any, ...]:
    """Write an address as the system's function does."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


def taking_over(patch: pytest.MonkeyPatch) -> Names:
    """Answer whoever asks in this process, also below our own code."""
    names = Names()
    patch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    return names
