export { type Stack, type StackOptions, startStack } from "./stack.ts";
export type { StoreAddress } from "./store.ts";
export {
  createDatabase,
  type OwnRedis,
  randomTenant,
  type SharedServers,
  startRedis,
  type TestStack,
  testStack,
} from "./testing.ts";
