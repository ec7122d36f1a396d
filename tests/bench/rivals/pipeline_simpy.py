#!/usr/bin/python3
"""The pipeline of ../pipeline_draws.hpp in SimPy 2.3 (Debian's python3-simpy), at the full 50,000 machines: a process a
message and one a replica, a Resource of 40 threads a machine.

usage: pipeline_simpy.py [SECONDS]

Messages arrive for SECONDS (0.02) and all of them are waited for; the rate does not depend on how long, since what is in
flight is in its steady state after some milliseconds. Prints a line of JSON. An event is a timed wait: 16 a message.
"""

import json
import random
import sys
import time

from SimPy.Simulation import Process, Resource, Simulation, hold, passivate, release, request

GATEWAYS, STORES, THREADS = 40_000, 10_000, 40
MESSAGES_PER_S = 1.16e6
WIRE_S = 70e-6
EVENTS_PER_MESSAGE = 16


class Call:
    """One request to several stores: how many answers are still needed."""

    def __init__(self, message, needed):
        self.message = message
        self.missing = needed


class Leg(Process):
    """The way to one of the stores and back; the answer that decides wakes the message."""

    def way(self, call, store, mean_s):
        yield hold, self, WIRE_S
        yield request, self, store
        yield hold, self, random.expovariate(1 / mean_s)
        yield release, self, store
        yield hold, self, WIRE_S
        call.missing -= 1
        if call.missing == 0:
            self.sim.reactivate(call.message)


class Message(Process):
    def way(self, pipeline):
        begin = self.sim.now()
        gateway = random.choice(pipeline.gateways)
        yield request, self, gateway
        yield hold, self, random.expovariate(1 / 0.5e-3)
        yield release, self, gateway

        self.ask(pipeline, replicas=3, needed=2, mean_s=1e-3)
        yield passivate, self
        self.ask(pipeline, replicas=1, needed=1, mean_s=0.2e-3)
        yield passivate, self

        yield hold, self, WIRE_S
        other = random.choice(pipeline.gateways)
        yield request, self, other
        yield hold, self, random.expovariate(1 / 0.5e-3)
        yield release, self, other
        pipeline.took_s.append(self.sim.now() - begin)

    def ask(self, pipeline, replicas, needed, mean_s):
        call = Call(self, needed)
        for _ in range(replicas):
            leg = Leg(sim=self.sim)
            self.sim.activate(leg, leg.way(call, random.choice(pipeline.stores), mean_s))


class Arrivals(Process):
    def way(self, pipeline, end_s):
        while True:
            yield hold, self, random.expovariate(MESSAGES_PER_S)
            if self.sim.now() >= end_s:
                return
            message = Message(sim=self.sim)
            self.sim.activate(message, message.way(pipeline))


class Pipeline:
    def __init__(self, simulation):
        self.gateways = [Resource(THREADS, sim=simulation) for _ in range(GATEWAYS)]
        self.stores = [Resource(THREADS, sim=simulation) for _ in range(STORES)]
        self.took_s = []


def main():
    end_s = float(sys.argv[1]) if len(sys.argv) > 1 else 0.02
    random.seed(1)
    simulation = Simulation()
    simulation.initialize()
    pipeline = Pipeline(simulation)
    arrivals = Arrivals(sim=simulation)
    simulation.activate(arrivals, arrivals.way(pipeline, end_s))
    begin = time.process_time()
    simulation.simulate(until=end_s + 1)
    seconds = time.process_time() - begin
    messages = len(pipeline.took_s)
    print(json.dumps({
        "name": "simpy",
        "what": "SimPy 2.3, Python " + sys.version.split()[0],
        "messages_per_s": round(messages / seconds),
        "events_per_s": round(messages * EVENTS_PER_MESSAGE / seconds),
        "mean_ms": round(1e3 * sum(pipeline.took_s) / messages, 4),
    }))


if __name__ == "__main__":
    main()
