"""x"""


def verify_broadcast() -> int:
    """X."""
    return 0
