import type { EncodeCost, VideoTransitionResult } from "@lectern/contracts";
import { masterPlaylistKey, type TenantId, type VideoId } from "@lectern/keys";
import pg from "pg";
import t from "tap";
import { tinyVideo } from "../support/media.ts";
import { startService, type TestService } from "../support/service.ts";

const film = await tinyVideo();
const PROFILE = "m1/2p/1x/veryfast";

const cost = (seconds: number, changes: Partial<EncodeCost> = {}): EncodeCost => ({
  profile: PROFILE,
  kind: "h264/8/usual",
  facts: { mediaSeconds: 60, bytes: 1000 },
  steps: [{ step: "transcoding", seconds, expected: 10 }],
  ...changes,
});

/** Takes a video from upload to READY as a worker of the profile; gives what it was told at the beginning. */
async function runJob(s: TestService, reported: unknown): Promise<VideoTransitionResult> {
  const { id } = await s.upload(film);
  const say = (body: object) =>
    s.internal<VideoTransitionResult>("POST", `/internal/v1/videos/${id}/transitions`, {
      ...{ tenant_id: s.tenant, generation: 1, run_token: `run-${id}` },
      ...body,
    });
  const begun = await say({ transition: "processing", profile: PROFILE });
  const hls_path = masterPlaylistKey(s.tenant as TenantId, id as VideoId, { generation: 1, attempt: 1 });
  const ready = { transition: "ready", attempt: 1, hls_path, duration: 1 };
  const answer = await say({ ...ready, cost: reported });
  if (answer.status !== 200) throw new Error(`ready: ${answer.status}`);
  await say({ ...ready, cost: reported });
  return begun.body;
}

t.test("a worker is told what is known of the file, and what runs before it took", async (t) => {
  const s = await startService(t);
  const first = await runJob(s, cost(20));
  t.match(first.forecast, { size_bytes: film.byteLength, probe: { version: 1 }, learned: [] });
  t.match((await runJob(s, cost(20))).forecast?.learned, [
    { kind: "h264/8/usual", step: "transcoding", runs: 1, ratio: 2 },
    { kind: "*", runs: 1 },
  ]);

  await t.test("what is no cost, or an absurd one, makes no READY fail and no forecast worse", async (t) => {
    await runJob(s, { profile: 7 });
    await runJob(s, cost(-1));
    await runJob(s, "x".repeat(1000));
    await runJob(s, null);
    await runJob(s, cost(9_999_999));
    const { forecast } = await runJob(s, cost(20));
    const own = forecast?.learned.find(({ kind }) => kind === "h264/8/usual");
    t.match(own, { runs: 3, ratio: 2 });
  });

  await t.test("only the last runs of a kind are kept", async (t) => {
    const db = new pg.Client(s.database.url);
    await db.connect();
    t.teardown(() => db.end());
    const values = "select $1, $2, 60, 20, '{}', '[]' from generate_series(1, 60)";
    const insert = `insert into encode_costs (profile, kind, media_seconds, total_seconds, facts, steps) ${values}`;
    await db.query(insert, [PROFILE, "h264/8/usual"]);
    await runJob(s, cost(20));
    const { rows } = await db.query("select count(*)::int as kept from encode_costs");
    t.equal(rows[0]?.kept, 40);
  });
});
