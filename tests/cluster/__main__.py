"""`python -m tests.cluster [pytest's arguments]`: the tests of a cluster, in a network of their own."""

import os
import sys

from tests.cluster.machines import INSIDE

user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
pytest = [sys.executable, "-m", "pytest", "-m", "cluster", "tests/test_cluster.py", *sys.argv[1:]]
os.environ[INSIDE] = "1"
os.execvp("unshare", ["unshare", *user, "--net", "--pid", "--fork", "--kill-child", "--mount-proc", *pytest])
