import { setTimeout as pause } from "node:timers/promises";
import { randomTenant, startTestSystem } from "@lectern/local-stack";
import pg from "pg";
import { signIn } from "../../client.ts";
import { film } from "../../films.ts";

const AT_ONCE = 4;
const LOOK_MS = 200;

/**
 * Confirms `count` uploads, a few at a time, and gives for each the milliseconds from its transaction to the note that its
 * job is in the queue, which is made after the job was added.
 */
export async function measureDispatch(count: number): Promise<number[]> {
  const system = await startTestSystem({ only: ["upload-service"] });
  const client = await signIn(system, randomTenant());
  const bytes = await film(1, "160x90");
  const database = new pg.Pool({ connectionString: system.databaseUrl, max: 1 });
  try {
    let left = count;
    const teach = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const { status, body } = await client.complete(await client.upload(bytes));
        // Confirmed as well; on a machine that is too busy the queue is reached later, and that counts.
        if (status !== 200 && body.code !== "VIDEO_UPLOAD_ENQUEUE_FAILED")
          throw new Error(`complete: ${status} ${body.detail}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, teach));
    for (;;) {
      const { rows } = await database.query<{ ms: number | null }>(
        "SELECT (extract(epoch FROM delivered_at - created_at) * 1000)::float8 AS ms FROM outbox WHERE kind = 'enqueue'",
      );
      const delivered = rows.flatMap(({ ms }) => ms ?? []);
      if (delivered.length === rows.length) return delivered;
      await pause(LOOK_MS);
    }
  } finally {
    await database.end();
    await system.stop();
  }
}
