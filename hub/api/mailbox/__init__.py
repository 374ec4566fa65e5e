"""The page of the embedded mailbox: try the whole journey of a mail in a browser."""

from hub.api.mailbox.routes import router_for

__all__ = ["router_for"]
