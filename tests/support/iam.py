"""Policies of AWS, evaluated: as much of their language as the documented ones use. What is not known is an error."""

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        action: Such as ``s3:GetObject``.
        resource: ARN of the object or the bucket.
        context: Condition keys that the request has, with their values.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, or a part of it that names one action and one resource."""

    sid: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, object]]

    def matches(self, request: Request) -> bool:
        """Tell whether the statement speaks of a request."""
        return (
            any(fnmatch.fnmatchcase(request.action, pattern) for pattern in self.actions)
            and any(fnmatch.fnmatchcase(request.resource, pattern) for pattern in self.resources)
            and all(
                _holds(operator, key, value, request.context)
                for operator, wanted in self.conditions.items()
                for key, value in wanted.items()
            )
        )

    def parts(self) -> Iterable["Statement"]:
        """Yield a statement for each action and resource: the permissions that could be left out one by one."""
        for action in self.actions:
            for resource in self.resources:
                yield Statement(self.sid, self.allows, (action,), (resource,), self.conditions)


def statements(policy: str) -> list[Statement]:
    """Read a policy.

    Raises:
        ValueError: If it is none, or says what is not known here.
    """
    document = json.loads(policy)
    if document.get("Version") != "2012-10-17" or set(document) != {"Version", "Statement"}:
        raise ValueError("a policy has a Version and a Statement")
    return [_statement(each) for each in document["Statement"]]


def is_allowed(request: Request, identity: Iterable[Statement], bucket: Iterable[Statement] = ()) -> bool:
    """Tell whether a principal may do what it asks: allowed by its own policy, and denied by none."""
    of_bucket = list(bucket)
    assert not any(statement.allows for statement in of_bucket), "the documented bucket policy grants nothing"
    matching = [statement for statement in (*identity, *of_bucket) if statement.matches(request)]
    return any(each.allows for each in matching) and all(each.allows for each in matching)


def documented(page: Path) -> dict[str, str]:
    """Return the policies of a page, by the heading above each."""
    found: dict[str, str] = {}
    for section in re.split(r"^#{2,4} ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        for text in _FENCE.findall(body):
            assert heading not in found, f"{heading}: two policies"
            found[heading] = text
    return found


def _statement(told: Mapping[str, object]) -> Statement:
    if set(told) - _KEYS or told["Effect"] not in ("Allow", "Deny"):
        raise ValueError(f"not known here: {told}")
    conditions = told.get("Condition", {})
    assert isinstance(conditions, dict)
    return Statement(
        sid=str(told.get("Sid", "")),
        allows=told["Effect"] == "Allow",
        actions=_listed(told["Action"]),
        resources=_listed(told["Resource"]),
        conditions=conditions,
    )


def _listed(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _holds(operator: str, key: str, value: object, context: Mapping[str, str]) -> bool:
    match operator:
        case "StringLike":
            return key in context and any(fnmatch.fnmatchcase(context[key], each) for each in _listed(value))
        case "StringEquals" | "Bool":
            return key in context and context[key] in _listed(value)
        case "Null":
            return (key not in context) == (value == "true")
    raise ValueError(f"not known here: the operator {operator}")
