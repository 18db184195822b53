import { ConfigError, stopOnSignals } from "@lectern/service-kit";
import { type Mode, readConfig, readMode, type WorkerConfig } from "./config.ts";
import { createWorkerProcess } from "./process.ts";

/** Says "try again later, or elsewhere" (EX_TEMPFAIL of sysexits): the platform is to see that the machine is at fault. */
const UNFIT = 75;

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
  const done = mode === "once" ? "one job at most: done" : "the queue is empty: done";
  logger.info(outcome, outcome.unfit ? "this machine is at fault: nothing more is taken" : done);
  await shutdown.stop(mode);
  process.exit(outcome.unfit ? UNFIT : 0);
}
