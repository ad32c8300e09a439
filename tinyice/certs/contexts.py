"""How TLS is spoken here, whichever certificate is shown."""

import ssl

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: those with forward secrecy and authenticated encryption. TLS 1.3 has no others."""

_OPTIONS = ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE


def server_context() -> ssl.SSLContext:
    """A context without a certificate: TLS 1.2 and 1.3, no renegotiation, HTTP/1.1.

    One ticket, for a player that comes back. That buffers of idle connections
    are given back (``SSL_MODE_RELEASE_BUFFERS``) is Python's default.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= _OPTIONS
    context.num_tickets = 1
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    return context
