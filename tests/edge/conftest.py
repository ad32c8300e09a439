"""Servers as the other tests of features have them."""

from features.conftest import serve

__all__ = ["serve"]
