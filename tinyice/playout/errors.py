"""Why something can't be played."""


class Unplayable(Exception):
    """There is nothing to play; the text is for people.

    ``is_final``: it will be so for as long as this process runs.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
