"""What a process computes for a test; it imports little, so that it begins at once."""

import socket
import time


def stay_connected(port: int) -> None:
    """Take a minute, with a connection that ends when this process does."""
    with socket.create_connection(("127.0.0.1", port)):
        time.sleep(60)
