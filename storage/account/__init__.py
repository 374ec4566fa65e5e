"""Channel accounts: our addresses, with their settings sealed."""
