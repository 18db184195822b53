import type { CreatedVideo, Problem, UploadTarget, VideoList } from "@lectern/contracts";
import { Redis } from "ioredis";
import t from "tap";
import { tinyVideo } from "./support/media.ts";
import { type Either, put, startService } from "./support/service.ts";

const valid = { title: "Lecture", filename: "lecture.mp4", content_type: "video/mp4", size_bytes: 10 };

t.test("creating", async (t) => {
  const s = await startService(t);

  t.test("answers a PUT of exactly the announced content type", async (t) => {
    const { status, body, headers } = await s.call<CreatedVideo>("POST", "/api/v1/media/videos/", valid);
    t.equal(status, 201);
    t.match(body, { status: "PENDING", upload: { method: "PUT", headers: { "content-type": "video/mp4" } } });
    t.equal(headers.location, `/api/v1/media/videos/${body.id}/`);
    t.ok(Date.parse(body.upload.expires_at) > Date.now());
    t.equal(
      await put(body.upload, Buffer.from("0123456789"), { "content-type": "text/html" }),
      403,
      "another type breaks the signature",
    );
    t.equal(await put(body.upload, Buffer.from("0123456789")), 200);
  });

  t.test("the address can be had anew while PENDING", async (t) => {
    const { id } = await s.create();
    const again = await s.call<UploadTarget>("POST", `/media/videos/${id}/upload`);
    t.equal(again.status, 200);
    t.equal(await put(again.body, Buffer.from("x")), 200);
  });

  t.test("each bad field is a 400 that names it", async (t) => {
    const bad: [string, object][] = [
      ["title", { ...valid, title: "" }],
      ["title", { ...valid, title: "a\u0000b" }],
      ["filename", { ...valid, filename: 7 }],
      ["content_type", { ...valid, content_type: "text/html" }],
      ["size_bytes", { ...valid, size_bytes: 0 }],
      ["size_bytes", { ...valid, size_bytes: "10" }],
      ["size_bytes", { title: "t", filename: "f", content_type: "video/mp4" }],
      ["additional", { ...valid, tenant_id: 1 }],
    ];
    for (const [name, body] of bad) {
      const answer = await s.call<Problem>("POST", "/api/v1/media/videos/", body);
      t.match(answer, { status: 400, body: { code: "VALIDATION_FAILED" } }, JSON.stringify(body));
      t.match(answer.body.detail, name);
    }
    t.match(await s.call("POST", "/api/v1/media/videos/", { ...valid, size_bytes: 6 * 1024 ** 3 }), { status: 413 });
    const empty = { ...valid, size_bytes: 0 };
    const korean = await s.call<Problem>("POST", "/api/v1/media/videos/", empty);
    t.match(korean.body.error_reason, /[가-힣]/, "an empty file is refused with a sentence for a Korean teacher");
    t.match(korean.headers.vary, /accept-language/i);
    const headers = { "accept-language": "en" };
    const english = await s.call<Problem>("POST", "/api/v1/media/videos/", empty, { headers });
    t.match(english.body.error_reason, /upload it again\.$/);
  });

  t.test("in bulk: all in one statement, or none", async (t) => {
    const videos = Array.from({ length: 1000 }, (_, index) => ({ ...valid, title: `Lecture ${index}` }));
    const { status, body } = await s.call<{ items: { id: number; title: string }[] }>(
      "POST",
      "/api/v1/media/videos/bulk/",
      { videos },
    );
    t.equal(status, 201);
    t.same(
      body.items.map(({ title }) => title),
      videos.map(({ title }) => title),
      "in the order given",
    );
    t.match(await s.call("POST", "/api/v1/media/videos/bulk/", { videos: [...videos, valid] }), { status: 400 });
    t.match(await s.call("POST", "/api/v1/media/videos/bulk/", { videos: [valid, { ...valid, size_bytes: -1 }] }), {
      status: 400,
    });
  });
});

t.test("reading", async (t) => {
  const s = await startService(t);
  const ids: number[] = [];
  for (const title of ["Algebra 1", "Algebra 2", "100% Geometry", "Physics_1"])
    ids.push((await s.create({ title })).id);
  const list = async (query: string) => s.call<Either<VideoList>>("GET", `/api/v1/media/videos/?${query}`);

  t.test("the list has a page after the other, newest first", async (t) => {
    const first = await list("limit=3");
    t.same(
      first.body.items.map(({ id }) => id),
      ids.slice(1).reverse(),
    );
    const second = await list(`limit=3&cursor=${first.body.next_cursor}`);
    t.same(
      second.body.items.map(({ id }) => id),
      ids.slice(0, 1),
    );
    t.equal(second.body.next_cursor, null);
  });

  t.test("filters", async (t) => {
    const titles = async (query: string) => (await list(query)).body.items.map(({ title }) => title);
    t.same(await titles("q=algebra"), ["Algebra 2", "Algebra 1"]);
    t.same(await titles("q=0%25"), ["100% Geometry"], "% is no wildcard");
    t.same(await titles("q=s_1"), ["Physics_1"], "nor is _");
    t.same(await titles("status=READY,FAILED"), []);
    t.equal((await titles("status=PENDING")).length, 4);
    t.same(await titles("created_after=2999-01-01T00:00:00Z"), []);
    t.equal((await titles("created_before=2999-01-01T00:00:00Z")).length, 4);
    for (const query of [
      "status=LOST",
      "limit=0",
      "limit=101",
      "limit=x",
      "cursor=!!",
      "created_after=yesterday",
      "created_after=2026-02-30T00:00:00Z",
      "created_before=2026-04-31T00:00:00%2B09:00",
      "created_before=2026-04-30T24:00:00Z",
      "created_before=2026-04-30T12:60:00Z",
      "created_after=2026-02-30",
      "unknown=1",
    ])
      t.match(await list(query), { status: 400, body: { code: "VALIDATION_FAILED" } }, query);
  });

  t.test("nobody sees another tenant's", async (t) => {
    const foreign = { tenant: s.tenant + 1 };
    t.match((await s.call<VideoList>("GET", "/api/v1/media/videos/", undefined, foreign)).body, {
      items: [],
      next_cursor: null,
    });
    t.match(await s.call("GET", `/api/v1/media/videos/${ids[0]}/`, undefined, foreign), {
      status: 404,
      body: { code: "VIDEO_NOT_FOUND" },
    });
  });

  t.test("ids that are none are refused, whatever they hold", async (t) => {
    for (const id of ["0", "-1", "07", "1.0", "9007199254740992", "٣", "a:b", "*", "%00", "1%20", "9".repeat(300)])
      t.match(await s.call("GET", `/api/v1/media/videos/${id}/`), { status: 400, body: { code: "MALFORMED_ID" } }, id);
  });
});

t.test("tokens and CORS", async (t) => {
  const s = await startService(t);
  const origin = "https://academy.example";
  for (const [authorization, status, code] of [
    [undefined, 401, "UNAUTHENTICATED"],
    ["Bearer nonsense", 401, "UNAUTHENTICATED"],
    ["Basic dTpw", 401, "UNAUTHENTICATED"],
  ] as const) {
    const headers = { origin, ...(authorization === undefined ? {} : { authorization }) };
    const answer = await s.service.publicApp.inject({ url: "/api/v1/media/videos/", headers });
    t.match({ status: answer.statusCode, code: answer.json().code }, { status, code });
    t.equal(answer.headers["access-control-allow-origin"], "*", "errors have CORS headers too");
  }
  const lost = await s.call("GET", "/nowhere");
  t.match(lost, { status: 404, body: { code: "ROUTE_NOT_FOUND" }, headers: { "access-control-allow-origin": "*" } });
  const document = await s.service.publicApp.inject("/openapi.json");
  t.ok(document.json().paths["/api/v1/media/videos/{id}/upload/complete/"]);
});

t.test("a lost Redis status is put back by reading the detail", async (t) => {
  const s = await startService(t, { SWEEP_MS: "60000" });
  const { id } = await s.upload(await tinyVideo());
  const [video, job] = [`tenant:${s.tenant}:video:${id}:status`, `tenant:${s.tenant}:job:video-${id}-g1:status`];
  const redis = new Redis(s.redis.url, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  // As after a restart without data, the scripts too; its mark stays, or the service would put all of it back untold.
  await redis.script("FLUSH");
  await redis.del(video, job);
  const readUntilBack = async (url: string, key: string): Promise<void> => {
    let status = 200;
    // Where Redis answers late, a read puts nothing back; not so often, though.
    for (let reads = 0; reads < 50 && status === 200 && (await redis.exists(key)) === 0; reads += 1)
      status = (await s.call("GET", url)).status;
    t.equal(status, 200);
  };
  await readUntilBack(`/api/v1/media/videos/${id}/`, video);
  t.match(await s.stored(video), { status: "UPLOADED", generation: 1 });
  await readUntilBack(`/api/v1/jobs/video-${id}-g1/`, job);
  t.match(await s.stored(job), { status: "PENDING" });
});
