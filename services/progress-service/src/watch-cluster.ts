import type { Cluster, Redis } from "ioredis";
import { type Changes, type HearChanges, LISTENER, watchChanges } from "./changes.ts";

/** How often the masters are looked at: one that was promoted is told by no event. */
const LOOK_EVERY_MS = 50;
const MOST_PAUSE_MS = 500;

/**
 * {@link watchChanges} for a Cluster: one watch for each master, which together vouch for everything that is read. While
 * one of them is missing nobody vouches. A slot that moves to another master takes its keys' watch with it: the old one
 * tells of keys that it gives away, but not of those that were not there, so a new map of slots is a new mark.
 */
export function watchCluster(cluster: Cluster, onFailure: (error: unknown) => void): Changes {
  const watches = new Map<Redis, Changes>();
  const hearers: HearChanges[] = [];
  let [marks, lastSum, slots] = [0, -1, slotsOf(cluster)];

  function look(): void {
    const masters = cluster.nodes("master");
    for (const [node, watch] of watches) {
      if (masters.includes(node)) continue;
      watch.stop();
      watches.delete(node);
      marks += 1;
    }
    for (const node of masters) {
      // Nodes are connected to when they are first asked for something.
      if (node.status === "wait") node.connect().catch(() => {});
      if (watches.has(node)) continue;
      const watch = watchChanges({ reader: node, listener: nodeListener(node), onFailure });
      watch.listen((keys) => {
        for (const hear of hearers) hear(keys);
      });
      watches.set(node, watch);
      marks += 1;
    }
  }

  function mapped(): void {
    const present = slotsOf(cluster);
    if (present !== slots) marks += 1;
    slots = present;
    look();
  }

  function mark(): number | null {
    let sum = 0;
    for (const watch of watches.values()) {
      const own = watch.mark();
      if (own === null) return null;
      sum += own;
    }
    if (watches.size === 0) return null;
    // Each of them only ever counts up.
    if (sum !== lastSum) marks += 1;
    lastSum = sum;
    return marks;
  }

  cluster.on("refresh", mapped).on("+node", look).on("-node", look);
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  look();
  return {
    mark,
    heardUntil: () => Math.min(...[...watches.values()].map((watch) => watch.heardUntil())),
    server: () => null,
    listen: (hear) => void hearers.push(hear),
    confirm: async () => {
      await Promise.all([...watches.values()].map((watch) => watch.confirm()));
    },
    stop: () => {
      clearInterval(timer);
      cluster.off("refresh", mapped).off("+node", look).off("-node", look);
      for (const watch of watches.values()) watch.stop();
      watches.clear();
    },
  };
}

/** A connection to listen on to the same node, which comes back by itself, unlike a Cluster's own. */
export function nodeListener(node: Redis): Redis {
  return node.duplicate({
    ...LISTENER,
    lazyConnect: false,
    readOnly: false,
    retryStrategy: (times: number) => Math.min(50 * times, MOST_PAUSE_MS),
  });
}

/** Which master each slot is at, as a text that is another one when that changes. */
function slotsOf({ slots }: Cluster): string {
  let text = "";
  for (const [slot, nodes] of slots.entries())
    if (nodes?.[0] !== slots[slot - 1]?.[0]) text += `${slot}=${nodes?.[0] ?? ""};`;
  return text;
}
