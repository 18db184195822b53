import { ENCODE_QUEUE } from "@lectern/keys";
import { startTcpProxy, type TcpProxy } from "@lectern/local-stack";
import { Queue } from "bullmq";
import t from "tap";
import { film } from "../../src/films.ts";
import { openScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const lecture = await film(1, "160x90");
const wired = Promise.withResolvers<TcpProxy>();
const scene = await openScene(t, {
  rewire: async (servers) => {
    const proxy = await startTcpProxy({ target: servers.redisUrl });
    t.teardown(() => proxy.close());
    wired.resolve(proxy);
    return { ...servers, redisUrl: proxy.url };
  },
});
const { teacher, database } = scene;
const redis = await wired.promise;
const queue = new Queue(ENCODE_QUEUE, { connection: scene.client, skipVersionCheck: true });
t.teardown(() => queue.close());

const jobsOf = async (id: number) =>
  (await queue.getJobs()).filter((job) => job.data.video_id === id).map((job) => job.id);

async function killUploadService(): Promise<void> {
  const pid = scene.pidOf("upload-service");
  if (pid === null) throw new Error("upload-service is down");
  process.kill(pid, "SIGKILL");
}

t.test("upload-service dies between commit and queue add: it is delivered without another call", async (t) => {
  const id = await teacher.upload(lecture);
  redis.hang();
  const answer = teacher.complete(id).then(
    ({ status }) => status,
    () => "connection lost",
  );
  await scene.untilRow(id, ({ status }) => status === "UPLOADED");
  await killUploadService();
  t.match(String(await answer), /connection lost|503/, "it may have answered just before");
  t.same(await jobsOf(id), [], "the job never reached the queue");
  redis.cut();
  redis.resume();
  t.match(await scene.untilRow(id, ({ status }) => status === "READY"), { generation: 1, attempt: 1, crashes: 0 });
  t.same(await jobsOf(id), [`video-${id}-g1`]);
});

t.test("it dies after the add, before that is noted down: the repeated add is no second job", async (t) => {
  // The note waits for a lock that the test holds: so the moment lasts as long as it is needed.
  await database.query(`
    CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;
    CREATE TRIGGER wait_for_test BEFORE UPDATE OF delivered_at ON outbox FOR EACH ROW
      WHEN (NEW.kind = 'enqueue' AND NEW.delivered_at IS NOT NULL) EXECUTE FUNCTION wait_for_test()`);
  const holder = await database.connect();
  await holder.query("SELECT pg_advisory_lock(4711)");
  const id = await teacher.upload(lecture);
  const answer = teacher.complete(id).then(
    ({ status }) => status,
    () => "connection lost",
  );
  await until(
    () => jobsOf(id),
    (jobs) => jobs.length === 1,
  );
  await killUploadService();
  t.equal(await answer, "connection lost");
  const { rows } = await database.query(
    "SELECT delivered_at FROM outbox WHERE video_id = $1 AND kind = 'enqueue' AND generation = 1",
    [id],
  );
  t.same(rows, [{ delivered_at: null }]);
  await database.query("DROP TRIGGER wait_for_test ON outbox");
  await holder.query("SELECT pg_advisory_unlock(4711)");
  holder.release();
  t.match(await scene.untilRow(id, ({ status }) => status === "READY"), { generation: 1, attempt: 1, crashes: 0 });
  await until(
    async () =>
      (
        await database.query("SELECT 1 FROM outbox WHERE video_id = $1 AND kind <> 'sweep' AND delivered_at IS NULL", [
          id,
        ])
      ).rows,
    (owed) => owed.length === 0,
  );
  t.same(await jobsOf(id), [`video-${id}-g1`], "one job, whatever was added twice");
  t.match((await teacher.videoProgress(id)).body, { status: "READY", progress: 100 });
});
