"""Who may do what: logins, roles, the one permission table, lockouts."""
