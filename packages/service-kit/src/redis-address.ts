import { ConfigError } from "./config.ts";

export interface RedisNode {
  host: string;
  port: number;
}

interface Login {
  username?: string;
  password?: string;
  tls: boolean;
}

/** Where Redis is, as one of the URLs below says. */
export type RedisAddress =
  | { kind: "server"; url: string }
  | (Login & {
      kind: "sentinel";
      sentinels: RedisNode[];
      /** The name that the sentinels know the master by. */
      name: string;
      db: number;
      /** Whether a replica is read from in place of the master. */
      replica: boolean;
      sentinelUsername?: string;
      sentinelPassword?: string;
    })
  | (Login & { kind: "cluster"; nodes: RedisNode[] });

const SERVER = /^rediss?:\/\/./;
const SEVERAL =
  /^redis(?<tls>s?)\+(?<kind>sentinel|cluster):\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?@]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i;
const DEFAULT_PORT = { sentinel: 26_379, cluster: 6_379 };

/**
 * - `redis://…`, `rediss://…`: one server;
 * - `redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/db]`, with `?reads=replica`, `sentinelUsername`
 *   and `sentinelPassword`;
 * - `redis+cluster://[user:password@]host[:port][,host[:port]…]`: some of a Cluster's nodes.
 *
 * `rediss+…` is TLS. @throws ConfigError, without the URL: it may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (SERVER.test(url)) return { kind: "server", url };
  const parts = SEVERAL.exec(url)?.groups;
  const { hosts, path = "" } = parts ?? {};
  if (parts === undefined || hosts === undefined)
    throw new ConfigError(
      "A Redis URL is none: write redis://host:port, redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port.",
    );
  const kind = parts.kind === "sentinel" ? "sentinel" : "cluster";
  const query = new URLSearchParams(parts.query);
  const nodes = hosts.split(",").map((host) => nodeOf(host, DEFAULT_PORT[kind]));
  const login = { ...loginOf(parts.username, parts.password), tls: parts.tls === "s" };
  if (kind === "cluster") {
    if (query.get("reads") === "replica")
      throw new ConfigError(
        "A Redis Cluster is read from its masters alone: two replicas of a slot may be at different moments, and an answer would go back in time.",
      );
    if (path !== "" || query.size > 0)
      throw new ConfigError("A redis+cluster URL ends behind its hosts: a Cluster has no name and one database.");
    return { kind, nodes, ...login };
  }
  const [, name, db = "0"] = /^([\w.-]+)(?:\/(\d{1,5}))?$/.exec(path) ?? [];
  if (name === undefined)
    throw new ConfigError("A redis+sentinel URL names its master behind the hosts, as in …:26379/mymaster.");
  const { reads, sentinelUsername, sentinelPassword, ...unknown } = Object.fromEntries(query);
  if (Object.keys(unknown).length > 0 || (reads !== undefined && reads !== "replica"))
    throw new ConfigError("A redis+sentinel URL takes reads=replica, sentinelUsername and sentinelPassword alone.");
  return {
    kind,
    sentinels: nodes,
    name,
    db: Number(db),
    replica: reads === "replica",
    ...login,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

function nodeOf(text: string, defaultPort: number): RedisNode {
  const [, host, port] = HOST.exec(text) ?? [];
  if (host === undefined) throw new ConfigError("A Redis URL names a host that is none: write host:port,host:port.");
  return { host: host.replace(/^\[|\]$/g, ""), port: port === undefined ? defaultPort : Number(port) };
}

function loginOf(username = "", password = ""): { username?: string; password?: string } {
  return {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
  };
}
