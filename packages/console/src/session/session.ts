import { readClaims, tokenStorage } from "./token.ts";

/** `again`: somebody is at work here, and the token is no longer good. What is on the page stays, and waits. */
export type SessionState =
  | { readonly kind: "out" }
  | { readonly kind: "in"; readonly token: string }
  | { readonly kind: "again"; readonly token: string; readonly isExpired: boolean };

/** Asked for anew a little before the end, so that no call is sent that can only be refused. */
const EARLY_MS = 5_000;

export class Session {
  #state: SessionState;
  readonly #listeners = new Set<() => void>();

  constructor() {
    const token = tokenStorage.read();
    this.#state = token === null ? { kind: "out" } : { kind: "in", token };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  signIn(token: string): void {
    tokenStorage.write(token);
    this.#become({ kind: "in", token });
  }

  signOut(): void {
    tokenStorage.write(null);
    this.#become({ kind: "out" });
  }

  /** A server refused the token. One that was replaced meanwhile is nobody's business any more. */
  refused(token: string): void {
    if (this.#state.kind !== "in" || this.#state.token !== token) return;
    tokenStorage.write(null);
    const end = readClaims(token)?.expiresAt ?? null;
    this.#become({ kind: "again", token, isExpired: end !== null && end - EARLY_MS <= Date.now() });
  }

  /** A token to call with. After the end of one it waits until somebody has signed in: work under way goes on then. */
  async token(): Promise<string> {
    for (;;) {
      const state = this.#state;
      if (state.kind === "in") {
        const end = readClaims(state.token)?.expiresAt ?? null;
        if (end === null || end - EARLY_MS > Date.now()) return state.token;
        this.refused(state.token);
      }
      if (this.#state.kind === "out") throw new DOMException("Signed out", "AbortError");
      await new Promise<void>((resolve) => {
        const stop = this.subscribe(() => {
          stop();
          resolve();
        });
      });
    }
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
