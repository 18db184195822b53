import type { Snapshot } from "@lectern/keys";
import { Counter, type Registry } from "prom-client";
import type { ReadFailure } from "./snapshot-reader.ts";

export type PollRoute = "video" | "videos" | "job";

/** Answers by what they could say: of a batch each entry counts. `unreachable` are defaults for want of Redis. */
export type PollOutcome = "known" | "default" | "unreachable";

export interface PollMetrics {
  polled: (route: PollRoute, outcome: PollOutcome) => void;
  redisFailed: (failure: ReadFailure) => void;
}

export function outcomeOf(snapshots: readonly Snapshot[] | null, snapshot: Snapshot): PollOutcome {
  if (snapshots === null) return "unreachable";
  return snapshot.known ? "known" : "default";
}

/** Counted in plain numbers and handed over when somebody scrapes: a labelled `inc` is dear on a path this short. */
export function createPollMetrics(registry: Registry): PollMetrics {
  const polls = counts<PollRoute, PollOutcome>(["video", "videos", "job"], ["known", "default", "unreachable"]);
  const errors: Record<ReadFailure, number> = { timeout: 0, error: 0 };
  new Counter({
    name: "progress_polls_total",
    help: "Polls answered, by route and by what could be said",
    labelNames: ["route", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, outcomes] of Object.entries(polls))
        for (const [outcome, count] of Object.entries(outcomes)) this.inc({ route, outcome }, count);
    },
  });
  new Counter({
    name: "progress_redis_errors_total",
    help: "Reads that Redis did not answer in time, or refused",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(errors)) this.inc({ kind }, count);
    },
  });
  return {
    polled: (route, outcome) => {
      polls[route][outcome] += 1;
    },
    redisFailed: (failure) => {
      errors[failure] += 1;
    },
  };
}

function counts<Outer extends string, Inner extends string>(outer: readonly Outer[], inner: readonly Inner[]) {
  const zeros = () => Object.fromEntries(inner.map((name) => [name, 0])) as Record<Inner, number>;
  return Object.fromEntries(outer.map((name) => [name, zeros()])) as Record<Outer, Record<Inner, number>>;
}
