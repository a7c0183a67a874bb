"""Planning a study of two conditions: power and sizes from Obuchowski-Rockette components.

`components` says how estimates vary, `layout` who reads what, `power` what a plan finds, `sizes` how many
readers or cases it takes.
"""
