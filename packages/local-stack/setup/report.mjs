/** A failure that the reader can do something about: its message says what. */
export class SetupError extends Error {
  /** @param {string} message a full sentence and what to do */
  constructor(message) {
    super(message);
    this.name = "SetupError";
  }
}

/**
 * One line a step that really does something. On stderr, because stdout belongs to the command (`npm run -s token`).
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}
