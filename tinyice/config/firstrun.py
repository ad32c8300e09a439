"""The first start: a configuration with random passwords, shown once."""

import secrets
from dataclasses import dataclass, field
from typing import Any

ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another: no 0 O 1 l I o."""

PASSWORD_LENGTH = 24


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The passwords of a new configuration in plain text. Show them once, log them never."""

    admin_password: str = field(repr=False)
    default_source_password: str = field(repr=False)
    live_password: str = field(repr=False)

    def lines(self) -> tuple[str, str, str]:
        """Give the lines for standard output."""
        return (
            f"Admin Password: {self.admin_password}",
            f"Default Source Password: {self.default_source_password}",
            f"Live Mount Password: {self.live_password}",
        )


def random_credentials() -> FirstRun:
    """Think up passwords for a new station."""
    return FirstRun(_password(), _password(), _password())


def first_document(credentials: FirstRun) -> dict[str, Any]:
    """The configuration of a new station, its passwords in plain text."""
    return {
        "bind_host": "0.0.0.0",
        "port": 8000,
        "admin_user": "admin",
        "admin_password": credentials.admin_password,
        "default_source_password": credentials.default_source_password,
        "mounts": {"/live": credentials.live_password},
    }


def _password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
