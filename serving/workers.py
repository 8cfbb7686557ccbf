"""What each of Ray's workers imports before it is asked to do anything (`launch.py` names this module to Ray).

Serve's controller, its proxy and a replica are needed one after the other. Workers that have imported all that these
import wait for them, several at once; all three import nearly the same.
"""

import sys

# 33 MB. Serve imports it wherever it is installed, to pass data frames between deployments; it is installed for Gradio.
sys.modules["pandas"] = None  # type: ignore[assignment]  # the import system's way to say "not there"

import ray.serve._private.controller  # noqa: E402
import ray.serve._private.proxy  # noqa: E402
import ray.serve._private.replica  # noqa: E402, F401

import serving.deployment  # noqa: E402, F401
