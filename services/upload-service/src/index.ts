export { UploadConfig } from "./config.ts";
export { createUploadService, type UploadService } from "./service.ts";
