export { type LocalR2, type LocalR2Options, startLocalR2 } from "./local-r2.ts";
