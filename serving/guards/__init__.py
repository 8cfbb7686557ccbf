"""What stands between a socket and the work: who may call, how much may come, and in what time. Both ports use it.

    connections.py  time for a request's head, how many connections; errors of uvicorn's own
    hosts.py        which names and which web sites may call
    bodies.py       how much a body may hold, and how long it may take
    proxy.py        the rest of what Serve's proxy needs: its own answers as the API's JSON
    answers.py      an error as JSON on the bare ASGI interface

Plain ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html), because Starlette's BaseHTTPMiddleware hides a
client's leaving from the routes.
"""
