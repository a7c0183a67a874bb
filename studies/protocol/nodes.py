"""YAML with line numbers: reads values of a mapping and collects every refusal on the way."""

from __future__ import annotations

import difflib
import io
from dataclasses import dataclass, field
from typing import cast

import yaml

from studies.refusals import Refusal, Refused

Node = yaml.nodes.Node


@dataclass
class Findings:
    """The refusals of one document."""

    file: str
    refusals: list[Refusal] = field(default_factory=list)

    def add(self, node: Node | None, rule: str, remedy: str) -> None:
        """Notes a refusal at a node's line."""
        line = node.start_mark.line + 1 if node is not None and node.start_mark else None
        self.refusals.append(Refusal(self.file, rule, remedy, line))

    def raise_any(self) -> None:
        """Raises Refused when anything was noted."""
        if self.refusals:
            raise Refused(self.refusals)


def compose(text: str, findings: Findings) -> Section:
    """The document's top mapping; raises Refused where it is not YAML or not a mapping."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        raise Refused(
            [Refusal(findings.file, "It is nested too deeply.", "Keep study.yaml's shape.")]
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        line = mark.line + 1 if mark else None
        raise Refused(
            [Refusal(findings.file, f"This is not YAML: {problem}.", "Mend the line named here.", line)]
        ) from None
    if not isinstance(node, yaml.MappingNode):
        findings.add(node, "A study is a mapping of keys to values.", "Begin with `format: 1`.")
        findings.raise_any()
    return Section(cast(Node, node), "study", findings)


def represented(document: object, findings: Findings) -> Section:
    """A parsed JSON document, to be read like YAML, without lines."""
    return Section(
        yaml.SafeDumper(io.StringIO(), sort_keys=False).represent_data(document), "study", findings
    )


class Section:
    """A mapping whose keys are asked for one by one; `finish` refuses those that nobody asked for."""

    def __init__(self, node: Node, name: str, findings: Findings) -> None:
        self.node, self.name, self.findings = node, name, findings
        self.items: dict[str, Node] = {}
        self.asked: list[str] = []
        if not isinstance(node, yaml.MappingNode):
            findings.add(node, f"`{name}` must be a mapping.", "Write keys and values below it.")
            return
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                findings.add(key, f"A key of `{name}` is not a word.", "Write plain words as keys.")
                continue
            if key.value in self.items:
                findings.add(key, f"The key `{key.value}` stands twice in `{name}`.", "Remove one of them.")
            self.items[str(key.value)] = value

    def get(self, key: str, required: bool) -> Node | None:
        """The node of a key, noting a missing one."""
        self.asked.append(key)
        node = self.items.get(key)
        if node is None and required and isinstance(self.node, yaml.MappingNode):
            self.findings.add(self.node, f"`{self.name}` lacks the key `{key}`.", f"Add `{key}:`.")
        return node

    def text(self, key: str, required: bool = True, default: str = "") -> str:
        """A string."""
        node = self.get(key, required)
        return default if node is None else self.scalar(node, key)

    def scalar(self, node: Node, key: str) -> str:
        """A scalar node's text."""
        if not isinstance(node, yaml.ScalarNode):
            self.findings.add(
                node, f"`{key}` must be plain text.", "Write one value, in quotes where needed."
            )
            return ""
        if not node.value.strip():
            self.findings.add(node, f"`{key}` is empty.", "Write a value.")
        return str(node.value).strip()

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        node = self.get(key, False)
        if node is None:
            return default
        if getattr(node, "value", None) not in {"true", "false"}:
            self.findings.add(node, f"`{key}` is neither true nor false.", "Write `true` or `false`.")
        return getattr(node, "value", "") == "true"

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number within bounds; required where there is no default."""
        node = self.get(key, default is None)
        if node is None:
            return low if default is None else default
        try:
            value = float(getattr(node, "value", ""))
        except (TypeError, ValueError):
            value = float("nan")
        if not low <= value <= high:
            self.findings.add(
                node,
                f"`{key}` must be a number from {low:g} to {high:g}.",
                "Write such a number, without quotes.",
            )
            return low
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number within bounds."""
        value = self.number(key, low, high, default)
        if value != int(value):
            self.findings.add(
                self.items.get(key), f"`{key}` must be a whole number.", "Leave out the fraction."
            )
        return int(value)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of a few words."""
        value = self.text(key, default is None, default or allowed[0])
        if value not in allowed:
            self.findings.add(
                self.items.get(key),
                f"`{key}: {value}` is not known here.",
                f"Use one of {', '.join(allowed)}.",
            )
            return allowed[0]
        return value

    def names(self, key: str, required: bool = True) -> tuple[str, ...]:
        """A list of words."""
        node = self.get(key, required)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self.findings.add(node, f"`{key}` must be a list.", f"Write `{key}: [first, second]`.")
            return ()
        return tuple(self.scalar(item, key) for item in node.value)

    def section(self, key: str, required: bool = True) -> Section | None:
        """A mapping below a key."""
        node = self.get(key, required)
        return None if node is None else Section(node, key, self.findings)

    def sections(self, key: str) -> list[Section]:
        """A list of mappings."""
        node = self.get(key, True)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.findings.add(
                node, f"`{key}` must be a list with at least one entry.", "Begin each with `- key:`."
            )
            return []
        return [Section(item, key, self.findings) for item in node.value]

    def finish(self) -> None:
        """Refuses every key that was not asked for, with the nearest known one."""
        for key, node in self.items.items():
            if key in self.asked:
                continue
            near = difflib.get_close_matches(key, self.asked, n=1)
            remedy = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(self.asked)}."
            self.findings.add(node, f"The key `{key}` is not known in `{self.name}`.", remedy)
