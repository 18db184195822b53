import path from "node:path";
import { keepSecrets } from "./credentials.ts";
import { LOCAL } from "./paths.ts";

/** What signs tokens of the local system; never used anywhere else. */
export interface DevSecrets {
  readonly jwt: string;
  readonly internalJwt: string;
}

/** Made once for this tree. */
export function devSecrets(): DevSecrets {
  return keepSecrets(path.join(LOCAL, "dev-secrets.json"), ["jwt", "internalJwt"]);
}
