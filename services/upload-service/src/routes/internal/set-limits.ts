import { TenantIdParams, TenantLimits, TenantLimitsChange } from "@lectern/contracts";
import type { App } from "@lectern/service-kit";
import type { InternalDeps } from "../../deps.ts";
import { setLimits } from "../../shares/settings.ts";
import { tenantIdOf } from "../ids.ts";

const schema = {
  operationId: "setTenantLimits",
  tags: ["Tenants"],
  summary: "Sets a tenant's limits: null for none, left out for the default; answers what is in force",
  params: TenantIdParams,
  body: TenantLimitsChange,
  response: { 200: TenantLimits },
};

/** What a lower limit held back, or a higher one lets go, is seen to by the next sweep. */
export function setLimitsRoute(app: App, { db, tenantLimits }: InternalDeps): void {
  app.post("/internal/v1/tenants/:id/limits", { schema }, (request) =>
    setLimits(db, tenantIdOf(request.params.id), request.body, tenantLimits),
  );
}
