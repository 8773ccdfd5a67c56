"""Which Unix accounts people of the federation have proved to be theirs, and who signed in as whom."""

from __future__ import annotations

import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

TABLES = (
    "CREATE TABLE IF NOT EXISTS links (person TEXT PRIMARY KEY, account TEXT NOT NULL, uid INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS seen (account TEXT, person TEXT, uid INTEGER, PRIMARY KEY (account, person))",
)


class AccountLinks:
    """People and accounts. An account that was given to somebody else since, under another number, is nobody's."""

    def __init__(self, place: Path) -> None:
        """In a file that this program's user alone reads."""
        self.place = place

    @contextmanager
    def _table(self) -> Iterator[sqlite3.Connection]:
        self.place.touch(mode=0o600)
        with closing(sqlite3.connect(self.place)) as database, database:
            for table in TABLES:
                database.execute(table)
            yield database

    def account_of(self, person: str) -> str | None:
        """The account that a person has proved to be theirs, while it is the same one."""
        with self._table() as table:
            row = table.execute("SELECT account, uid FROM links WHERE person = ?", (person,)).fetchone()
        return row[0] if row and number_of(row[0]) == row[1] else None

    def saw(self, person: str, account: str) -> None:
        """Remembers who signed in as an account, and its number then."""
        with self._table() as table:
            table.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (account, person, number_of(account)))

    def seen(self, account: str) -> list[tuple[str, int]]:
        """Who signed in as an account since all were signed out, each with its number then."""
        with self._table() as table:
            return table.execute("SELECT person, uid FROM seen WHERE account = ?", (account,)).fetchall()

    def forget(self, account: str) -> None:
        """Forgets who signed in as an account."""
        with self._table() as table:
            table.execute("DELETE FROM seen WHERE account = ?", (account,))

    def link(self, person: str, account: str) -> None:
        """Remembers whose an account is, in place of what was known of the person.

        :raises KeyError: for an account that the machine does not know.
        """
        row = (person, account, pwd.getpwnam(account).pw_uid)
        with self._table() as table:
            table.execute("INSERT OR REPLACE INTO links VALUES (?, ?, ?)", row)


def number_of(account: str) -> int | None:
    """An account's number; None where the machine does not know it."""
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return None
