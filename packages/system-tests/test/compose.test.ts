import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { readConfig, SHUTDOWN_MS } from "@lectern/encode-worker";
import { loadProgressConfig } from "@lectern/progress-service";
import { loadConfig } from "@lectern/service-kit";
import { UploadConfig } from "@lectern/upload-service";
import t from "tap";
import { type ComposeService, composeServices, membersOf, ROOT } from "./support/compose.ts";
import { environmentOf, last, parseDockerfile } from "./support/dockerfile.ts";

const services = Object.entries(composeServices());
const stages = parseDockerfile(readFileSync(path.join(ROOT, "deploy/Dockerfile"), "utf8"));
const ours = services.filter(([, { build }]) => build !== undefined);

function service(name: string): ComposeService {
  const found = composeServices()[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no ${name}`);
  return found;
}

/** The stage that a service of ours is built from. */
function stageOf(name: string) {
  const stage = stages.get(service(name).build?.target ?? "");
  if (stage === undefined) throw new Error(`deploy/Dockerfile has no stage for ${name}`);
  return stage;
}

/** What the process sees: the image's own environment and the compose file's over it. */
function environment(name: string): Record<string, string> {
  return { ...environmentOf(stageOf(name)), ...service(name).environment };
}

t.test("the whole system is there, each image by its tag", async (t) => {
  const names = services.map(([name]) => name).sort();
  t.strictSame(names, ["console", "encode-worker", "postgres", "progress-service", "r2", "redis", "upload-service"]);
  for (const [name, { image }] of services) {
    t.match(image, /:[\w.-]+$/, `${name} has a tag`);
    t.notMatch(image, /:latest$/, `${name} says which version`);
  }
  for (const [name, { pull_policy }] of ours) t.equal(pull_policy, "never", `${name} comes from no registry`);
});

t.test("nothing listens on more than this machine, and the internal API not even there", async (t) => {
  const ports = services.flatMap(([, { ports = [] }]) => ports);
  t.ok(ports.length > 0);
  for (const port of ports) t.match(port, /^127\.0\.0\.1:\d+(-\d+)?:\d+$/, port);
  const internal = environment("upload-service").INTERNAL_PORT;
  t.notOk(service("upload-service").ports?.some((port) => port.endsWith(`:${internal}`)));
  t.equal(new URL(environment("encode-worker").UPLOAD_INTERNAL_URL ?? "").port, internal);
});

t.test("what is ours runs with little to lose", async (t) => {
  for (const [name, settings] of ours) {
    t.match(settings, { init: true, read_only: true, cap_drop: ["ALL"], healthcheck: {} }, name);
    t.ok(settings.security_opt?.includes("no-new-privileges:true"), `${name}: no new privileges`);
    t.ok(
      settings.tmpfs?.some((mount) => mount.startsWith("/tmp:size=")),
      `${name}: /tmp in memory, with a limit`,
    );
    const stage = stageOf(name);
    t.equal(last(stage, "USER"), "1000:1000", `${name}: not root`);
    t.match(last(stage, "HEALTHCHECK"), "/readyz", `${name}: a health check in the image`);
    const [program, script] = JSON.parse(last(stage, "ENTRYPOINT") ?? "[]") as string[];
    t.equal(program, "node");
    t.ok(existsSync(path.join(ROOT, script ?? "none")), `${name}: ${script} is there`);
    const graceMs = Number.parseInt(settings.stop_grace_period ?? "", 10) * 1_000;
    t.ok(graceMs > SHUTDOWN_MS, `${name}: enough time to end`);
  }
  t.notOk(services.some(([, { privileged }]) => privileged));
});

t.test("each service starts with the variables it is given", async (t) => {
  const upload = loadConfig(UploadConfig, environment("upload-service"));
  const worker = readConfig(environment("encode-worker"));
  const progress = loadProgressConfig(environment("progress-service"));
  for (const { HOST } of [upload, worker, progress]) t.equal(HOST, "0.0.0.0");
  t.equal(worker.INTERNAL_JWT_SECRET, upload.INTERNAL_JWT_SECRET);
  t.equal(progress.JWT_HS256_SECRET, upload.JWT_HS256_SECRET);
  const unknown = Object.keys(service("upload-service").environment ?? {}).filter(
    (n) => !(n in UploadConfig.properties),
  );
  t.strictSame(unknown, [], "no variable is misspelt");
});

t.test("nobody has what is another's", async (t) => {
  for (const name of ["encode-worker", "progress-service"]) {
    t.notOk("DATABASE_URL" in environment(name), `${name} has no database`);
    t.notOk(service(name).networks.includes("database"), `${name} does not reach it`);
  }
  t.notOk("JWT_HS256_SECRET" in environment("encode-worker"), "the worker cannot act for a user");
  t.notOk("S3_SECRET_ACCESS_KEY" in environment("progress-service"));
  const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
  for (const [name, value] of values) {
    if (/SECRET|PASSWORD|KEY_ID/.test(name)) t.match(value, /^development-only/, `${name} says that it is no secret`);
  }
});

t.test("an image holds the sources of its service's members and no others", async (t) => {
  for (const [name] of ours) {
    const stage = stageOf(name);
    const [, main] = JSON.parse(last(stage, "ENTRYPOINT") ?? "[]") as string[];
    const sources = stage.flatMap(({ name, text }) => (name === "COPY" && !text.startsWith("--from") ? [text] : []));
    const [own = "", part = ""] = (main ?? "").split(/\/(src|server)\/main\.ts$/);
    const folders = [...membersOf(own)].map((folder) => `${folder}/${folder === own ? part : "src"}`).sort();
    t.strictSame(
      sources.sort(),
      folders.map((folder) => `${folder} ${folder}`),
      name,
    );
  }
});
