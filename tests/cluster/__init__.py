"""Three machines on one, for tests of a cluster.

machines.py   machines made of Linux namespaces, whose processes can be killed and whose cable can be pulled
lab.py        a Ray cluster on them, set up by the very lines of deploy/README.md
load.py       clients that write down every answer
table.py      the results as a table, benchmarks/results/cluster.md
"""
