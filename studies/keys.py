"""The viewer's actions and the keys that steer them; studies/keys.json has one row for each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Action:
    """What a key does; `name` and `by` are the page's words for it, `also` a key beside the standard one."""

    id: str
    name: str
    key: str
    label: str
    group: str
    by: int | None = None
    also: str = ""


@dataclass(frozen=True)
class KeyRow:
    """A row of the key help: an action and the reader's key for it, empty where another action has it."""

    action: Action
    key: str

    @property
    def cap(self) -> str:
        """What stands on the key."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.key) if len(self.key) > 1 else self.key.upper()


# Digits answer; Enter, Escape, Tab, arrows and ? do the same for everybody; / and ' search in some browsers.
OWN = re.compile(r"[^\W\d_]|[^\w\s?/']|_|Page(Up|Down)|Home|End|Insert|Delete|Backspace")
ACTIONS = tuple(
    Action(**row) for row in json.loads(Path(__file__).with_name("keys.json").read_text(encoding="utf-8"))
)


@dataclass(frozen=True)
class KeyHelp:
    """What the key help lists, under its headings, and what stands on each action's key."""

    groups: dict[str, list[KeyRow]]
    caps: dict[str, str]


def faults(own: dict[str, str]) -> dict[str, str]:
    """What is wrong with a reader's own keys, by action."""
    found = dict.fromkeys(own.keys() - {row.id for row in ACTIONS}, "This action is not known.")
    for action, key in own.items():
        if not OWN.fullmatch(key) or not (key.isprintable() and (len(key) > 1 or key == key.lower())):
            found.setdefault(action, "This key has another use or is none.")
    keys = [own.get(action.id, action.key) for action in ACTIONS]
    for action, key in own.items():
        if keys.count(key) > 1:
            found.setdefault(action, "This key stands for two actions.")
    return found


def key_rows(own: dict[str, str]) -> tuple[KeyRow, ...]:
    """Every action with its key: the reader's own where there is one, else the standard key if it is free."""
    taken = set(own.values())
    free = {action.id: "" if action.key in taken else action.key for action in ACTIONS}
    return tuple(KeyRow(action, own.get(action.id) or free[action.id]) for action in ACTIONS)


def key_help(own: dict[str, str] | None = None) -> KeyHelp:
    """The table as pages show it."""
    groups: dict[str, list[KeyRow]] = {}
    rows = key_rows(own or {})
    for row in rows:
        groups.setdefault(row.action.group, []).append(row)
    return KeyHelp(groups, {row.action.id: row.cap for row in rows})
