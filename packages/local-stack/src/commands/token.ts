import { parseArgs } from "node:util";
import { devSecrets } from "../dev-secrets.ts";
import { parseDuration, signDevToken } from "../token.ts";

const USAGE = "npm run -s token -- --tenant 1 [--sub name] [--ttl 1h], or npm run -s token -- --internal [--ttl 1h]";

function main(): Promise<string> {
  const { values } = parseArgs({
    options: {
      tenant: { type: "string" },
      sub: { type: "string" },
      internal: { type: "boolean", default: false },
      ttl: { type: "string", default: "1h" },
    },
  });
  const ttlSeconds = parseDuration(values.ttl);
  if (values.internal) {
    return signDevToken(devSecrets(), { audience: "media-internal", subject: values.sub ?? "developer", ttlSeconds });
  }
  const tenantId = Number(values.tenant);
  if (!/^[1-9]\d*$/.test(values.tenant ?? "") || !Number.isSafeInteger(tenantId)) {
    throw new Error("--tenant must be a positive whole number.");
  }
  return signDevToken(devSecrets(), {
    audience: "media-api",
    subject: values.sub ?? "developer",
    tenantId,
    ttlSeconds,
  });
}

try {
  console.log(await main());
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${USAGE}`);
  process.exitCode = 1;
}
