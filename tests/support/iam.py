"""Evaluates AWS policies, as far as the documented policies use their language; the rest is an error."""

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

_FENCE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


@dataclass(frozen=True)
class Request:
    """A request to AWS.

    Attributes:
        action: The action, such as ``s3:GetObject``.
        resource: ARN of the object or the bucket.
        context: Condition keys of the request, with their values.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, or a part of it that names one action and one resource."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, object]]

    def matches(self, request: Request) -> bool:
        """Return True if the statement applies to a request."""
        return (
            any(fnmatch.fnmatchcase(request.action, pattern) for pattern in self.actions)
            and any(fnmatch.fnmatchcase(request.resource, pattern) for pattern in self.resources)
            and all(
                _holds(operator, key, value, request.context)
                for operator, values in self.conditions.items()
                for key, value in values.items()
            )
        )

    def parts(self) -> Iterable["Statement"]:
        """Yield a statement for each action and resource, so that a test can remove them one by one."""
        for action in self.actions:
            for resource in self.resources:
                yield replace(self, actions=(action,), resources=(resource,))


def statements(policy: str) -> list[Statement]:
    """Read a policy.

    Raises:
        ValueError: If it is not a policy, or uses a feature that is not supported here.
    """
    document = json.loads(policy)
    if document.get("Version") != "2012-10-17" or set(document) != {"Version", "Statement"}:
        raise ValueError("a policy has a Version and a Statement")
    return [_statement(entry) for entry in document["Statement"]]


def is_allowed(request: Request, identity: Iterable[Statement], bucket: Iterable[Statement] = ()) -> bool:
    """Return True if a request is allowed by the principal's own policy and denied by no policy."""
    bucket = list(bucket)
    assert not any(statement.allows for statement in bucket), "the documented bucket policy grants nothing"
    matching = [statement for statement in (*identity, *bucket) if statement.matches(request)]
    return any(statement.allows for statement in matching) and all(statement.allows for statement in matching)


def documented(page: Path) -> dict[str, str]:
    """Return the policies of a page, by their headings."""
    policies: dict[str, str] = {}
    for section in re.split(r"^#{2,4} ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        for text in _FENCE.findall(body):
            assert heading not in policies, f"{heading}: two policies"
            policies[heading] = text
    return policies


def _statement(entry: Mapping[str, object]) -> Statement:
    if set(entry) - _KEYS or entry["Effect"] not in ("Allow", "Deny"):
        raise ValueError(f"not supported here: {entry}")
    conditions = entry.get("Condition", {})
    assert isinstance(conditions, dict)
    return Statement(
        allows=entry["Effect"] == "Allow",
        actions=_listed(entry["Action"]),
        resources=_listed(entry["Resource"]),
        conditions=conditions,
    )


def _listed(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _holds(operator: str, key: str, value: object, context: Mapping[str, str]) -> bool:
    match operator:
        case "StringLike":
            return key in context and any(fnmatch.fnmatchcase(context[key], pattern) for pattern in _listed(value))
        case "StringEquals" | "Bool":
            return key in context and context[key] in _listed(value)
        case "Null":
            return (key not in context) == (value == "true")
    raise ValueError(f"not supported here: the operator {operator}")
