"""Removes secrets from URLs, so that they can stand in messages."""

import re

_USER = re.compile(r"(?<=://)(?P<user>[^/@:]*)(?::[^/]*)?@")


def public_url(url: str) -> str:
    """Return a URL without its password and its query, because either may be secret; a path is unchanged."""
    if "://" not in url:
        return url
    return without_passwords(url).partition("?")[0]


def without_passwords(text: str) -> str:
    """Return a text without the passwords of its URLs."""
    return _USER.sub(lambda match: f"{match['user']}@" if match["user"] else "", text)
