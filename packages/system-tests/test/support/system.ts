import { randomTenant, startTestSystem, type TestSystem, type TestSystemOptions } from "@lectern/local-stack";
import type { Test } from "tap";
import { type Client, signIn } from "../../src/client.ts";

export interface SystemUnderTest extends TestSystem {
  /** A teacher of an academy that nobody else has. */
  readonly teacher: Client;
}

/** Quick to encode and to end; everything else as it is shipped. */
const SETTINGS = {
  "upload-service": { DRAIN_DELAY_MS: "0" },
  "progress-service": { DRAIN_DELAY_MS: "0" },
  "encode-worker": { X264_PRESET: "ultrafast" },
};

/** The three services as processes of their own; all of it ends with the test. Where that failed, it shows their logs. */
export async function startSystem(t: Test, options: TestSystemOptions = {}): Promise<SystemUnderTest> {
  const settings = { ...SETTINGS, ...options.settings };
  for (const [name, quick] of Object.entries(SETTINGS) as [keyof typeof SETTINGS, Record<string, string>][])
    settings[name] = { ...quick, ...options.settings?.[name] };
  const system = await startTestSystem({ ...options, settings });
  t.teardown(async () => {
    if (!t.passing())
      for (const name of options.only ?? (["upload-service", "progress-service", "encode-worker"] as const))
        t.comment(`${name}:\n${system.log(name).split("\n").slice(-40).join("\n")}`);
    await system.stop();
  });
  return { ...system, teacher: await signIn(system, randomTenant()) };
}
