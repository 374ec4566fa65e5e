"""The fake provider's signature: HMAC-SHA256 over the body, in hexadecimal, in a header of its own."""

import hashlib
import hmac

HEADER = "x-fake-signature"


def sign(body: bytes, *, secret: str) -> str:
    """The value of the header for this body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def proves(signature: str, *, body: bytes, secret: str) -> bool:
    """Whether the signature was made for this body by who knows the secret; any text may be given."""
    # As bytes: compare_digest raises on text beyond ASCII, and a stranger chooses this text.
    return hmac.compare_digest(sign(body, secret=secret).encode(), signature.encode("utf-8", "surrogatepass"))
