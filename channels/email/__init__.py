"""E-mail: SMTP and LMTP intake, sending by SMTP."""
