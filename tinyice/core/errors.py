"""What the domain refuses, as values; each front has one table that answers them."""


class DomainError(Exception):
    """Something that was asked for can't be done; nothing was changed."""


class MountUnknown(DomainError):
    """Nobody configured this mount and nothing feeds it."""

    def __init__(self, mount: str) -> None:
        super().__init__(f"there is no mount {mount}")
        self.mount = mount


class MountIdle(DomainError):
    """The mount exists, but nothing can be heard on it now."""

    def __init__(self, mount: str) -> None:
        super().__init__(f"nothing feeds {mount}")
        self.mount = mount


class MountAwaited(MountIdle):
    """Nothing can be heard on the mount yet, but it has been asked for and will come soon."""


class MountDisabled(DomainError):
    """The operator switched the mount off."""

    def __init__(self, mount: str) -> None:
        super().__init__(f"{mount} is disabled")
        self.mount = mount


class MountInUse(DomainError):
    """Another source feeds the mount."""

    def __init__(self, mount: str) -> None:
        super().__init__(f"{mount} has a source already")
        self.mount = mount


class MountPathRefused(DomainError):
    """No source may use this path; ``fault`` says why."""

    def __init__(self, mount: str, fault: str) -> None:
        super().__init__(fault)
        self.mount = mount
        self.fault = fault


class TooManySources(DomainError):
    """The server takes no further source."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} sources are connected")
        self.limit = limit


class TooManyListeners(DomainError):
    """A listener limit is reached: of ``mount``, or of the server when it is ""."""

    def __init__(self, mount: str, limit: int) -> None:
        super().__init__(f"{limit} listeners are connected")
        self.mount = mount
        self.limit = limit


class ListenerUnknown(DomainError):
    """Nobody of that number listens to this mount."""

    def __init__(self, mount: str, listener: int) -> None:
        super().__init__(f"there is no listener {listener} on {mount}")
        self.mount = mount
        self.listener = listener


class SameMount(DomainError):
    """Listeners can't be moved from a mount to itself."""

    def __init__(self, mount: str) -> None:
        super().__init__(f"{mount} is where they are")
        self.mount = mount


class FormatsDiffer(DomainError):
    """The players of one mount do not understand the stream of another; formats in words."""

    def __init__(self, mount: str, destination: str, theirs: str, ours: str) -> None:
        super().__init__(f"{mount} plays {theirs} and {destination} {ours}")
        self.mount = mount
        self.destination = destination
        self.theirs = theirs
        self.ours = ours


class NoDescriptors(DomainError):
    """The process may not open enough files for another listener; later, perhaps."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("no open file is left for another listener")
        self.retry_after = retry_after


class Challenge(DomainError):
    """No credentials were given; asking for them is no failure of anyone."""

    def __init__(self) -> None:
        super().__init__("credentials are needed")


class Refused(DomainError):
    """Credentials were given and do not open this."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LockedOut(Refused):
    """Too many logins from this address failed: none is tried before ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many failed attempts")
        self.retry_after = retry_after


class NotPermitted(DomainError):
    """It is known who asks, and they may not do this. ``action`` names it."""

    def __init__(self, action: str, mount: str = "") -> None:
        super().__init__(f"no permission for {action}" + (f" on {mount}" if mount else ""))
        self.action = action
        self.mount = mount


class Conflict(DomainError):
    """As things stand this can't be done, and ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Overloaded(DomainError):
    """Too much is waiting already; try again after ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests are waiting")
        self.retry_after = retry_after


class NotThere(DomainError):
    """What was named is not there, or is no more."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class NotUsable(DomainError):
    """A name or a path that can't be, or may not."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
