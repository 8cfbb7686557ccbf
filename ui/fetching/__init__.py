"""A web address that somebody typed -> the article there (web.py)."""
