"""A channel that can be slow, repeat, re-order, fail and lose answers on command."""
