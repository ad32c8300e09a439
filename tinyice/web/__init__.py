"""The web site: pages, status, Icecast admin interface, JSON API."""
