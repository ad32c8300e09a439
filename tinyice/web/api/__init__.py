"""The JSON API: operations that are declared once, for routing, checking and description."""

from tinyice.web.api.public import stats_document, status_document

__all__ = ["stats_document", "status_document"]
