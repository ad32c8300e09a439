"""How loud mounts are: for who looks at meters, and for who watches for silence."""
