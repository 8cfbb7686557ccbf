"""Addresses and names of machines: which are this one's alone, and how they stand in a URL."""

import ipaddress


def is_loopback(name: str) -> bool:
    """Whether `name`, an address or a host name, is one that only this machine reaches."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return is_address(name) and ipaddress.ip_address(name).is_loopback


def is_address(name: str) -> bool:
    """Whether `name` is an IP address in numbers."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def in_url(address: str) -> str:
    """`address` as it stands in a URL: an IPv6 address in brackets."""
    return f"[{address}]" if ":" in address else address
