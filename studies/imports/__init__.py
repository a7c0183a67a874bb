"""Imports: files are staged, checked in the background, shown to a person, and only then loaded."""
