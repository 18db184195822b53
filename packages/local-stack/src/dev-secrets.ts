import path from "node:path";
import { keepSecrets } from "./credentials.ts";
import { LOCAL } from "./paths.ts";

/** What signs tokens of the local system; never used anywhere else. */
export interface DevSecrets {
  readonly jwt: string;
  readonly internalJwt: string;
  readonly ticket: string;
  readonly playback: string;
}

/**
 * Made once for this tree, unless JWT_HS256_SECRET, INTERNAL_JWT_SECRET and the two TICKET_SECRETs name others: so a token can be signed for
 * services that run elsewhere, such as those of docker compose.
 */
export function devSecrets(env: Readonly<Record<string, string | undefined>> = process.env): DevSecrets {
  const kept = keepSecrets(path.join(LOCAL, "dev-secrets.json"), ["jwt", "internalJwt", "ticket", "playback"]);
  return {
    jwt: env.JWT_HS256_SECRET || kept.jwt,
    internalJwt: env.INTERNAL_JWT_SECRET || kept.internalJwt,
    ticket: env.PROGRESS_TICKET_SECRET || kept.ticket,
    playback: env.PLAYBACK_TICKET_SECRET || kept.playback,
  };
}
