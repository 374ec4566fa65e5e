"""HTTP and the live stream. Translates; decides nothing."""
