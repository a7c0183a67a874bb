"""Images as they arrive, and the grey values that a reader's browser gets.

Imports no other part of the project and no framework.
"""
