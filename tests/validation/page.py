"""docs/validation.md from what the programs of tests/validation measured.

    page.py --check CASES     compares the page with what was measured just now; CTest runs this after the programs
    page.py --update CASES    writes the page
    page.py --print CASES     prints it
    page.py --count CASES     prints how many cases there are, and how many of them are right

CASES is the folder that CHATSIM_VALIDATION_OUT named when the programs ran: a file a program, a line of JSON a case
(published_case.cpp).
"""

import difflib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation.md"

# In the order of the page.
TOPICS = {
    "Queueing": "Waits in mean services. Loads are those of each server.",
    "Approximations": "Of the planner, beside what is simulated. What nobody knows exactly has no exact case.",
    "Intervals": "What `planner::replicate` makes of ten replications covers the truth as often as it says.",
    "Supermarket model": "Each customer looks at d servers at random and joins the shorter queue; times in mean services.",
    "Finite systems": "Customers who find no room are turned away, or there are only so many customers.",
    "Networks of queues": "Times in mean services.",
    "Quorums": "One write to N replicas and reads of it; the four ways of a message and its answer are drawn.",
    "Tails": "",
    "Placement": "",
    "Fan-out": "",
    "Blob": "Objects uploaded to the simulated service; overheads of nested codes multiply.",
    "Metastable failures": "",
}

# Times come out in nanoseconds and the page has six digits: what differs there differs.
DIGITS = ".6g"


def read(folder):
    cases = []
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        cases += [json.loads(line) for line in path.read_text().splitlines()]
    if not cases:
        sys.exit(f"{folder}: no cases; the programs of tests/validation write them")
    names = set()
    for case in cases:
        name = case["topic"], case["kind"], case["name"]
        if case["topic"] not in TOPICS:
            sys.exit(f"{__file__}: no place for the topic {case['topic']!r}")
        if name in names:
            sys.exit(f"two cases have the name {name}")
        names.add(name)
    return cases


def row(case):
    expected = format(case["expected"], DIGITS)
    cells = [
        case["name"],
        case["inputs"],
        f"at least {expected}" if case["bound"] == "at least" else expected,
        format(case["ours"], DIGITS),
        case["tolerance"],
        "yes" if case["right"] else "NO",
        case["kind"],
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells) + " |"


def page(cases):
    right = sum(case["right"] for case in cases)
    dynamics = sum(case["kind"] == "dynamics" for case in cases)
    lines = [
        "# Published results, and ours",
        "",
        f"{len(cases)} cases, {right} of them within tolerance. {dynamics} exercise random dynamics,"
        f" {len(cases) - dynamics} only re-compute an identity (`accounting`). Ours comes from the simulator's and the"
        " planner's own code; what is simulated is the same to the last digit for the same seed.",
        "",
        "Written by `tests/validation/page.py`, and compared with what is measured by the test `validation_page`. To measure"
        " and write it anew:",
        "",
        "```sh",
        "tests/run -k validation_page",
        "python3 tests/validation/page.py --update build/tests/tests/validation/cases",
        "```",
    ]
    for topic, about in TOPICS.items():
        of_topic = [case for case in cases if case["topic"] == topic]
        if not of_topic:
            continue
        lines += ["", f"## {topic}"]
        if about:
            lines += ["", about]
        for source in dict.fromkeys(case["source"] for case in of_topic):
            lines += [
                "",
                f"Source: {source}.",
                "",
                "| case | inputs, formula | expected | ours | tolerance | within | kind |",
                "| --- | --- | ---: | ---: | --- | --- | --- |",
            ]
            lines += [row(case) for case in of_topic if case["source"] == source]
    return "\n".join(lines) + "\n"


def check(cases, folder):
    wrong = [case for case in cases if not case["right"]]
    for case in wrong:
        print(f"out of tolerance: {case['topic']}: {row(case)}")
    before = PAGE.read_text() if PAGE.exists() else ""
    now = page(cases)
    if before != now:
        difference = difflib.unified_diff(before.splitlines(), now.splitlines(), str(PAGE), "measured", n=0, lineterm="")
        print(*list(difference)[:60], sep="\n")
        print(f"docs/validation.md is not what was measured; to refresh it: /usr/bin/python3 {__file__} --update {folder}")
    sys.exit(bool(wrong) or before != now)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("--check", "--update", "--print", "--count"):
        sys.exit(__doc__)
    action, folder = sys.argv[1:]
    cases = read(folder)
    if action == "--check":
        check(cases, folder)
    elif action == "--update":
        PAGE.write_text(page(cases))
    elif action == "--count":
        print(len(cases), sum(case["right"] for case in cases))
    else:
        print(page(cases), end="")


if __name__ == "__main__":
    main()
