export { chromiumLaunch } from "./chromium.ts";
export { type ConsoleParts, type RunningConsole, startConsole } from "./console.ts";
export { type DevSecrets, devSecrets } from "./dev-secrets.ts";
export { type HttpProxy, startHttpProxy } from "./http-proxy.ts";
export { type OwnPostgres, startOwnPostgres } from "./own-postgres.ts";
export { type OwnRedis, type OwnRedisOptions, startRedis } from "./own-redis.ts";
export { freePort } from "./ports.ts";
export { type Stack, type StackOptions, startStack } from "./stack.ts";
export type { StoreAddress } from "./store.ts";
export { type System, type SystemOptions, startSystem } from "./system.ts";
export { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { type ServerAddresses, startTestSystem, type TestSystem, type TestSystemOptions } from "./test-system.ts";
export {
  createDatabase,
  randomTenant,
  type SharedServers,
  type TestStack,
  testStack,
} from "./testing.ts";
export { type DevTokenRequest, signDevToken } from "./token.ts";
export { readTools, type Tools } from "./tools.ts";
