"""What plays in this process: looped files and silence, as inputs of mounts."""
