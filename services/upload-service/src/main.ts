import { createLogger, loadConfig, stopOnSignals } from "@lectern/service-kit";
import { UploadConfig } from "./config.ts";
import { createUploadService } from "./service.ts";

const config = loadConfig(UploadConfig, process.env);
const logger = createLogger({ service: "upload-service", level: config.LOG_LEVEL });
const { publicApp, internalApp, shutdown } = await createUploadService(config, logger);
stopOnSignals(logger, shutdown);
await internalApp.listen({ host: config.HOST, port: config.INTERNAL_PORT });
await publicApp.listen({ host: config.HOST, port: config.PORT });
internalApp.readiness.state = "ready";
publicApp.readiness.state = "ready";
logger.info({ port: config.PORT, internalPort: config.INTERNAL_PORT }, "ready");
