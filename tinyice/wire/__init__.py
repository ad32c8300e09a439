"""Bytes of the protocols: parsers and builders that know no transport, clock or log."""
