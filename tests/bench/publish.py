#!/usr/bin/python3
"""Writes docs/performance.md and docs/performance.svg: what chatsim costs on this machine.

usage: publish.py [--bench CHATSIM_BENCH] [--rounds N] [--from FILE]... [--save FILE] [--rivals FILE] [--out FOLDER]

Runs all of chatsim_bench N times (1; some six minutes each), or reads what `chatsim_bench --json` printed earlier; of several
runs of a benchmark the fastest counts. --save keeps the lines for a later --from. --rivals reads what
`side_by_side.sh --json FILE` left. Needs Debian's python3-matplotlib (packages.txt, [bench]).
"""

import argparse
import datetime
import json
import pathlib
import re
import subprocess
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402: the backend is chosen first

ROOT = pathlib.Path(__file__).resolve().parents[2]


# What was measured.

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default=ROOT / "build/tests/tests/bench/chatsim_bench", type=pathlib.Path)
    parser.add_argument("--rounds", default=1, type=int)
    parser.add_argument("--from", dest="saved", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--save", type=pathlib.Path)
    parser.add_argument("--rivals", type=pathlib.Path)
    parser.add_argument("--out", default=ROOT / "docs", type=pathlib.Path)
    return parser.parse_args()


def run_benchmarks(bench, rounds):
    lines = []
    for number in range(1, rounds + 1):
        print(f"publish.py: round {number} of {rounds}", file=sys.stderr)
        done = subprocess.run([bench, "--json"], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"publish.py: {bench} failed")
        lines += done.stdout.splitlines()
    return lines


def cost(row):
    """The less, the better the run."""
    if "ns_per_event" in row:
        return row["ns_per_event"]
    return row.get("platform_build_s") or row.get("ms_per_load") or 1 / row["messages_per_s"]


def best_rows(lines):
    best = {}
    for row in map(json.loads, lines):
        name = row["name"]
        if name in best and best[name].get("hash") != row.get("hash"):
            sys.exit(f"publish.py: two runs of {name} computed different things")
        if name not in best or cost(row) < cost(best[name]):
            best[name] = row
    return best


# Where it was measured.

def first_match(path, pattern, otherwise="unknown"):
    found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return found.group(1).strip() if found else otherwise


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine():
    cores = len(re.findall(r"^processor\s*:", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    model = first_match("/proc/cpuinfo", r"^model name\s*:\s*(.*)$")
    family = first_match("/proc/cpuinfo", r"^cpu family\s*:\s*(.*)$")
    cache = first_match("/proc/cpuinfo", r"^cache size\s*:\s*(.*)$")
    memory_gb = int(first_match("/proc/meminfo", r"^MemTotal:\s*(\d+) kB", "0")) * 1024e-9
    return f"{model} (family {family}, {cores} cores, cache {cache}), {memory_gb:.0f} GB of memory"


def commit():
    changed = output("git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return output("git", "-C", ROOT, "rev-parse", "--short=12", "HEAD") + (", with changes" if changed else "")


def header():
    compiler = output("c++", "--version").splitlines()
    return {
        "Machine": machine() + "; benchmarks use one core",
        "System": first_match("/etc/os-release", r'^PRETTY_NAME="(.*)"$'),
        "Compiler": (compiler[0] if compiler else "unknown") + ", preset `release`",
        "Commit": commit(),
        "Date": datetime.date.today().isoformat(),
    }


# Tables.

NAME = ("", "name", 1, None)
EVENTS = ("M events/s", "events_per_s", 1e6, 2)
EVENT_NS = ("ns/event", "ns_per_event", 1, 1)
MESSAGES = ("k messages/s", "messages_per_s", 1e3, 1)
MESSAGE_EVENTS = ("events/message", "events_per_message", 1, 1)
SIMULATED = ("processor s per simulated s", "processor_s_per_simulated_s", 1, 2)
MACHINES = ("machines", "machines", 1, 0)
MACHINE_BYTES = ("bytes/machine", "bytes_per_machine", 1, 0)
PEAK = ("peak MB", "peak_rss_bytes", 1e6, 0)
MEAN = ("mean ms", "mean_ms", 1, 4)

SECTIONS = [
    ("The whole service", r"service_\d+",
     "scenarios/chat_2b.yaml after its warm-up: messages, groups, receipts, sessions, mailboxes, pictures. Every tier, the "
     "datacenter and the population are divided or multiplied alike, so that the load of a machine is the same. The offered "
     "rate follows: 1.16 million messages a second at 51,600 machines.",
     [NAME, MACHINES, EVENTS, EVENT_NS, MESSAGES, MESSAGE_EVENTS, SIMULATED, MACHINE_BYTES, PEAK]),
    ("More and fewer messages", r"load_\d+",
     "The service at 5,000 machines under 25 to 150 % of its mean rate of messages; logins and heartbeats stay the same, so that "
     "a message carries more of them when there are few.",
     [NAME, ("messages per simulated s", "messages_per_simulated_s", 1, 0), EVENTS, EVENT_NS, MESSAGES, MESSAGE_EVENTS,
      SIMULATED, PEAK]),
    ("Larger and smaller groups", r"group_size_\d+",
     "The service at 5,000 machines with groups of 5 to 100 members in the mean; a tenth of the messages go to groups. There "
     "are the fewer messages the larger groups are, so that as many are delivered a second.",
     [NAME, ("recipients/message", "recipients_per_message", 1, 1), EVENTS, EVENT_NS, MESSAGES, MESSAGE_EVENTS, SIMULATED,
      PEAK]),
    ("A storm of logins", r"login_storm_\d+",
     "The service while a deploy drains 1 % of the gateways at once: their users connect elsewhere within 50 ms, six times as "
     "many as usually log in within a second.",
     [NAME, MACHINES, ("k logins/s", "logins_per_s", 1e3, 1), EVENTS, EVENT_NS, MESSAGES, SIMULATED, MACHINE_BYTES, PEAK]),
    ("The pipeline", r"(bare_loop|pipeline)_\d+",
     "The standing benchmark: a message is served at a gateway, written to three stores of which two have to answer, reads a "
     "store and is served at another gateway; mean 2.3833 ms by theory. `pipeline` is the kernel with requests, deadlines and "
     "SimGrid's platform; `bare_loop` is the yardstick: plain structs on a calendar queue, the same random numbers, no library, "
     "nothing that can fail.",
     [NAME, MACHINES, EVENTS, EVENT_NS, MESSAGES, MESSAGE_EVENTS, MEAN, MACHINE_BYTES, PEAK]),
    ("Two threads", r"parallel_loop_\w+",
     "`bare_loop` cut into two partitions of machines, a thread each, that exchange messages whenever both have done a window "
     "of 70 us (the latency between machines), 35 us or 7 us; results are those of the loop in one piece, which is measured in "
     "the same process. Wall time on two cores; waiting is the share of both threads' time.",
     [NAME, MACHINES, EVENTS, MESSAGES, ("M events/s in one piece", "events_per_s_in_one_piece", 1e6, 2),
      ("speed-up", "speed_up", 1, 2), ("events/window", "events_per_window", 1, 0), ("waiting", "waited_share", 1, 2), MEAN]),
    ("Event queue and coroutines", r"(event_queue|kernel)_\d+",
     "`event_queue_N`: one of N pending events is taken, one is put back. `kernel_N`: N coroutines that only sleep, and after "
     "eight sleeps hand over to a new one: queue, resumption and arena together. Delays are exponential, for `bimodal` mostly "
     "short and sometimes long.",
     [NAME, EVENTS, EVENT_NS, ("ns/event, bimodal", "ns_per_event_bimodal", 1, 1), PEAK]),
    ("SimGrid's platform", r"platform_\d+",
     "Hosts in racks, racks in pods, with all links.",
     [NAME, ("hosts", "hosts", 1, 0), ("build s", "platform_build_s", 1, 2), ("bytes/host", "bytes_per_host", 1, 0), PEAK]),
    ("Reading scenarios", r"loader_\w+",
     "`loader_chat_2b`: scenarios/chat_2b.yaml. `loader_N`: a scenario that extends N - 1 others, each of which sets every "
     "field there is.",
     [NAME, ("kB", "yaml_bytes", 1e3, 1), ("ms/load", "ms_per_load", 1, 2), ("loads/s", "loads_per_s", 1, 1),
      ("MB/s", "mb_per_s", 1, 2)]),
]

RIVALS = {"pipeline_50000": "chatsim", "bare_loop_50000": "plain structs on a calendar queue"}


def cell(row, column):
    _, field, unit, decimals = column
    value = row.get(field)
    if value is None:
        return ""
    return f"`{value}`" if decimals is None else f"{value / unit:,.{decimals}f}"


def table(rows, columns):
    columns = [column for column in columns if any(column[1] in row for row in rows)]
    yield "| " + " | ".join(column[0] for column in columns) + " |"
    yield "|" + "|".join(" --- " if column[3] is None else " ---: " for column in columns) + "|"
    for row in rows:
        yield "| " + " | ".join(cell(row, column) for column in columns) + " |"
    yield ""


def rivals_section(rivals):
    yield "## Side by side"
    yield ""
    yield ("The pipeline at 50,000 machines on the same core in the same run, taking turns, each its best "
           "(`tests/bench/side_by_side.sh`).")
    yield ""
    yield "| | k messages/s | M events/s | mean ms | of chatsim |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    ours = rivals["pipeline_50000"]["messages_per_s"]
    for name, row in sorted(rivals.items(), key=lambda item: -item[1]["messages_per_s"]):
        yield (f"| {RIVALS.get(name) or row['what']} | {row['messages_per_s'] / 1e3:,.1f} | {row['events_per_s'] / 1e6:.2f} "
               f"| {row['mean_ms']:.4f} | {row['messages_per_s'] / ours:.3f} |")
    yield ""


def by_size(row):
    """Names in order, of one kind by their number."""
    kind, _, size = row["name"].rpartition("_")
    return (kind, int(size)) if size.isdigit() else (row["name"].partition("_")[0], 0)


def document(rows, rivals):
    yield "# Performance"
    yield ""
    yield ("Written by `tests/bench/publish.py` from `chatsim_bench` (tests/bench); each benchmark runs in a process of its "
           "own. Times are processor time of one core, rates are per second of it, memory is the peak of the process.")
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    for what, value in header().items():
        yield f"| {what} | {value} |"
    yield ""
    yield "![Cost of an event, of a simulated second, and memory, against machines, messages and group size](performance.svg)"
    yield ""
    if rivals:
        yield from rivals_section(rivals)
    for title, pattern, about, columns in SECTIONS:
        of_section = sorted((row for name, row in rows.items() if re.fullmatch(pattern, name)), key=by_size)
        if of_section:
            yield from ("## " + title, "", about, "")
            yield from table(of_section, columns)


# Curves.

SERIES = {  # name of benchmarks: label and look
    "service": ("whole service", "o-", "tab:blue"),
    "login_storm": ("storm of logins", "s-", "tab:red"),
    "pipeline": ("pipeline", "^-", "tab:green"),
    "bare_loop": ("plain event loop", "v--", "tab:grey"),
    "platform": ("platform alone", "d:", "tab:brown"),
    "load": ("", "o-", "tab:blue"),
    "group_size": ("", "o-", "tab:blue"),
}
ACROSS = [  # x axis: label, field, unit, logarithmic, series
    ("machines", lambda row: row.get("machines", row.get("hosts")), True,
     ["service", "login_storm", "pipeline", "bare_loop", "platform"]),
    ("thousand messages a simulated second\n(5,000 machines)", lambda row: row["messages_per_simulated_s"] / 1e3, False,
     ["load"]),
    ("mean members of a group\n(5,000 machines, as many deliveries)", lambda row: row["group_size_mean"], False,
     ["group_size"]),
]
DOWN = [
    ("ns an event", "ns_per_event", 1),
    ("processor s a simulated s", "processor_s_per_simulated_s", 1),
    ("peak memory, MB", "peak_rss_bytes", 1e6),
]


def points(rows, series, across, field, unit):
    found = [(across(row), row[field] / unit) for name, row in rows.items()
             if re.fullmatch(series + r"_\d+", name) and field in row]
    return sorted(found)


def draw(rows, path):
    plt.rcParams.update({"svg.hashsalt": "chatsim", "font.size": 10})
    figure, grid = plt.subplots(len(DOWN), len(ACROSS), figsize=(12, 10.5), squeeze=False)
    for line, (y_label, field, unit) in zip(grid, DOWN):
        for axes, (x_label, across, logarithmic, all_series) in zip(line, ACROSS):
            for series in all_series:
                drawn = points(rows, series, across, field, unit)
                label, look, colour = SERIES[series]
                if drawn:
                    axes.plot(*zip(*drawn), look, color=colour, label=label, markersize=5)
            finish(axes, x_label, y_label, logarithmic)
    handles, labels = grid[-1][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=len(labels), frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.965))
    figure.savefig(path, metadata={"Date": None})


def finish(axes, x_label, y_label, logarithmic):
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(True, which="major", alpha=0.3)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,g}" if value < 1e6 else f"{value / 1e6:,g} M")
    else:
        axes.set_xlim(left=0)
        axes.set_ylim(0, 1.15 * axes.get_ylim()[1])


def main():
    options = arguments()
    lines = [line for path in options.saved for line in path.read_text().splitlines()]
    if not options.saved:
        lines = run_benchmarks(options.bench, options.rounds)
    if options.save:
        options.save.write_text("".join(line + "\n" for line in lines))
    rows = best_rows(lines)
    rivals = best_rows(options.rivals.read_text().splitlines()) if options.rivals else {}
    options.out.mkdir(exist_ok=True)
    draw(rows, options.out / "performance.svg")
    (options.out / "performance.md").write_text("\n".join(document(rows, rivals)).rstrip() + "\n")


if __name__ == "__main__":
    main()
