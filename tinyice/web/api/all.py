"""Every operation of the API, in the order of its description."""

from itertools import chain

from tinyice.web.api.approval import APPROVAL
from tinyice.web.api.autodj_deck import AUTODJ_DECK
from tinyice.web.api.autodj_lists import AUTODJ_LISTS
from tinyice.web.api.autodjs import AUTODJS
from tinyice.web.api.branding import BRANDING
from tinyice.web.api.libraries import LIBRARIES
from tinyice.web.api.listeners import LISTENERS
from tinyice.web.api.masters import MASTERS
from tinyice.web.api.mount_settings import MOUNT_SETTINGS
from tinyice.web.api.nowplaying import NOW_PLAYING
from tinyice.web.api.operation import Operation
from tinyice.web.api.playlists import PLAYLISTS
from tinyice.web.api.pushes import PUSHES
from tinyice.web.api.relays import RELAYS
from tinyice.web.api.security import SECURITY
from tinyice.web.api.sessions import SESSIONS
from tinyice.web.api.settings import SETTINGS
from tinyice.web.api.status import STATUS
from tinyice.web.api.streams import STREAMS
from tinyice.web.api.tokens import TOKENS
from tinyice.web.api.transcoders import TRANSCODERS
from tinyice.web.api.users import USERS

OPERATIONS: tuple[Operation, ...] = tuple(
    chain(
        *(STATUS, NOW_PLAYING, STREAMS, MOUNT_SETTINGS, APPROVAL, LISTENERS),
        *(RELAYS, MASTERS, PUSHES, TRANSCODERS),
        *(AUTODJS, AUTODJ_DECK, AUTODJ_LISTS, LIBRARIES, PLAYLISTS),
        *(USERS, SESSIONS, TOKENS, SECURITY, SETTINGS, BRANDING),
    )
)
