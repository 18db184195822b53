import { between, oneOf, type Random, seeded } from "./random.ts";

/** What a fault is done to; a target bears one fault at a time. */
export type Target = "worker-1" | "worker-2" | "upload-service" | "progress-service" | "redis" | "store" | "database";
export type FaultKind = "kill" | "stop" | "term" | "flush" | "restart" | "disconnect" | "cut" | "hang";

export interface Fault {
  /** Milliseconds after the beginning of the run. */
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: Target;
  /** How long it lasts; 0 where it is over at once. */
  readonly holdMs: number;
}

/** What the teacher does after an upload was confirmed. */
export type Whim = "none" | "cancel" | "cancel-and-retry" | "delete";

export interface Upload {
  readonly atMs: number;
  /** Which of the tenants. */
  readonly tenant: number;
  readonly whim: Whim;
  /** How long after the confirmation. */
  readonly whimAfterMs: number;
}

export interface Plan {
  readonly faults: readonly Fault[];
  readonly uploads: readonly Upload[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly videos: number;
  readonly faults: number;
  readonly tenants: number;
}

interface Choice {
  readonly kind: FaultKind;
  readonly targets: readonly [Target, ...Target[]];
  /** Least and most seconds. */
  readonly hold: readonly [number, number];
}

const WORKERS = ["worker-1", "worker-2"] as const;
const SERVICES = [...WORKERS, "upload-service", "progress-service"] as const;
const SERVERS = ["redis", "store", "database"] as const;

/** As often as each stands here. */
const CHOICES: readonly [Choice, ...Choice[]] = [
  { kind: "kill", targets: WORKERS, hold: [0, 0] },
  { kind: "kill", targets: SERVICES, hold: [0, 0] },
  { kind: "kill", targets: ["upload-service"], hold: [0, 0] },
  { kind: "stop", targets: SERVICES, hold: [1, 10] },
  // Longer than a lock lasts: the work goes on elsewhere, and then the one that was stopped wakes up.
  { kind: "stop", targets: WORKERS, hold: [22, 35] },
  { kind: "term", targets: WORKERS, hold: [0, 0] },
  { kind: "flush", targets: ["redis"], hold: [0, 0] },
  { kind: "restart", targets: ["redis"], hold: [0, 3] },
  { kind: "disconnect", targets: ["database"], hold: [0, 3] },
  { kind: "cut", targets: SERVERS, hold: [1, 6] },
  { kind: "hang", targets: SERVERS, hold: [1, 8] },
];

function faultAt(random: Random, atMs: number): Fault {
  const { kind, targets, hold } = oneOf(random, CHOICES);
  const target = oneOf(random, targets);
  return { atMs, kind, target, holdMs: Math.round(1_000 * between(random, ...hold)) };
}

function whimOf(random: Random): Whim {
  const drawn = random();
  if (drawn < 0.04) return "cancel";
  if (drawn < 0.08) return "cancel-and-retry";
  return drawn < 0.12 ? "delete" : "none";
}

/** All that will happen, and when: the same for the same options. Uploads come at a steady rate, faults at random. */
export function makePlan({ seed, minutes, videos, faults, tenants }: PlanOptions): Plan {
  const random = seeded(seed);
  const lengthMs = minutes * 60_000;
  const moments = Array.from({ length: faults }, () => Math.round(between(random, 0, lengthMs))).sort((a, b) => a - b);
  return {
    faults: moments.map((atMs) => faultAt(random, atMs)),
    uploads: Array.from({ length: videos }, (_, index) => ({
      atMs: Math.round((index * lengthMs) / videos),
      tenant: Math.floor(random() * tenants),
      whim: whimOf(random),
      whimAfterMs: Math.round(between(random, 0, 10_000)),
    })),
  };
}
