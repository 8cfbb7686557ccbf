"""What happens to the real application when something breaks or somebody attacks it: `python -m benchmarks.faults`.

watched.py   a normal visitor, and the memory of every process, while it happens
attacker.py  floods one port for a while; a program of its own, so that it does not slow the visitor down
floods.py    each flood and what the visitor noticed       kills.py  each part killed
others.py    NaN, stop, a full disk, what goes out         table.py  the rows as Markdown
"""
