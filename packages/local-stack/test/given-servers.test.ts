import t from "tap";
import { readGivenServers } from "../src/given-servers.ts";

const store = {
  S3_ENDPOINT: "https://store.example",
  S3_BUCKET: "b",
  S3_ACCESS_KEY_ID: "k",
  S3_SECRET_ACCESS_KEY: "s",
};

t.test("nothing named, nothing given; an empty variable names nothing", async (t) => {
  const nothing = { databaseUrl: null, redisUrl: null, store: null, containers: false };
  t.same(readGivenServers({}), nothing);
  t.same(readGivenServers({ DATABASE_URL: "", REDIS_URL: "", S3_ENDPOINT: "", STACK: "" }), nothing);
});

t.test("a store needs its bucket and keys", async (t) => {
  t.match(readGivenServers(store), { store: { bucket: "b", region: "auto", publicReadUrl: null } });
  t.throws(() => readGivenServers({ ...store, S3_BUCKET: undefined }), { message: /^S3_BUCKET must be set/ });
  const local = readGivenServers({ ...store, S3_ENDPOINT: "http://127.0.0.1:9/cdn-cgi/local/r2/s3" });
  t.equal(local.store?.publicReadUrl, "http://127.0.0.1:9/cdn-cgi/local/r2/public/b/");
});

t.test("STACK is one word or nothing", async (t) => {
  t.ok(readGivenServers({ STACK: "containers" }).containers);
  t.throws(() => readGivenServers({ STACK: "docker" }), { message: /can only be "containers"/ });
});
