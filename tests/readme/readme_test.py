#!/usr/bin/python3
"""Runs the examples of README.md and compares: what it shows is what the program prints.

usage: readme_test.py PROGRAM [--update] [--full]

A line `...` stands for some lines; the paragraph `This run:` says what the simulation cost on some machine, and is no
part of the comparison. --update writes into README.md what the program prints now (examples with `...` are edited by
hand), --full also runs the full system, which takes a minute.
"""

import difflib
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")
EXAMPLE = re.compile(r"```console\n\$ ((?:[^\n]*[|\\]\n)*[^\n]*)\n(.*?)```\n", re.DOTALL)
ELISION = re.compile(r"^ *\.\.\.\n", re.MULTILINE)


def printed_by(command, program):
    command = command.replace("./chatsim", program).replace(" python3 ", f" {sys.executable} ")
    command = command.replace(" --out out", "")
    done = subprocess.run(command, shell=True, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def without_cost(text):
    return re.sub(r"^This run: .*", "", text, flags=re.DOTALL | re.MULTILINE)


def shows(shown, printed):
    """Whether `shown`, with its `...`, is what was printed."""
    parts = [re.escape(part) for part in ELISION.split(without_cost(shown))]
    return re.fullmatch("(?:.*\n)*?".join(parts), without_cost(printed)) is not None


def difference(shown, printed):
    if ELISION.search(shown):
        there = set(printed.splitlines()) | {"..."}
        return [f"-{line}" for line in shown.splitlines() if line not in there and line.strip() != "..."]
    return difflib.unified_diff(shown.splitlines(), printed.splitlines(), "README.md", "now", "", "", 2)


def main(program, *options):
    text = open(README).read()
    updated, wrong, checked = text, 0, 0
    for example in EXAMPLE.finditer(text):
        command, shown = example.groups()
        # A run of the full system takes minutes; its estimate and plan do not.
        if "run" in command and "chat_2b" in command and "--full" not in options:
            continue
        printed = printed_by(command, os.path.abspath(program))
        checked += 1
        if shows(shown, printed) and "--update" not in options:
            print(f"ok: {command}")
        elif "--update" in options and not ELISION.search(shown):
            updated = updated.replace(example.group(0), example.group(0).replace(shown, printed))
        elif not shows(shown, printed):
            wrong += 1
            print(f"README.md shows something else: {command}")
            print("\n".join(difference(shown, printed)))
    if updated != text:
        open(README, "w").write(updated)
    print(f"{checked} examples, {wrong} wrong")
    return wrong > 0 or checked == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
