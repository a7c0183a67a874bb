"""Agreement of readers with each other and with themselves; with the truth it is accuracy."""
