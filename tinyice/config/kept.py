"""Keys that load and survive a save without being used.

A file written for the Go server of the same name loads here: what is not built
yet, and what it retired itself, is named in one line each and left alone.
"""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from tinyice.config.items import ApiToken
from tinyice.config.model import Config, User


class Kept(Enum):
    """Why a key is kept."""

    LATER = "not built yet"
    RETIRED = "no longer used"


_LATER = (
    "acme_email acme_directory_url domains "
    "variant_groups oidc_providers pending_users webauthn smtp "
    "ingest "
    "directory_listing directory_server webhooks"
)
_RETIRED = "auto_update update_url checksum_url multi_tenant setup_complete"

KEPT: Mapping[type[Struct], Mapping[str, Kept]] = {
    Config: {
        **dict.fromkeys(_LATER.split(), Kept.LATER),
        **dict.fromkeys(_RETIRED.split(), Kept.RETIRED),
    },
    User: dict.fromkeys(("passkeys", "linked_emails"), Kept.LATER),
}


def kept_keys(struct: type[Struct]) -> Mapping[str, Kept]:
    """The keys of ``struct`` that are only kept."""
    return KEPT.get(struct, {})


OPEN: frozenset[type[Struct]] = frozenset({ApiToken})
"""Structs whose unknown keys survive: the Go server names more than it documents."""
