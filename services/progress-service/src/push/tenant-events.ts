import {
  jobRef,
  parseJobId,
  parseVideoId,
  type RedisLike,
  type Subject,
  subjectName,
  type TenantId,
  tenantEventsChannel,
  videoRef,
} from "@lectern/keys";
import { Cluster, type Redis } from "ioredis";
import { type Changes, listenerFor, serverOf } from "../changes.ts";
import { nodeListener } from "../watch-cluster.ts";
import type { Followed, Follower } from "./followed.ts";
import { sseEvent } from "./frames.ts";
import type { TenantClient } from "./sse-client.ts";
import type { Update } from "./update.ts";

export interface TenantEvents {
  join: (client: TenantClient) => void;
  leave: (client: TenantClient) => void;
  /** Tenants whose channel is subscribed to. */
  subscriptions: () => number;
  stop: () => void;
}

/** Of a tenant so many videos and jobs are followed at a time; those not heard of for longest are forgotten. */
const MOST_FOLLOWED = 10_000;
const ASK_EVERY_MS = 1_000;
/** Clients that ask for what they show do so within this time, each at a moment that it draws. */
const SPREAD_MS = 2_000;

/** From here on nothing is missed: ask once for what you show. */
const RESYNC = sseEvent({ event: "resync", data: JSON.stringify({ spread_ms: SPREAD_MS }) });

/** All of a tenant's clients here. What it hears of it follows to the end, so that a plain HSET is seen as well. */
class Group implements Follower {
  readonly tenantId: TenantId;
  readonly clients = new Set<TenantClient>();
  readonly #followed: Followed;
  readonly #subjects = new Map<string, Subject>();

  constructor(tenantId: TenantId, followed: Followed) {
    this.tenantId = tenantId;
    this.#followed = followed;
  }

  heard(subject: Subject): void {
    const name = subjectName(subject);
    // The last heard of stands last.
    const known = this.#subjects.delete(name);
    this.#subjects.set(name, subject);
    if (known) this.#followed.hint(subject);
    // What is kept may be older than the message.
    else this.#followed.followAnew(subject, this);
    if (this.#subjects.size <= MOST_FOLLOWED) return;
    const [oldest] = this.#subjects;
    if (oldest === undefined) return;
    this.#subjects.delete(oldest[0]);
    this.#followed.unfollow(oldest[1], this);
  }

  show(update: Update): void {
    if (update.final) this.#subjects.delete(subjectName(update.view.subject));
    for (const client of this.clients) client.write(update.event(client.language));
  }

  resync(): void {
    for (const client of this.clients) client.write(RESYNC);
  }

  leave(): void {
    for (const subject of this.#subjects.values()) this.#followed.unfollow(subject, this);
    this.#subjects.clear();
  }
}

/**
 * Tells the clients of a whole tenant what changes, from the tenant's channel: one subscription a tenant, however many
 * clients. The connection is made when the first of them comes. After it was lost, silent for too long, or left behind at
 * a server that is read from no more, it is made anew and clients are told to ask once: pub/sub keeps nothing for who is
 * away. Any node of a Cluster hears what is published at any other.
 */
export function createTenantEvents(reader: RedisLike, changes: Changes, followed: Followed): TenantEvents {
  const groups = new Map<string, Group>();
  const subscribed = new Set<string>();
  /** Asked for, and not answered yet: asked for twice, it would be told of twice. */
  const subscribing = new Set<string>();
  let listener: Redis | null = null;
  /** Where it leads, asked before it subscribes; null while that is not known. */
  let server: string | null = null;
  let asking = false;

  function connection(): Redis | null {
    if (listener !== null) return listener;
    const made = connect(reader);
    if (made === null) return null;
    listener = made;
    // Whoever reads notices an outage and logs it.
    made.on("error", () => {});
    made.on("close", () => {
      subscribed.clear();
      server = null;
      if (!(reader instanceof Cluster)) return;
      // That node may be gone for good: the next one is asked.
      listener = null;
      made.disconnect();
    });
    made.on("ready", () => void subscribe([...groups.keys()]));
    made.on("message", hear);
    return made;
  }

  async function subscribe(wanted: readonly string[]): Promise<void> {
    const redis = connection();
    const channels = wanted.filter((channel) => !subscribed.has(channel) && !subscribing.has(channel));
    if (channels.length === 0 || redis?.status !== "ready") return;
    for (const channel of channels) subscribing.add(channel);
    try {
      server ??= await serverOf(redis).catch(() => null);
      await redis.subscribe(...channels);
    } catch {
      return; // tried anew each second, and on each new connection
    } finally {
      for (const channel of channels) subscribing.delete(channel);
    }
    for (const channel of channels) {
      const group = groups.get(channel);
      if (group === undefined) {
        redis.unsubscribe(channel).catch(() => {});
        continue;
      }
      subscribed.add(channel);
      group.resync();
    }
  }

  function hear(channel: string, message: string): void {
    const group = groups.get(channel);
    const subject = group === undefined ? null : subjectOf(group.tenantId, message);
    if (subject !== null) group?.heard(subject);
  }

  /** Silence is no proof that nothing changed. */
  function ask(): void {
    const redis = groups.size === 0 ? null : connection();
    if (redis?.status !== "ready" || asking) return;
    const watched = changes.server();
    if (watched !== null && server !== null && watched !== server) {
      redis.disconnect(true);
      return;
    }
    asking = true;
    void subscribe([...groups.keys()]);
    redis
      .ping()
      .catch(() => redis.status === "ready" && redis.disconnect(true))
      .finally(() => {
        asking = false;
      });
  }
  const timer = setInterval(ask, ASK_EVERY_MS).unref();

  return {
    join: (client) => {
      const channel = tenantEventsChannel(client.tenantId);
      const group = groups.get(channel) ?? new Group(client.tenantId, followed);
      const isFirst = group.clients.size === 0;
      groups.set(channel, group);
      group.clients.add(client);
      if (subscribed.has(channel)) client.write(RESYNC);
      else if (isFirst) void subscribe([channel]);
    },
    leave: (client) => {
      const channel = tenantEventsChannel(client.tenantId);
      const group = groups.get(channel);
      if (group === undefined) return;
      group.clients.delete(client);
      if (group.clients.size > 0) return;
      group.leave();
      groups.delete(channel);
      if (subscribed.delete(channel)) listener?.unsubscribe(channel).catch(() => {});
    },
    subscriptions: () => subscribed.size,
    stop: () => {
      clearInterval(timer);
      listener?.disconnect();
    },
  };
}

/** Null where no node of a Cluster is known. */
function connect(reader: RedisLike): Redis | null {
  if (!(reader instanceof Cluster)) return listenerFor(reader);
  const masters = reader.nodes("master");
  const node = masters[Math.floor(Math.random() * masters.length)];
  return node === undefined ? null : nodeListener(node);
}

/** Whom a message of the channel is about; null where it is none of ours. */
function subjectOf(tenantId: TenantId, message: string): Subject | null {
  let said: unknown;
  try {
    said = JSON.parse(message);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  if ("video_id" in said) {
    const videoId = parseVideoId(said.video_id);
    return videoId === null ? null : videoRef(tenantId, videoId);
  }
  const jobId = "job_id" in said ? parseJobId(said.job_id) : null;
  return jobId === null ? null : jobRef(tenantId, jobId);
}
