import type { Random } from "./random.ts";

/** What a fault is done to; a target bears one fault at a time. */
export type Target = Worker | "upload-service" | "progress-service" | Server | "scratch";
export type Worker = "worker-1" | "worker-2";
export type Server = "redis" | "store" | "database";
export type FaultKind =
  /** Of a process. `partition`: this worker alone does not reach Redis. */
  | "kill"
  | "kill-at-work"
  | "stop"
  | "term"
  | "partition"
  /** Of a server. `restart` is in order, `crash` is not; `full`: it takes nothing more. */
  | "flush"
  | "restart"
  | "crash"
  | "disconnect"
  | "full"
  /** Of the way to a server. */
  | "cut"
  | "hang"
  | "delay"
  /** Of the store's answers. */
  | "answer-429"
  | "answer-500"
  | "answer-503"
  | "half-answer"
  | "slow-answer";

export interface Choice {
  readonly kind: FaultKind;
  readonly targets: readonly [Target, ...Target[]];
  /** Least and most seconds. */
  readonly hold: readonly [number, number];
  /** Least and most milliseconds. */
  readonly delay?: readonly [number, number];
  /** How often it is in the deck; default 1. */
  readonly times?: number;
  /** Not in shorter runs. */
  readonly leastMinutes?: number;
}

const WORKERS = ["worker-1", "worker-2"] as const;
const PROCESSES = [...WORKERS, "upload-service", "progress-service"] as const;
const SERVERS = ["redis", "store", "database"] as const;

const CHOICES: readonly Choice[] = [
  { kind: "kill-at-work", targets: WORKERS, hold: [0, 0], delay: [0, 1_500], times: 5 },
  { kind: "kill", targets: PROCESSES, hold: [0, 0], times: 2 },
  { kind: "kill", targets: ["upload-service"], hold: [0, 0] },
  { kind: "term", targets: WORKERS, hold: [0, 0] },
  { kind: "stop", targets: PROCESSES, hold: [1, 10] },
  // Longer than a lock lasts: the work goes on elsewhere, and then the one that was stopped wakes up.
  { kind: "stop", targets: WORKERS, hold: [22, 35] },
  { kind: "stop", targets: WORKERS, hold: [120, 120], leastMinutes: 10 },
  { kind: "partition", targets: WORKERS, hold: [2, 15] },
  { kind: "partition", targets: WORKERS, hold: [22, 35] },
  { kind: "flush", targets: ["redis"], hold: [0, 0] },
  { kind: "restart", targets: ["redis"], hold: [0, 3] },
  { kind: "full", targets: ["redis"], hold: [2, 8] },
  { kind: "restart", targets: ["database"], hold: [0, 3] },
  { kind: "crash", targets: ["database"], hold: [0, 3] },
  { kind: "disconnect", targets: ["database"], hold: [0, 3] },
  { kind: "cut", targets: SERVERS, hold: [1, 6] },
  { kind: "hang", targets: SERVERS, hold: [1, 8] },
  ...SERVERS.map((server) => ({ kind: "delay", targets: [server], hold: [3, 10], delay: [200, 800] }) as const),
  { kind: "answer-503", targets: ["store"], hold: [2, 10] },
  { kind: "answer-429", targets: ["store"], hold: [2, 10] },
  { kind: "answer-500", targets: ["store"], hold: [2, 10] },
  // Longer than a client of the store keeps silent, at times.
  { kind: "half-answer", targets: ["store"], hold: [2, 25] },
  { kind: "slow-answer", targets: ["store"], hold: [3, 10], delay: [200, 2_000] },
  { kind: "full", targets: ["scratch"], hold: [2, 10], times: 2 },
];

/** Each choice as often as it is to come, in a random order. */
export function shuffledDeck(random: Random, minutes: number): Choice[] {
  const deck = CHOICES.filter(({ leastMinutes = 0 }) => minutes >= leastMinutes).flatMap((choice) =>
    Array.from({ length: choice.times ?? 1 }, () => choice),
  );
  return deck
    .map((choice) => ({ choice, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ choice }) => choice);
}
