"""The state of what follows a stream, as plain values that another process can go on from.

``freeze`` gives a ``State``: None, bool, int, float, bytes, str, and lists and
dicts of those. ``thaw`` takes it into a fresh object of the same class, which
then does with all further bytes what the first one would have done. Both are
for between two feeds; what another version of the program has frozen is refused
as a whole, before it comes here.
"""

from typing import Any

State = dict[str, Any]
