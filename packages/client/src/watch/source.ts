import type { LecternError } from "../errors.ts";
import type { Progress, SubjectKey } from "./subject.ts";

/** What is to be followed. */
export interface Wanted {
  readonly keys: ReadonlySet<SubjectKey>;
  /** Everything of the tenant that changes. */
  readonly tenant: boolean;
  /** Whether anybody looks: else polls are few. */
  readonly visible: boolean;
}

export type Connection = "push" | "poll" | "offline";

/** Who is told. */
export interface Sink {
  readonly state: (state: Progress) => void;
  /** From here on nothing of the tenant is missed: ask once for what is shown, within so many milliseconds. */
  readonly resync: (spreadMs: number) => void;
  /** How states come in, and what stands in the way. */
  readonly connection: (connection: Connection, error: LecternError | null) => void;
}

/** Where states come from. */
export interface Source {
  want(wanted: Wanted): void;
  close(): void;
}
