"""An S3-compatible bucket as the shared store of the log. Adapter: imports pyarrow's S3 client."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pyarrow import fs

from core.errors import LogStoreUnavailable, NotFound, StoreError

CONNECT_S, ANSWER_S, ATTEMPTS = 3.0, 15.0, 3
_KIND = re.compile(r"AWS Error ([A-Z_0-9]+)")
_LASTING = {
    "ACCESS_DENIED": "access is denied",
    "INVALID_ACCESS_KEY_ID": "the access key is not known",
    "SIGNATURE_DOES_NOT_MATCH": "the secret key is wrong",
    "INVALID_SIGNATURE": "the secret key is wrong",
    "UNRECOGNIZED_CLIENT": "the access key is not known",
    "NO_SUCH_BUCKET": "there is no such bucket",
}
"""Errors that stay until a person does something."""


class S3LogStore:
    """A put appears whole or not at all: that is how S3 works. The client takes the keys and the
    region from the AWS_* variables, a profile or the machine's role."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._root = f"{bucket}/{prefix}".rstrip("/")
        self._client = fs.S3FileSystem(
            endpoint_override=endpoint,
            connect_timeout=CONNECT_S,
            request_timeout=ANSWER_S,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
            allow_delayed_open=True,  # one request for a small object in place of three
        )

    def put(self, path: str, content: bytes) -> None:
        with self._translated():
            # Not in a `with`: after a failed write, its end would complete a cut object.
            stream = self._client.open_output_stream(f"{self._root}/{path}")
            stream.write(content)
            stream.close()

    def get(self, path: str) -> bytes:
        with self._translated():
            try:
                with self._client.open_input_file(f"{self._root}/{path}") as file:
                    return bytes(file.read())
            except FileNotFoundError:
                raise NotFound(f"{path} is not in {self.name}") from None

    def paths(self, folder: str) -> frozenset[str]:
        start = len(self._root) + 1
        with self._translated():
            try:
                found = self._client.get_file_info(
                    fs.FileSelector(f"{self._root}/{folder}", recursive=True)
                )
            except FileNotFoundError:  # nothing was put there yet
                return frozenset()
        return frozenset(one.path[start:] for one in found if one.type == fs.FileType.File)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _translation(self.name, str(error)) from error


def _translation(name: str, message: str) -> StoreError:
    kind = found[1] if (found := _KIND.search(message)) else ""
    if kind in _LASTING:
        return StoreError(f"the shared store of the log, {name}: {_LASTING[kind]}")
    if kind == "NETWORK_CONNECTION":
        return LogStoreUnavailable(f"the shared store of the log, {name}, does not answer")
    # The text goes on with the id of the request and internals of the client.
    lines = message.split(": ", 2)[-1].strip().splitlines()  # none from a server without a text
    why = lines[0].split(" (Request ID")[0] if lines else kind
    return LogStoreUnavailable(f"the shared store of the log, {name}: {why}")
