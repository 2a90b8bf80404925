"""URLs as they may be shown: without what is secret in them."""

import re

_USER = re.compile(r"(?<=://)(?P<user>[^/@:]*)(?::[^/]*)?@")


def public_url(url: str) -> str:
    """Return a URL without its password and its query, either of which may be secret; a path as it is."""
    if "://" not in url:
        return url
    return _USER.sub(lambda found: f"{found['user']}@" if found["user"] else "", url).partition("?")[0]
