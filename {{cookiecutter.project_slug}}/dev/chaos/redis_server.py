"""A Valkey that is restarted and emptied at will, always at the same port."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from dev.valkey import HOST, server_program


@dataclass
class RedisServer:
    """A server that keeps nothing when it ends."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = {"bind": HOST, "port": self.port, "save": "", "dir": self.folder}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(
            [server_program(), *words], stdout=subprocess.DEVNULL, start_new_session=True
        )
        while not self.answers():
            time.sleep(0.02)

    def answers(self) -> bool:
        """Tell whether it is there."""
        try:
            with Redis(host=HOST, port=self.port) as redis:
                return bool(redis.ping())
        except RedisError:
            return False

    def flush(self) -> None:
        """Forget everything."""
        with Redis(host=HOST, port=self.port) as redis:
            redis.flushall()

    def stop(self) -> None:
        """Kill it: it says goodbye to nobody."""
        if self.process:
            self.process.kill()
            self.process.wait()
