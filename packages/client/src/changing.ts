export type Unsubscribe = () => void;

/** Something that changes and can be listened to; made for `useSyncExternalStore`: a snapshot is replaced, never changed. */
export class Changing<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  subscribe(listener: (value: T) => void): Unsubscribe {
    // One that is given twice is told twice, and each is taken back by itself.
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }
}
