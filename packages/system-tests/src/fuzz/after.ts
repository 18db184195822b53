import { jobRef, parseJobId, parseTenantId, parseVideoId, progressKey, statusKey, videoRef } from "@lectern/keys";
import type { Finding, Sighting } from "./check.ts";
import type { Scene } from "./scene.ts";

/** Everything that is kept of the videos that nobody but a stranger touches, by place. */
export type Kept = ReadonlyMap<string, string>;

/** Their places on the line may move with those of others. */
const OF_THE_QUEUE = ["turn_start", "turn_finish", "urgent"];

export async function readKept({ database, redis, world }: Scene): Promise<Kept> {
  const kept = new Map<string, string>();
  const ids = world.academies.flatMap(({ still }) => still);
  const videos = await database.query("SELECT id, to_jsonb(v) - $2::text[] AS row FROM videos v WHERE id = ANY($1)", [
    ids,
    OF_THE_QUEUE,
  ]);
  for (const { id, row } of videos.rows) kept.set(`video ${id}`, JSON.stringify(row));
  const jobs = await database.query("SELECT job_id, to_jsonb(j) AS row FROM jobs j WHERE video_id = ANY($1)", [ids]);
  for (const { job_id, row } of jobs.rows) kept.set(`job ${job_id}`, JSON.stringify(row));
  for (const { tenant, still } of world.academies)
    for (const id of still) {
      const [tenantId, videoId, jobId] = [parseTenantId(tenant), parseVideoId(id), parseJobId(`video-${id}-g1`)];
      if (tenantId === null || videoId === null || jobId === null) throw new Error("ids that are none");
      for (const subject of [videoRef(tenantId, videoId), jobRef(tenantId, jobId)]) {
        kept.set(statusKey(subject), (await redis.get(statusKey(subject))) ?? "");
        kept.set(progressKey(subject), JSON.stringify(await redis.hgetall(progressKey(subject))));
      }
    }
  return kept;
}

const AFTERWARDS = { index: -1, label: "afterwards" };
const violation = (what: string): Finding => ({ kind: "violation", what, call: AFTERWARDS });

/** What was changed by calls of strangers. Pure. */
export function changes(before: Kept, after: Kept): Finding[] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places].flatMap((place) =>
    before.get(place) === after.get(place)
      ? []
      : [violation(`${place} was ${before.get(place)} and is ${after.get(place)}`)],
  );
}

/** Ids that were seen by whom they do not belong to. */
export async function leakedIds({ database }: Scene, sightings: readonly Sighting[]): Promise<Finding[]> {
  const ids = [...new Set(sightings.map(({ id }) => id))];
  const { rows } = await database.query("SELECT id, tenant_id FROM videos WHERE id = ANY($1)", [ids]);
  const owners = new Map(rows.map((row) => [Number(row.id), Number(row.tenant_id)]));
  return sightings.flatMap(({ id, viewer, call }) => {
    const owner = owners.get(id);
    return owner === undefined || owner === viewer ? [] : [{ kind: "leak" as const, what: `video ${id}`, call }];
  });
}

/** Rows that one academy's calls made and another has. */
export async function strayRows({ database, world }: Scene): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { tenant, marker } of world.academies) {
    const { rows } = await database.query(
      "SELECT id FROM videos WHERE (title LIKE $1 OR filename LIKE $1) AND tenant_id <> $2",
      [`%${marker}%`, tenant],
    );
    for (const { id } of rows) found.push({ kind: "leak", what: `video ${id} is another's`, call: AFTERWARDS });
  }
  return found;
}

/** What the logs must not hold, and what they hold only where something went wrong that nobody expected. */
export function logFaults({ system, world }: Scene): Finding[] {
  const tokens = [...world.academies.map(({ token }) => token), world.serviceToken];
  const secrets = [
    ...tokens.flatMap((token) => token.split(".").slice(1)),
    ...Object.values(world.secrets),
    system.stack.s3.secretAccessKey,
  ];
  return (["upload-service", "progress-service"] as const).flatMap((name) => {
    const log = system.log(name);
    const errors = log.split("\n").filter((line) => /"level":"(error|fatal)"/.test(line));
    return [
      ...secrets.filter((secret) => log.includes(secret)).map(() => violation(`${name}'s log holds a secret`)),
      ...errors.slice(0, 5).map((line) => violation(`${name} logged ${line.slice(0, 600)}`)),
    ];
  });
}

/** Whether every process is the one of the start. */
export function processFaults({ system }: Scene, before: object): Finding[] {
  const same = JSON.stringify(system.processes()) === JSON.stringify(before) && system.restarts.length === 0;
  return same ? [] : [violation(`a process is another: ${system.restarts.join("; ")}`)];
}
