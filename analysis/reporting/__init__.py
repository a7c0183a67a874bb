"""Reports: numbers in words, tables, figures for a journal, and the page that holds them."""
