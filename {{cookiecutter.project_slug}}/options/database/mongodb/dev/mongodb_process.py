"""The embedded server itself: a process in the background, which ends when it is told to."""

import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread

from secantus.commands import CommandContext, dispatch  # type: ignore[import-untyped]
from secantus.server import SecantusDBServer  # type: ignore[import-untyped]

from dev.mongodb_server import HOST, PASSWORD, RUNNING, USER

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
USER_EXISTS = 51003
# An idle connection is kept, as by MongoDB itself.
IDLE_SECONDS = 7 * 86_400
# A transaction whose client was killed keeps others from what it wrote for so long. MongoDB ends
# every transaction after 60 seconds.
ORPHAN_SECONDS = 20
LOOK_SECONDS = 1
CLOSE_SECONDS = 10


def main() -> int:
    """Start the server in the background; return when it is ready, or has failed."""
    folder, durable = Path(sys.argv[1]), sys.argv[2] == "1"
    word, say = os.pipe()
    if os.fork():
        os.close(say)
        # Nothing comes from a server that has died.
        return 0 if os.read(word, 1) else 1
    os.close(word)
    # From here on these signals wait until they are asked for, in every thread.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    server = start(folder, durable=durable)
    os.write(say, b"!")
    signal.sigwait(STOP_SIGNALS)
    # If the storage hangs, this ends the process: the next start mends the data from its journal.
    signal.alarm(CLOSE_SECONDS)
    # `server.stop` would wait two seconds for one more client; the data is all that matters.
    server.storage.close()
    return 0


def start(folder: Path, *, durable: bool) -> SecantusDBServer:
    """Start the server, as a replica set of one, which transactions need; write down its port."""
    server = SecantusDBServer(
        host=HOST,
        port=0,
        storage_path=str(folder / "data"),
        replica_set_name="rs0",
        require_auth=True,
        enable_test_commands=False,
        client_idle_timeout_s=IDLE_SECONDS,
        durable=durable,
        sync_on_commit=durable,
        transaction_lifetime_seconds=ORPHAN_SECONDS,
    )
    create_user(server, (folder / PASSWORD).read_text(encoding="ascii"))
    server.start()
    Thread(target=end_orphans, args=[server], daemon=True).start()
    draft = folder / f"{RUNNING}.new"
    draft.write_text(f"{os.getpid()} {server.port}", encoding="ascii")
    draft.replace(folder / RUNNING)
    return server


def end_orphans(server: SecantusDBServer) -> None:
    """End abandoned transactions; the server itself does so only when somebody uses another one."""
    while True:
        time.sleep(LOOK_SECONDS)
        server.transactions.prune_expired()


def create_user(server: SecantusDBServer, password: str) -> None:
    """Create the only user unless it exists, before anybody can connect."""
    inside = CommandContext(connection_id=0, storage=server.storage, cursors=server.cursors)
    command = {"createUser": USER, "pwd": password, "roles": ["root"], "$db": "admin"}
    answer = dispatch(command, inside)
    if not answer["ok"] and answer["code"] != USER_EXISTS:
        raise RuntimeError(answer["errmsg"])


if __name__ == "__main__":
    sys.exit(main())
