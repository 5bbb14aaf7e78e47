"""How the reader of one cell says that it cannot be used."""

from __future__ import annotations


class Wrong(Exception):
    """One cell cannot be used; `code` is for programs, the message says what is wrong and what to write instead."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
