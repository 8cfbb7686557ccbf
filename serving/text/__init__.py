"""Pure functions on str: cleaning, sentences, parts, key sentences, tidying, language, evidence.

Nothing here knows HTTP, Ray, torch or a tokenizer. All offsets are code-point offsets into the str that was
given, so `article[start:end]` is always the text that is meant.
"""
