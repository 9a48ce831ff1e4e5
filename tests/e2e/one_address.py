"""Several servers behind one address, as behind a load balancer."""

import select
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress

CHUNK_BYTES = 65_536


class OneAddress:
    """Forwards each connection to the first of the servers that takes it. A connection stays with
    its server, and ends with it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Wakes the thread that waits in `accept`, which closing alone does not.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            for port in self._ports:
                with suppress(ConnectionRefusedError):
                    with socket.create_connection(("127.0.0.1", port)) as server:
                        _exchange(client, server)
                    return


def _exchange(one: socket.socket, other: socket.socket) -> None:
    """Until either side ends."""
    while True:
        for source in select.select([one, other], [], [])[0]:
            data = source.recv(CHUNK_BYTES)
            if not data:
                return
            (other if source is one else one).sendall(data)
