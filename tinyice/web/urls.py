"""Every address of the web pages, in one table.

Addresses that a mount may have as well (``/stats``) are given to the mount
first: the door looks for a mount before it asks the pages.
"""

FRONT_PAGE = "/"
STATIC = "/static/<path:name>"
ACCENT_STYLES = "/accent.css"
FAVICON = "/favicon.ico"
ROBOTS = "/robots.txt"
PLAYLIST = "/<path:mount>.<any(m3u, m3u8, pls, xspf):kind>"

EXPLORE = "/explore"
KIOSK = "/kiosk"
DEVELOPERS = "/developers"
PLAYER = "/player/<path:mount>"
PLAYER_ALONE = "/player"
PLAYER_MANIFEST = "/player.webmanifest"
EMBED = "/embed/<path:mount>"
EMBED_ALONE = "/embed"
OEMBED = "/oembed"

STATUS_JSON = "/status-json.xsl"
STATUS_PAGE = "/status.xsl"
VERSION_PAGE = "/server_version.xsl"
SHOUTCAST_SEVEN = "/7.html"
SHOUTCAST_STATS = "/stats"
API_DESCRIPTION = "/api/openapi.json"
API_PAGE = "/api/docs"

LOGIN = "/login"
LOGOUT = "/logout"
ACCOUNT = "/admin/account"
ACCOUNT_PASSWORD = "/admin/account/password"  # noqa: S105 (an address)
ACCOUNT_END_SESSION = "/admin/account/end-session"
ACCOUNT_MAKE_TOKEN = "/admin/account/make-token"  # noqa: S105 (an address)
ACCOUNT_REVOKE_TOKEN = "/admin/account/revoke-token"  # noqa: S105 (an address)
COMPONENTS = "/admin/components"

CONSOLE = "/admin/"
FIND = "/admin/find"
FIND_LIST = "/admin/find/list"
STATIONS = "/admin/stations"
STATION_NEW = "/admin/stations/new"
STATION_SWITCH = "/admin/stations/switch"
STATION_REMOVE = "/admin/stations/remove"
STATION_APPROVE = "/admin/stations/approve"
STATION_REFUSE = "/admin/stations/refuse"
AUDIENCE = "/admin/audience"
AUDIENCE_LIST = "/admin/audience/list"
AUDIENCE_COUNTRIES = "/admin/audience/countries"
AUDIENCE_ASK = "/admin/audience/ask"
AUDIENCE_KICK = "/admin/audience/kick"
AUDIENCE_MOVE = "/admin/audience/move"
AUDIENCE_BAN = "/admin/audience/ban"
ACCESS = "/admin/access"
ACCESS_ACCOUNTS = "/admin/access/accounts"
ACCESS_ACCOUNT = "/admin/access/account"
ACCESS_MAKE_ACCOUNT = "/admin/access/account/make"
ACCESS_CHANGE_ACCOUNT = "/admin/access/account/change"
ACCESS_REMOVE_ACCOUNT = "/admin/access/account/remove"
ACCESS_TOKENS = "/admin/access/tokens"
ACCESS_REVOKE_TOKEN = "/admin/access/tokens/revoke"  # noqa: S105 (an address)
ACCESS_SESSIONS = "/admin/access/sessions"
ACCESS_END_SESSION = "/admin/access/sessions/end"
ACCESS_LOCKOUTS = "/admin/access/lockouts"
ACCESS_CLEAR_LOCKOUT = "/admin/access/lockouts/clear"
ACCESS_LOCK_AGAIN = "/admin/access/lockouts/again"
ACCESS_BANS = "/admin/access/bans"
ACCESS_ADD_BAN = "/admin/access/bans/add"
ACCESS_LIFT_BAN = "/admin/access/bans/lift"
ACCESS_BAN_AGAIN = "/admin/access/bans/again"
ACCESS_ALLOWED = "/admin/access/allowed"
ACCESS_ALLOW = "/admin/access/allowed/add"
ACCESS_DISALLOW = "/admin/access/allowed/remove"
ACCESS_AUDIT = "/admin/access/audit"
NETWORK = "/admin/network"
NETWORK_LIST = "/admin/network/list"
NETWORK_RELAY = "/admin/network/relay"
NETWORK_MASTER = "/admin/network/master"
NETWORK_PUSH = "/admin/network/push"
NETWORK_SWITCH = "/admin/network/switch"
NETWORK_REMOVE = "/admin/network/remove"
ONAIR_RAIL = "/admin/onair/rail"
ONAIR_TITLE = "/admin/onair/title"
ONAIR_KICK = "/admin/onair/kick-source"
ONAIR_MOVE = "/admin/onair/move"
ONAIR_VISIBLE = "/admin/onair/visible"
ONAIR_ENABLED = "/admin/onair/enabled"
ONAIR_APPROVE = "/admin/onair/approve"
ONAIR_REFUSE = "/admin/onair/refuse"
STUDIO = "/admin/studio"
STUDIO_MAKE = "/admin/studio-make"
STUDIO_SWITCH_ON = "/admin/studio-make/switch-on"
STUDIO_COVER = "/admin/studio-cover"
STUDIO_WAVEFORM = "/admin/studio-waveform"
STUDIO_OF = "/admin/studio/<path:mount>"
STUDIO_DECK = "/admin/studio-deck"
STUDIO_LIBRARY = "/admin/studio-library"
STUDIO_LIBRARY_ADD = "/admin/studio-library/add"
STUDIO_LIBRARY_SCAN = "/admin/studio-library/scan"
STUDIO_LISTS = "/admin/studio-lists"
STUDIO_LISTS_DO = "/admin/studio-lists/do"
STUDIO_LISTS_UNDO = "/admin/studio-lists/undo"
STUDIO_SAVED = "/admin/studio-saved"
STUDIO_SAVED_DO = "/admin/studio-saved/do"
STUDIO_SAVED_IMPORT = "/admin/studio-saved/import"
STUDIO_SAVED_FILE = "/admin/studio-saved/file"
SETTINGS = "/admin/settings"
SETTINGS_GROUP = "/admin/settings/<group>"
SETTINGS_LOGO = "/admin/settings/logo"
SETTINGS_REMOVE_LOGO = "/admin/settings/remove-logo"
SETTINGS_ACCENT = "/admin/settings/accent"
SYSTEM = "/admin/system"
SYSTEM_NOW = "/admin/system/now"
SYSTEM_RELOAD = "/admin/system/reload"

COVERS = "/cover"
COVER = "/cover/<path:mount>"
LOGO = "/branding/logo"
API_LOGO = "/api/branding/logo"
API_PLAYLIST_FILE = "/api/autodjs/playlists/file"

ADMIN_HOME = "/admin/"
ADMIN_STATS = "/admin/stats"
ADMIN_STATS_XML = "/admin/stats.xml"
ADMIN_PUBLICSTATS = "/admin/publicstats"
ADMIN_LISTMOUNTS = "/admin/listmounts"
ADMIN_STREAMLIST = "/admin/streamlist"
ADMIN_STREAMLIST_TXT = "/admin/streamlist.txt"
ADMIN_METADATA = "/admin/metadata"
ADMIN_UPDATEMETADATA = "/admin/updatemetadata"
ADMIN_LISTCLIENTS = "/admin/listclients"
ADMIN_KILLCLIENT = "/admin/killclient"
ADMIN_KILLSOURCE = "/admin/killsource"
ADMIN_MOVECLIENTS = "/admin/moveclients"
ADMIN_FALLBACKS = "/admin/fallbacks"
ADMIN_MANAGEAUTH = "/admin/manageauth"
ADMIN_BANS = "/admin/bans"
ADMIN_ADDBAN = "/admin/addban"
ADMIN_REMOVEBAN = "/admin/removeban"
ADMIN_RELOADCONFIG = "/admin/reloadconfig"
ADMIN_BUILDM3U = "/admin/buildm3u"
ADMIN_PLAYLIST = "/admin/<any(vclt, xspf):kind>.xsl"
ADMIN_UNKNOWN = "/admin/<path:command>"
EVENTS = "/events"
ADMIN_EVENTS = "/admin/events"
METRICS = "/metrics"
SHOUTCAST_ADMIN = "/admin.cgi"
SHOUTCAST_ADMIN_BELOW = "/admin/admin.cgi"

LIVE_SEGMENTS = ("events", "admin/events")
"""Where the live data is."""

STATUS_SEGMENTS = (
    "status-json.xsl",
    "status.xsl",
    "server_version.xsl",
    "7.html",
    "stats",
)
"""Where the status pages begin: one path segment, or two."""

PLAYER_SEGMENTS = ("player", "player.webmanifest", "embed")
"""Where the pages begin that play one mount."""

EXPLORE_SEGMENTS = ("explore", "kiosk", "developers")
"""Where the pages begin that lead to mounts."""

ARTWORK_SEGMENTS = ("cover", "admin/studio-cover", "admin/studio-waveform")
"""Where pictures of tracks are."""

FEEDS_SEGMENTS = ("oembed",)
"""Where the answers begin that other sites ask for."""

LOGIN_SEGMENTS = ("login", "logout")
"""The ways into a session, and out of it."""

ACCOUNT_SEGMENTS = ("admin/account",)
"""Where the pages begin that are about one's own account."""

COMPONENTS_SEGMENTS = ("admin/components",)
"""Where the page is that shows every component."""

SETTINGS_SEGMENTS = ("admin/settings",)
SYSTEM_SEGMENTS = ("admin/system",)
"""Where the pages begin that are about the server as a whole."""

BRANDING_SEGMENTS = ("branding",)
"""Where the logo is."""

ONAIR_SEGMENTS = ("admin/onair",)
"""Where the forms of the On air page begin."""

AUDIENCE_SEGMENTS = ("admin/audience",)
"""Where the pages about listeners begin."""

FIND_SEGMENTS = ("admin/find",)
"""Where what one looks for is found."""

STATIONS_SEGMENTS = ("admin/stations",)
"""Where the pages about mounts and their settings begin."""

ACCESS_SEGMENTS = ("admin/access",)
"""Where the pages about accounts, bans and the audit begin."""

NETWORK_SEGMENTS = ("admin/network",)
"""Where the pages about relays and pushes begin."""

STUDIO_SEGMENTS = ("admin/studio", "admin/studio-make")
"""Where what an AutoDJ plays is seen, and a new one is made."""

STUDIO_DECK_SEGMENTS = ("admin/studio-deck",)
"""Where the forms begin that say how an AutoDJ plays."""

STUDIO_LIBRARY_SEGMENTS = ("admin/studio-library",)
"""Where the library of an AutoDJ is looked through."""

STUDIO_LISTS_SEGMENTS = ("admin/studio-lists",)
"""Where the forms begin that say what an AutoDJ plays."""

STUDIO_SAVED_SEGMENTS = ("admin/studio-saved",)
"""Where playlists are that are kept under names."""

ADMIN_SEGMENTS = ("admin", "admin.cgi", "metrics")
"""Where the admin commands begin."""

API_SEGMENTS = ("api",)
"""Where the operations of the API begin."""
