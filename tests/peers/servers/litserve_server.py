"""LitServe with its dynamic batching."""

from typing import Any

import litserve

from tests.peers.servers.classifier import HOST, folder_and_port, make_pipeline

BATCH_SIZE = 16
BATCH_WAIT_S = 0.005


class Classifier(litserve.LitAPI):  # type: ignore[misc]  # it comes without types
    """One worker, and torch over all processors."""

    def __init__(self, folder: str) -> None:
        super().__init__(max_batch_size=BATCH_SIZE, batch_timeout=BATCH_WAIT_S)
        self._folder = folder

    def setup(self, device: str) -> None:
        """Called in the worker."""
        del device
        self._classify = make_pipeline(self._folder)

    def decode_request(self, request: dict[str, str]) -> str:
        """The text of one request."""
        return request["text"]

    def batch(self, inputs: list[str]) -> list[str]:
        """Texts stay a list: there is no tensor yet."""
        return inputs

    def predict(self, x: list[str]) -> Any:
        """One batch."""
        return self._classify(x, batch_size=len(x))

    def unbatch(self, output: Any) -> Any:
        """One result a request."""
        return output

    def encode_response(self, output: list[dict[str, Any]]) -> dict[str, Any]:
        """The answer to one request."""
        return {"scores": {pair["label"]: pair["score"] for pair in output}}


def main() -> None:
    """Serve until stopped."""
    folder, port = folder_and_port()
    server = litserve.LitServer(Classifier(folder), accelerator="cpu")
    server.run(host=HOST, port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
