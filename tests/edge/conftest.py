"""Servers and folders as the other tests with real programs have them."""

from features.conftest import serve
from programs.conftest import workshop

__all__ = ["serve", "workshop"]
