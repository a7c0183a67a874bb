"""Simulated studies: Roe and Metz's model, its components in terms of figures of merit, many studies at once.

`model` holds the parameters and the classical configurations, `draw` makes ratings, `conversion` goes between
the model and Obuchowski-Rockette components, `batch` analyses thousands of studies as arrays.
"""
