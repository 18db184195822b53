import { masterOf, type Walk } from "./stock.ts";

/** By operation: the internal ones of upload-service. */
export const INTERNAL_WALKS: Readonly<Record<string, Walk>> = {
  async transitionVideo(stock) {
    const { contract, tenant } = stock;
    const profile = "contract-test";
    const id = await stock.uploaded();
    await stock.report(id, { transition: "processing", profile });
    await stock.report(id, { transition: "released", attempt: 1 });
    await stock.report(id, { transition: "processing", run_token: "another" });
    await stock.report(id, { transition: "failed", attempt: 1, error_code: "ENCODE_FAILED" });
    const ready = { transition: "ready", attempt: 1, duration: 1 };
    const done = await stock.processing();
    await stock.report(done, { ...ready, hls_path: "another's/master.m3u8" });
    await stock.report(done, { ...ready, hls_path: masterOf(tenant, done) });
    await stock.report(done, { ...ready, hls_path: masterOf(tenant, done) });
    await stock.report(stock.missing, { transition: "processing" });
    const deleted = await stock.uploaded();
    await contract.call("deleteVideo", { tenant, params: { id: deleted } });
    await stock.report(deleted, { transition: "processing" });
    const limited = await stock.limited({ running: 1 });
    await stock.processing(limited);
    await stock.report(await stock.uploaded(limited), { transition: "processing" }, limited);
  },

  async getInternalVideo(stock) {
    const { contract, tenant } = stock;
    const get = (id: number) =>
      contract.call("getInternalVideo", { params: { id }, query: { tenant_id: String(tenant) } });
    const id = await stock.uploaded();
    await get(id);
    await get(await stock.pending(tenant, null));
    await contract.call("deleteVideo", { tenant, params: { id } });
    await get(id);
    await get(stock.missing);
  },

  async makeVideoUrgent(stock) {
    const body = { tenant_id: stock.tenant };
    for (const id of [await stock.uploaded(), stock.missing])
      await stock.contract.call("makeVideoUrgent", { params: { id }, body });
  },

  async setTenantShare({ contract, tenant }) {
    await contract.call("setTenantShare", { params: { id: tenant }, body: { weight: 2 } });
  },

  async setTenantLimits(stock) {
    await stock.limited({ running: null, queued: 3 });
  },

  async recordJob({ contract, tenant }) {
    const record = (job_type: string) =>
      contract.call("recordJob", { body: { tenant_id: tenant, job_id: "recorded", job_type } });
    await record("import");
    await record("import");
    await record("export");
  },

  async transitionJob(stock) {
    const id = await stock.job();
    const report = (job_id: string, transition: object) =>
      stock.contract.call("transitionJob", {
        params: { job_id },
        body: { tenant_id: stock.tenant, generation: 1, run_token: "run", ...transition },
      });
    await report(id, { transition: "running" });
    await report(id, { transition: "done", attempt: 1, result: { rows: 3 } });
    await report(id, { transition: "failed", attempt: 1, error_message: "too late" });
    await report("none", { transition: "running" });
  },
};
