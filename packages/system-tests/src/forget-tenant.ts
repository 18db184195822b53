import type { ObjectStore } from "@lectern/object-store";

/** Removes all objects of a tenant. */
export async function forgetTenant(store: ObjectStore, tenant: number): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(`tenants/${tenant}/`)) keys.push(key);
  if (keys.length > 0) await store.delete(keys);
}
