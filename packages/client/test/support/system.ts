import {
  randomTenant,
  signDevToken,
  startTestSystem,
  type TestSystem,
  type TestSystemOptions,
} from "@lectern/local-stack";
import type { Test } from "tap";
import { SIMULATED } from "../../../system-tests/src/simulated/system.ts";
import { type ClientOptions, createClient, type LecternClient } from "../../src/index.ts";

export interface ClientSystem extends TestSystem {
  readonly tenant: number;
  /** A token of the tenant's teacher. */
  token(ttlSeconds?: number): Promise<string>;
  /** A client of that teacher, as Node.js runs it. */
  client(options?: Partial<ClientOptions>): LecternClient;
}

const QUICK = { DRAIN_DELAY_MS: "0" };

/** The real services, with a worker that goes through all steps and encodes nothing. It ends with the test. */
export async function startClientSystem(t: Test, options: TestSystemOptions = {}): Promise<ClientSystem> {
  const system = await startTestSystem({
    entries: SIMULATED.entries,
    ...options,
    settings: { "upload-service": QUICK, "progress-service": QUICK, "encode-worker": SIMULATED.settings },
  });
  t.teardown(() => system.stop());
  const tenant = randomTenant();
  const token = (ttlSeconds = 3_600) =>
    signDevToken(system.secrets, { audience: "media-api", subject: "teacher", tenantId: tenant, ttlSeconds });
  const client = (given: Partial<ClientOptions> = {}) => {
    const made = createClient({
      uploadUrl: system.urls.upload,
      progressUrl: system.urls.progress,
      token: () => token(),
      locale: "en",
      ...given,
    });
    t.teardown(() => made.close());
    return made;
  };
  return { ...system, tenant, token, client };
}
