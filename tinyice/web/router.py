"""Klein's router, less what it would do on its own."""

from klein import Klein
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.server import Request

from tinyice.web.errors import answer_failure


def new_router() -> Klein:
    """A router that never redirects and answers every error from our table.

    Werkzeug would mend doubled and missing slashes by redirecting to an
    address made of the ``Host`` header, that is, to anywhere.
    """
    router = Klein()
    router.url_map.merge_slashes = False
    router.url_map.strict_slashes = False
    router.handle_errors(Exception)(_answer_failure)
    return router


def _answer_failure(
    self: object,  # noqa: ARG001 (Klein gives the site that failed, by this name)
    request: IRequest,
    failure: Failure,
) -> bytes:
    if not isinstance(request, Request):
        raise TypeError(request)
    return answer_failure(request, failure)
