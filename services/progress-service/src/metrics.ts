import { Counter, Gauge, type Registry } from "prom-client";
import type { LimitedBy } from "./rate-limits.ts";
import type { ReadFailure } from "./snapshot-reader.ts";
import type { ViewSource } from "./views.ts";

export type PollRoute = "video" | "videos" | "job";

/** Answers by what they could say: of a batch each entry counts. `unreachable` are defaults for want of Redis. */
export type PollOutcome = "known" | "default" | "unreachable";

/** What is read off when somebody scrapes. */
export interface PollGauges {
  /** Views that are kept. */
  views: () => number;
  /** Whether Redis tells of changes. */
  watching: () => boolean;
  pressed: () => boolean;
}

export interface PollMetrics {
  polled: (route: PollRoute, outcome: PollOutcome) => void;
  refused: (by: LimitedBy) => void;
  redisFailed: (failure: ReadFailure) => void;
  roundTrip: () => void;
  /** @param ageMs see `ViewsOptions` */
  asked: (source: ViewSource, ageMs: number) => void;
  gauges: (gauges: PollGauges) => void;
}

/** Counted in plain numbers and handed over when somebody scrapes: a labelled `inc` is dear on a path this short. */
export function createPollMetrics(registry: Registry): PollMetrics {
  const outcomes = (): Record<PollOutcome, number> => ({ known: 0, default: 0, unreachable: 0 });
  const polls: Record<PollRoute, Record<PollOutcome, number>> = {
    video: outcomes(),
    videos: outcomes(),
    job: outcomes(),
  };
  const errors: Record<ReadFailure, number> = { timeout: 0, error: 0 };
  const refusals: Record<LimitedBy, number> = { token: 0, tenant: 0 };
  const sources: Record<ViewSource, number> = { memory: 0, shared: 0, redis: 0 };
  let roundTrips = 0;
  let oldestMs = 0;

  new Counter({
    name: "progress_polls_total",
    help: "Polls answered, by route and by what could be said",
    labelNames: ["route", "outcome"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, counts] of Object.entries(polls))
        for (const [outcome, count] of Object.entries(counts)) this.inc({ route, outcome }, count);
    },
  });
  const counter = (name: string, help: string, label: string, counts: Record<string, number>) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(counts)) this.inc({ [label]: value }, count);
      },
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  counter("progress_redis_errors_total", "Reads that Redis did not answer in time, or refused", "kind", errors);
  counter("progress_refused_total", "Polls refused by a rate limit", "limit", refusals);
  counter("progress_views_total", "Views asked for, by whence they came", "source", sources);
  new Counter({
    name: "progress_redis_round_trips_total",
    help: "Writes to Redis that carried the reads of one moment",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(roundTrips);
    },
  });
  gauge("progress_view_age_max_seconds", "Greatest age of a view given from memory since the last scrape", () => {
    const seconds = oldestMs / 1000;
    oldestMs = 0;
    return seconds;
  });

  return {
    polled: (route, outcome) => {
      polls[route][outcome] += 1;
    },
    refused: (by) => {
      refusals[by] += 1;
    },
    redisFailed: (failure) => {
      errors[failure] += 1;
    },
    roundTrip: () => {
      roundTrips += 1;
    },
    asked: (source, ageMs) => {
      sources[source] += 1;
      if (ageMs > oldestMs) oldestMs = ageMs;
    },
    gauges: ({ views, watching, pressed }) => {
      gauge("progress_views_kept", "Views kept in memory", views);
      gauge("progress_watching", "1 while Redis tells of changes", () => Number(watching()));
      gauge("progress_pressed", "1 while clients are asked to wait longer", () => Number(pressed()));
    },
  };
}
