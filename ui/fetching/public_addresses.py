"""Which Internet addresses may be opened for a stranger: those that everybody can reach anyway.

An address that a visitor types is fetched by this machine, which may reach what the visitor may not: its own services,
its neighbours, its cloud's metadata. So everything that is not plainly public is refused. `ipaddress.is_global` alone
does not do: it lets multicast through, and IPv6 addresses that wrap a private IPv4 one, differently in each version of
Python.
"""

import ipaddress

_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is public today. Outside are loopback, IPv4-mapped and -compatible, NAT64, unique local, link-local,
site-local and multicast."""

_REFUSED_V6 = [
    ipaddress.IPv6Network("2001::/23"),  # protocol assignments: Teredo (it wraps IPv4), ORCHID, benchmarks
    ipaddress.IPv6Network("2001:db8::/32"),  # documentation
    ipaddress.IPv6Network("2002::/16"),  # 6to4: wraps an IPv4 address, any one
    ipaddress.IPv6Network("3fff::/20"),  # documentation
]
_REFUSED_V4 = [
    ipaddress.IPv4Network("100.64.0.0/10"),  # carrier-grade NAT, Tailscale, Alibaba's metadata
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocol assignments, Oracle's metadata
    ipaddress.IPv4Network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.IPv4Network("168.63.129.16/32"),  # Azure's host seen from inside a machine; looks like any public address
]


def is_public(address: str) -> bool:
    """Whether `address`, such as "93.184.215.14" or "2606:4700::1", is one that everybody on the Internet can reach."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        listed = ip in _GLOBAL_UNICAST_V6 and not any(ip in network for network in _REFUSED_V6)
    else:
        listed = not any(ip in network for network in _REFUSED_V4)
    return listed and ip.is_global and not ip.is_multicast
