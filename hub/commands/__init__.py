"""What the operator types after hub."""
