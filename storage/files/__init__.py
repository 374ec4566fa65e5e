"""The contents of attachments, apart from the database."""
