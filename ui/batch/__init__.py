"""One file -> many articles (files.py), and their summaries -> a table (results.py)."""
