"""The size in memory of a Parquet file's pages, read from the header before each page.

A reader has to unpack a page as a whole, and 75 KB can hold a page of 1.5 GB; the file's footer has
only sums over many pages. pyarrow doesn't expose page headers, so this module reads them: Thrift's
compact protocol, https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from os import SEEK_CUR
from typing import Any, BinaryIO

_STRUCT, _LIST, _SET, _MAP, _BINARY, _DOUBLE, _BYTE = 12, 9, 10, 11, 8, 7, 3
_TRUE_OR_FALSE = (1, 2)
_UNPACKED_BYTES, _PACKED_BYTES = 2, 3
_HEADERS_WITH_COUNT = (5, 7, 8)  # data page, dictionary page, data page version 2
_MOST_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a column: its size in memory and the number of its values."""

    unpacked_bytes: int
    values: int


def column_pages(file: BinaryIO, column: Any) -> Iterator[Page]:
    """The pages of a column chunk, `column` being its pyarrow metadata. Raises ValueError for
    invalid headers."""
    offsets = [column.data_page_offset]
    if column.has_dictionary_page and column.dictionary_page_offset is not None:
        offsets.append(column.dictionary_page_offset)
    # A column without rows has no data page, and 0 where its offset would be.
    at = min(filter(None, offsets), default=0)
    end = at + column.total_compressed_size
    while at < end:
        file.seek(at)
        fields = _Header(file).struct()
        unpacked, packed = fields.get(_UNPACKED_BYTES, -1), fields.get(_PACKED_BYTES, -1)
        if unpacked < 0 or packed < 0:
            raise ValueError("a page without a size")
        counts = [fields[each].get(1, 1) for each in _HEADERS_WITH_COUNT if each in fields]
        yield Page(unpacked, max([1, *counts]))
        at = file.tell() + packed


class _Header:
    """Reads one struct, keeping the fields that are integers or structs of integers."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > _MOST_DEPTH:
            raise ValueError("nested too deep")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _TRUE_OR_FALSE:
            return kind
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind == _BINARY:
            return self._skip(self._unsigned())
        if kind in (_DOUBLE, _BYTE):
            return self._skip(8 if kind == _DOUBLE else 1)
        if kind in (_LIST, _SET, _MAP):
            raise ValueError("page headers have no lists")
        return self._signed()

    def _byte(self) -> int:
        read = self._file.read(1)
        if not read:
            raise ValueError("the file ends inside a header")
        return read[0]

    def _skip(self, count: int) -> None:
        self._file.seek(count, SEEK_CUR)

    def _unsigned(self) -> int:
        number, shift = 0, 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)
