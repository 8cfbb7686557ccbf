"""The serving room. In a script or notebook, without Ray and HTTP: `from serving import summarize`."""

from serving.inprocess import summarize

__all__ = ["summarize"]
