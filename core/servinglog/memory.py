"""A serving log in memory, for tests and for runs that keep nothing."""

from core.servinglog.record import RefusalRecord, ServingRecord


class MemoryLog:
    """Keeps every record in `records`, in the order written, and refusals in `refusals`."""

    def __init__(self) -> None:
        self.records: list[ServingRecord] = []
        self.refusals: list[RefusalRecord] = []

    def write(self, record: ServingRecord) -> None:
        """Keep the record; list.append is atomic, so threads may share this log."""
        self.records.append(record)

    def write_refusal(self, record: RefusalRecord) -> None:
        """Keep the refusal."""
        self.refusals.append(record)

    def close(self) -> None:
        """Nothing to close; the records stay."""
