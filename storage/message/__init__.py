"""Messages and attachments, bodies sealed."""
