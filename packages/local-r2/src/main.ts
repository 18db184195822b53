import { startLocalR2 } from "./local-r2.ts";

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    process.stderr.write(`local-r2: ${name} is not set.\n`);
    process.exit(1);
  }
  return value;
}

const names = process.env.HOSTNAMES ?? "";
const store = await startLocalR2({
  bucket: required("S3_BUCKET"),
  accessKeyId: required("S3_ACCESS_KEY_ID"),
  secretAccessKey: required("S3_SECRET_ACCESS_KEY"),
  dir: required("DATA_DIR"),
  host: process.env.HOST || "127.0.0.1",
  port: Number(required("PORT")),
  hostnames: names.split(",").filter((name) => name !== ""),
});
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void store.stop().finally(() => process.exit(0)));
}
process.stdout.write("local-r2: ready\n");
