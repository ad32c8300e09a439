"""The music that plays when nobody is live: a library, playlists, and rules of what comes next."""
