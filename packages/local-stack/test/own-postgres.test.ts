import { Client } from "pg";
import t from "tap";
import { startOwnPostgres } from "../src/index.ts";

t.test("is restarted on the same port, in order or at once, and keeps what was committed", async (t) => {
  const server = await startOwnPostgres();
  t.teardown(() => server.stop());
  const connect = async () => {
    const client = new Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  const first = await connect();
  await first.query("CREATE TABLE kept (n integer)");
  for (const [n, end] of [server.stop, server.crash].entries()) {
    const client = await connect();
    await client.query("INSERT INTO kept VALUES ($1)", [n]);
    await end();
    await t.rejects(client.query("SELECT 1"), "its sessions have ended");
    await t.rejects(connect(), { code: "ECONNREFUSED" });
    await server.start();
    const { rows } = await (await connect()).query("SELECT count(*)::integer AS count FROM kept");
    t.same(rows, [{ count: n + 1 }]);
  }
});
