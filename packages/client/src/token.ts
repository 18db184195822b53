/** A token, or a function that gives a valid one: called when there is none, when it is about to end, and once after a 401. */
export type TokenSource = string | (() => string | Promise<string>);

/** Ends this much earlier, so that it is still good when it arrives. */
const MARGIN_MS = 30_000;

export interface Token {
  readonly text: string;
  /** Whose it is: tenant and user, as far as the token tells. */
  readonly account: string;
  /** Epoch milliseconds; null where the token does not tell. */
  readonly expiresAt: number | null;
}

/** The token in use. Whoever asks while a new one is fetched waits for the same. */
export class Tokens {
  readonly #source: TokenSource;
  #current: Token | null = null;
  #coming: Promise<Token> | null = null;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  async get(): Promise<Token> {
    const token = this.#current;
    const ends = token?.expiresAt ?? null;
    if (token !== null && (ends === null || ends - MARGIN_MS > Date.now())) return token;
    return this.#fetch();
  }

  /** After a 401: a new one, unless another call has fetched it meanwhile. */
  renew(refused: Token): Promise<Token> {
    if (this.#current !== refused && this.#current !== null) return Promise.resolve(this.#current);
    return this.#fetch();
  }

  #fetch(): Promise<Token> {
    this.#coming ??= this.#ask().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #ask(): Promise<Token> {
    const text = typeof this.#source === "string" ? this.#source : await this.#source();
    this.#current = read(text);
    return this.#current;
  }
}

function read(text: string): Token {
  const { tenant_id, sub, exp } = claimsOf(text);
  const account = `${tenant_id ?? "-"}.${sub ?? "-"}`;
  return { text, account, expiresAt: typeof exp === "number" ? exp * 1000 : null };
}

/** The claims of a JWT, unverified: they only name a place to keep things under. {} for a token of another kind. */
function claimsOf(text: string): { tenant_id?: unknown; sub?: unknown; exp?: unknown } {
  try {
    const payload = (text.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return (JSON.parse(atob(payload)) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}
