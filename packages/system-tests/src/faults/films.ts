import { film } from "../films.ts";
import type { Length, Plan } from "./plan.ts";

/** On two processors: encoded in under a second, in some 4 s, in some 12 s. */
const FILMS: Readonly<Record<Length, { readonly seconds: number; readonly size: string }>> = {
  short: { seconds: 1, size: "160x90" },
  middle: { seconds: 60, size: "640x360" },
  long: { seconds: 180, size: "640x360" },
};

/** The films that a plan needs, made once each. */
export async function filmsFor({ uploads }: Plan): Promise<ReadonlyMap<Length, Uint8Array>> {
  const films = new Map<Length, Uint8Array>();
  for (const length of new Set(uploads.map((upload) => upload.length)))
    films.set(length, await film(FILMS[length].seconds, FILMS[length].size));
  return films;
}
