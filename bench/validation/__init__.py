"""Our numbers beside those that other programs computed from the same ratings."""
