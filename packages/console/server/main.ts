import { consoleServer } from "./app.ts";
import { readSettings } from "./settings.ts";

try {
  const { host, port, ...options } = readSettings(process.env);
  const app = await consoleServer(options);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.close());
  console.log(`The console is at ${await app.listen({ host, port })}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
