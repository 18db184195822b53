import { TenantIdParams, TenantShare } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { setWeight } from "../../shares/settings.ts";
import { tenantIdOf } from "../ids.ts";

const schema = {
  operationId: "setTenantShare",
  tags: ["Tenants"],
  summary: "Sets a tenant's weight, also for what it has waiting",
  params: TenantIdParams,
  body: TenantShare,
  response: { 200: TenantShare },
};

export function setShareRoute(app: App, { db }: InternalDeps): void {
  app.post("/internal/v1/tenants/:id/share", { schema }, async (request) => {
    await setWeight(db, tenantIdOf(request.params.id), request.body.weight);
    return request.body;
  });
}
