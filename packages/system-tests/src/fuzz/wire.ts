import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Answer, takeAnswer } from "./answer.ts";

/** Longer than any answer may take. */
const SILENCE_MS = 10_000;

export interface Exchange {
  /** In the order of the requests; fewer than were asked for where the connection ended before. */
  readonly answers: readonly Answer[];
  /** Nothing came for {@link SILENCE_MS}, and the connection was open. */
  readonly silent: boolean;
}

/** One connection at a time to one port of this machine, opened anew when the last one has ended. */
export class Wire {
  readonly #port: number;
  #socket: Socket | null = null;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends bytes and reads one answer a method. `half`: says that nothing more will come, and reads what the other side
   * has to say until it closes.
   */
  async exchange(bytes: Buffer, methods: readonly string[], half = false): Promise<Exchange> {
    if (half || this.#ended) this.close();
    const socket = this.#socket ?? (await this.#open());
    if (half) socket.end(bytes);
    else socket.write(bytes);
    const answers: Answer[] = [];
    let silent = false;
    const deadline = performance.now() + SILENCE_MS;
    for (;;) {
      const taken = takeAnswer(this.#bytes, methods[answers.length] ?? "GET", this.#ended);
      if (taken !== null) {
        this.#bytes = taken.rest;
        answers.push(taken.answer);
        if (taken.answer.last || (!half && answers.length === methods.length)) break;
      } else if (this.#ended || silent) break;
      else silent = !(await this.#more(deadline - performance.now()));
    }
    if (half || silent || this.#ended || this.#bytes.length > 0 || (answers.at(-1)?.last ?? true)) this.close();
    return { answers, silent };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#bytes = Buffer.alloc(0);
  }

  async #open(): Promise<Socket> {
    // The other side may end the connection while this one still writes.
    const socket = connect({ host: "127.0.0.1", port: this.#port, allowHalfOpen: true, noDelay: true });
    this.#socket = socket;
    this.#ended = false;
    const current = () => this.#socket === socket;
    socket.on("data", (chunk: Buffer) => {
      if (current()) this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    for (const event of ["end", "error", "close"] as const)
      socket.on(event, () => {
        if (current()) this.#ended = true;
        this.#wake();
      });
    await once(socket, "connect");
    return socket;
  }

  /** Whether something changed before the time was over. */
  async #more(limitMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), Math.max(0, limitMs));
    this.#wake = () => resolve(true);
    const changed = await promise;
    clearTimeout(timer);
    return changed;
  }
}
