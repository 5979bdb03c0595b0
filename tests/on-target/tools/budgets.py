"""Reads `budgets.txt`, and holds figures against it.

Its lines are `limit TARGET name=number ...` and `last TARGET name=number ...`; those of the growth of flash begin with
`limit-growth` and `last-growth`, and those of the node's parts with `limit-node` and `last-node`, and a part's name; those
of each part by itself with `limit-part` and `last-part`, target and name. `kind` is what stands after the word: "",
"-growth", "-node" or "-part"; `target` is all names.
"""

import re


def read(path, kind, target):
    """The limits and the last figures, by name."""
    found = {}
    names = target.split()
    with open(path) as lines:
        for line in lines:
            word, *words = line.split("#")[0].split() or [""]
            if words[: len(names)] == names and all("=" in word for word in words[len(names) :]):
                pairs = (word.split("=") for word in words[len(names) :])
                found[word] = {name: int(value) for name, value in pairs}
    return found.get("limit" + kind, {}), found.get("last" + kind, {})


def pairs(values):
    return " ".join(f"{name}={value}" for name, value in values.items())


def record(path, kind, target, values):
    with open(path) as file:
        text = file.read()
    new = f"last{kind} {target} {pairs(values)}"
    text, found = re.subn(rf"^last{kind} +{target} .*$", new, text, flags=re.MULTILINE)
    with open(path, "w") as file:
        file.write(text if found else text + new + "\n")


def limit(path, kind, target, values):
    """Writes limits, where there are none yet."""
    if not read(path, kind, target)[0]:
        with open(path, "a") as file:
            file.write(f"limit{kind} {target} {pairs(values)}\n")


def judge(path, kind, target, values, complain):
    """Complains of each figure above its limit, and says how all differ from the last ones."""
    limits, last = read(path, kind, target)
    if not limits:
        complain(f"there are no limits for {target}")
    for name, limit in limits.items():
        if values[name] > limit:
            complain(f"{name} is {values[name]}, above its limit of {limit}")
    changes = [f"{name} {value - last[name]:+}" for name, value in values.items() if last.get(name, value) != value]
    return (", ".join(changes) or "no change") if last else "none recorded"
