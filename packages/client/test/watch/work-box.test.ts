import t from "tap";
import type { VideosApi } from "../../src/api.ts";
import { localError } from "../../src/errors.ts";
import type { Uploads } from "../../src/upload/uploads.ts";
import type { Hub } from "../../src/watch/hub.ts";
import { WorkBox, type WorkBoxState } from "../../src/work-box.ts";

t.test("a list that could not be read is not taken for an empty one when the connection has news", async (t) => {
  const away = localError("NETWORK", "en", "away");
  const nothing = () => () => {};
  const followed = Promise.withResolvers<{ connection(name: "poll", error: null): void }>();
  const hub = {
    followTenant(listener: { connection(name: "poll", error: null): void }) {
      followed.resolve(listener);
      return () => {};
    },
  } as unknown as Hub;
  const api = { list: () => Promise.reject(away) } as unknown as VideosApi;
  const box = new WorkBox(api, { subscribe: nothing } as unknown as Uploads, hub);
  const failed = Promise.withResolvers<WorkBoxState>();
  const stop = box.subscribe((state) => state.error !== null && failed.resolve(state));
  t.match(await failed.promise, { loading: false, error: { code: "NETWORK" } });
  (await followed.promise).connection("poll", null);
  t.equal(box.state.error, away);
  stop();
});
