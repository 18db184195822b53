import {
  type HttpProxy,
  randomTenant,
  signDevToken,
  startHttpProxy,
  startTcpProxy,
  startTestSystem,
  type TcpProxy,
  type TestSystem,
} from "@lectern/local-stack";
import type { Test } from "tap";
import { SIMULATED } from "../../../system-tests/src/simulated/system.ts";
import { type ClientOptions, createClient, type LecternClient } from "../../src/index.ts";

/** The store's smallest: a file of a few parts is small. */
export const PART_BYTES = 5 * 1024 * 1024;

export interface ClientSystem extends TestSystem {
  readonly tenant: number;
  /** In front of the store, upload-service and progress-service: what clients go through. */
  readonly store: TcpProxy;
  readonly upload: HttpProxy;
  readonly progress: TcpProxy;
  /** A token of the tenant's teacher. */
  token(ttlSeconds?: number): Promise<string>;
  /** A client of that teacher, as Node.js runs it. */
  client(options?: Partial<ClientOptions>): LecternClient;
}

const QUICK = { DRAIN_DELAY_MS: "0" };

/** The real services, with a worker that goes through all steps and encodes nothing. It ends with the test. */
export async function startClientSystem(t: Test): Promise<ClientSystem> {
  let store: TcpProxy | undefined;
  const system = await startTestSystem({
    entries: SIMULATED.entries,
    settings: {
      "upload-service": { ...QUICK, UPLOAD_PART_BYTES: String(PART_BYTES) },
      "progress-service": QUICK,
      "encode-worker": SIMULATED.settings,
    },
    // Addresses are signed for the proxy; the services' own requests pass it too.
    rewire: async (servers) => {
      store = await startTcpProxy({ target: servers.s3.endpoint });
      return { ...servers, s3: { ...servers.s3, endpoint: store.url } };
    },
  });
  if (store === undefined) throw new Error("nothing was rewired");
  const [upload, progress] = await Promise.all([
    startHttpProxy({ target: system.urls.upload }),
    startTcpProxy({ target: system.urls.progress }),
  ]);
  const proxies = [store, upload, progress];
  t.teardown(async () => {
    await system.stop();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });
  const tenant = randomTenant();
  const token = (ttlSeconds = 3_600) =>
    signDevToken(system.secrets, { audience: "media-api", subject: "teacher", tenantId: tenant, ttlSeconds });
  const client = (given: Partial<ClientOptions> = {}) => {
    const made = createClient({
      uploadUrl: upload.url,
      progressUrl: progress.url,
      token: () => token(),
      locale: "en",
      multipartFrom: PART_BYTES,
      ...given,
    });
    t.teardown(() => made.close());
    return made;
  };
  return { ...system, tenant, store, upload, progress, token, client };
}
