/** Thrown where a caller hands over what its types already forbid: a negative generation, a status of the wrong kind. */
export class KeysArgumentError extends Error {
  readonly code = "KEYS_INVALID_ARGUMENT";
  override readonly name = "KeysArgumentError";
}
