"""x"""


def rehearse() -> int:
    """X."""
    return 0
