import { createWorkerProcess, readConfig } from "@lectern/encode-worker";
import { stopOnSignals } from "@lectern/service-kit";
import { SIMULATED_STEPS } from "./steps.ts";

/** encode-worker as it is, but for the steps: the same queue, locks, fences, reports and shutdown. */
const config = readConfig(process.env);
const { logger, shutdown, worker } = await createWorkerProcess(config, SIMULATED_STEPS);
stopOnSignals(logger, shutdown);
worker.start();
logger.info({ concurrency: config.CONCURRENCY }, "taking jobs, simulated");
