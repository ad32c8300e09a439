"""Where a browser finds the pages once the ports are others."""

from tinyice.config.model import Config
from tinyice.web.origin import host_alone, port_of


def moved_to(host: str, before: Config, after: Config, *, secure: bool) -> str:
    """The address that takes the place of the one a browser used; "": that is as it was.

    ``host`` is what the browser calls the server, with the port unless that is the
    usual one. Who came through a proxy used a port that is none of ours.
    """
    came_by = port_of(host, 443 if secure else 80)
    if came_by != (before.https_port if secure else before.port):
        return ""
    stays_secure = secure and after.serves_tls
    number = after.https_port if stays_secure else after.port
    if (stays_secure, number) == (secure, came_by) or not number:
        return ""
    return f"{'https' if stays_secure else 'http'}://{host_alone(host)}:{number}"
