#!/usr/bin/env python3
"""usage: 07_3_compare.py WHOLE/run.json PART/run.json SLICE

Lays the time series of the full system beside that of a slice that was simulated for longer, where both have windows. Rates
of the slice are divided by its part. Exits 1 where they disagree by more than the tolerance. What depends on how many machines a tier
has does not carry over: of twelve messaging machines a pod takes one or none, of four hundred eleven, so that the part of messages that
has to be sent again, and with it the 99th percentile while the pod is down, differ.
"""
import json
import math
import sys

whole, part = (json.load(open(path)) for path in sys.argv[1:3])
slice_of = float(sys.argv[3])
off = False


def mean(series, name, begin, end):
    times = series["time_s"]
    windows = [i for i, t in enumerate(times) if begin < t <= end]
    values = [series[name][i] for i in windows if series[name][i] is not None]
    return sum(values) / len(values) if values else math.nan


def compare(what, a, b, tolerance):
    global off
    error = abs(b / a - 1) if a else abs(b)
    bad = not error <= tolerance
    off = off or bad
    print(f"{'FAIL' if bad else 'ok':4} {what:52} whole {a:14.6g}  slice {b:14.6g}  {100 * error:6.2f} % of {100 * tolerance:g} %")


end = whole["series"]["time_s"][-1]
print(f"the first {end:g} s of {part['series']['time_s'][-1]:g} s")
phases = {"before": (2, 5), "down": (6, 15), "back": (16, end)}
for phase, (begin, until) in phases.items():
    for name, tolerance in [("offered_per_s", 0.02), ("acknowledged_per_s", 0.02), ("delivered_per_s", 0.05), ("logins_per_s", 0.05)]:
        compare(f"{phase}: {name}", mean(whole["series"], name, begin, until),
                mean(part["series"], name, begin, until) / slice_of, tolerance)
# Windows of a long run are joined: whole seconds are in both.
for at in (6, 8, 12, end):
    compare(f"connected at {at:g} s", mean(whole["series"], "connected", at - 1, at),
            mean(part["series"], "connected", at - 1, at) / slice_of, 0.02)
for incident, other in zip(whole["incidents"].values(), part["incidents"].values()):
    compare("time to detect", incident["detect_s"], other["detect_s"], 0.2)
    compare("before: send_to_ack p50", incident["before"]["send_to_ack_p50_ms"], other["before"]["send_to_ack_p50_ms"], 0.05)
    compare("before: send_to_ack p99", incident["before"]["send_to_ack_p99_ms"], other["before"]["send_to_ack_p99_ms"], 0.05)
    compare("during: send_to_ack p50", incident["during"]["send_to_ack_p50_ms"], other["during"]["send_to_ack_p50_ms"], 0.05)
sys.exit(off)
