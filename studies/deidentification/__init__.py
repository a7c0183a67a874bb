"""DICOM that leaves: only what a list keeps, under other names, dates and UIDs."""
