import { ConfigError, stopOnSignals } from "@lectern/service-kit";
import { type Mode, readConfig, readMode, type WorkerConfig } from "./config.ts";
import { createWorkerProcess } from "./process.ts";

/** Reads the environment or ends the process with a sentence that says what is missing. */
function settings(): { mode: Mode; config: WorkerConfig } {
  try {
    return { mode: readMode(process.argv.slice(2)), config: readConfig(process.env) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`encode-worker: ${error.message}\n`);
    process.exit(1);
  }
}

const { mode, config } = settings();
const { logger, shutdown, worker } = await createWorkerProcess(config);
stopOnSignals(logger, shutdown);

if (mode === "service") {
  worker.start();
  logger.info({ concurrency: config.CONCURRENCY }, "taking jobs");
} else {
  logger.info(mode === "once" ? "waiting for one job" : "working until the queue is empty");
  const outcome = mode === "once" ? await worker.once(config.ONCE_WAIT_SECONDS * 1000) : await worker.drain();
  logger.info(outcome, mode === "once" ? "one job at most: done" : "the queue is empty: done");
  await shutdown.stop(mode);
  process.exit(0);
}
