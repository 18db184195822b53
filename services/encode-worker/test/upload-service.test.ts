import { parseTenantId, parseVideoId, type TenantId, type VideoId } from "@lectern/keys";
import { createLogger, createTokenVerifier } from "@lectern/service-kit";
import { decodeJwt } from "jose";
import t from "tap";
import { createServiceTokens } from "../src/service-token.ts";
import { createUploadService } from "../src/upload-service.ts";
import { startUploadDouble } from "./support/upload-double.ts";

const SECRET = "s".repeat(32);
const logger = createLogger({ service: "test", level: "silent" });
const tenantId = parseTenantId(5) as TenantId;
const videoId = parseVideoId(7) as VideoId;
const signal = new AbortController().signal;
const processing = { transition: "processing", tenant_id: 5, generation: 1, run_token: "a:1" } as const;

t.test("the internal API's client", async (t) => {
  const double = await startUploadDouble();
  t.teardown(() => double.close());
  double.videos.set(7, { tenantId: 5, status: "UPLOADED", generation: 1, attempt: 0, version: 1, source: null });
  const service = createUploadService(double.url, createServiceTokens(SECRET, logger));

  t.test("speaks with a short-lived token of its own", async (t) => {
    const answer = await service.transition(videoId, processing, { signal });
    t.match(answer, { kind: "ok", value: { attempt: 1, status: "PROCESSING" } });
    const claims = await createTokenVerifier(
      { secret: SECRET },
      "media-internal",
    )((double.tokens.at(-1) ?? "").slice("Bearer ".length));
    t.equal(claims.sub, "encode-worker");
    t.ok(Number(claims.exp) - Number(claims.iat) <= 60);
    t.match(await service.video(tenantId, videoId, { signal }), { kind: "ok", value: { attempt: 1, source: null } });
  });

  t.test("a clock that is wrong: tokens are dated by that of the answer that refused one", async (t) => {
    for (const hoursOff of [1, -1]) {
      const verify = createTokenVerifier({ secret: SECRET }, "media-internal");
      const tokens = createServiceTokens(SECRET, logger);
      const dated = (hours: number) => new Date(Date.now() + hours * 3_600_000).toUTCString();
      t.equal(tokens.correct(dated(hoursOff)), true);
      const { iat } = decodeJwt(await tokens.sign());
      t.ok(Math.abs(Number(iat) - Date.now() / 1_000 - hoursOff * 3_600) < 60);
      t.equal(tokens.correct(dated(hoursOff)), false, "it was not the clock, then");
      for (const nonsense of [null, "", "yesterday", dated(100), dated(-100)])
        t.equal(tokens.correct(nonsense), false, `${nonsense}`);
      t.equal(tokens.correct(dated(0)), true, "the clock was set right");
      t.match(await verify(await tokens.sign()), { sub: "encode-worker" });
    }
  });

  t.test("only 409 and 410 end a run", async (t) => {
    for (const [status, kind] of [
      [409, "superseded"],
      [410, "deleted"],
    ] as const) {
      double.override = () => status;
      t.strictSame(await service.transition(videoId, processing, { signal }), { kind });
      t.strictSame(await service.video(tenantId, videoId, { signal }), { kind });
    }
    for (const status of [400, 401, 404, 500, 503]) {
      double.override = () => status;
      await t.rejects(service.transition(videoId, processing, { signal }), { code: "PASSING_FAULT" }, String(status));
    }
  });

  t.test("a service that asks to be left alone is heard", async (t) => {
    double.override = () => 503;
    double.retryAfter = 4;
    await t.rejects(service.video(tenantId, videoId, { signal }), { code: "PASSING_FAULT", retryAfterMs: 4_000 });
    double.retryAfter = null;
    await t.rejects(service.video(tenantId, videoId, { signal }), { code: "PASSING_FAULT", retryAfterMs: null });
  });

  t.test("nobody there, or an answer that is none, is a passing fault; an abort is an abort", async (t) => {
    const nobody = createUploadService("http://127.0.0.1:9/", createServiceTokens(SECRET, logger));
    await t.rejects(nobody.video(tenantId, videoId, { signal }), { code: "PASSING_FAULT" });
    double.override = () => 200;
    await t.rejects(service.video(tenantId, videoId, { signal }), { code: "PASSING_FAULT" });
    const reason = new Error("enough");
    await t.rejects(service.video(tenantId, videoId, { signal: AbortSignal.abort(reason) }), reason);
  });
});
