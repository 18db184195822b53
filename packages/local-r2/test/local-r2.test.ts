import { request } from "node:http";
import t from "tap";
import { startLocalR2 } from "../src/index.ts";

/** The status of a GET sent to the loopback address under another name. */
function statusUnder(host: string, port: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

t.test("answers under the names it was given and under no other", async (t) => {
  const store = await startLocalR2({
    bucket: "b",
    accessKeyId: "key",
    secretAccessKey: "secret",
    dir: t.testdir(),
    host: "127.0.0.1",
    port: 0,
    hostnames: ["r2", "objects.test"],
  });
  t.teardown(() => store.stop());
  const { port } = new URL(store.url);
  const missing = "/cdn-cgi/local/r2/public/b/none";
  for (const name of [`127.0.0.1:${port}`, "127.0.0.1:9", "localhost", `r2:${port}`, "objects.test"]) {
    t.equal(await statusUnder(name, port, missing), 404, name);
  }
  for (const name of ["other", "sub.r2", "attacker.test"]) t.equal(await statusUnder(name, port, missing), 403, name);
  t.equal(await statusUnder("r2", port, "/cdn-cgi/local/r2/s3/b/none"), 400, "the S3 endpoint wants a signature");
  t.equal(await statusUnder("127.0.0.1", port, "/readyz"), 200, "a health check is answered");
  t.equal(await statusUnder("r2", port, "/"), 404, "nothing else is there");
});
