"""One view of the database for a long look: what is written meanwhile is not half seen and need not wait."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def standing_still(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """All that is read within is of one moment; nothing may be written. Within a transaction, that one's."""
    connection = connections[using]
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()  # connecting sets the mode
    if connection.vendor == "sqlite":
        # IMMEDIATE would hold up every answer; in WAL a deferred transaction sees one moment.
        mode = vars(connection)["transaction_mode"]
        vars(connection)["transaction_mode"] = "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            vars(connection)["transaction_mode"] = mode
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
