"""The leak audit: whether a study's files tell truth before a reader looks. Plain Python below `audit`."""
