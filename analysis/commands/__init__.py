"""The commands of `python -m analysis`: each module adds its parser (`add`) and returns its text (`run`)."""
