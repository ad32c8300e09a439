"""tinyice: a complete internet-radio station in one Twisted service."""

__version__ = "0.1.0"
