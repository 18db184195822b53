import { Problem } from "@lectern/contracts";
import { Type } from "typebox";

/** What a poll can answer beside its 200. */
export const pollRefusals = {
  304: Type.Null({ description: "The answer is the one that If-None-Match names" }),
  400: Problem,
  401: Problem,
  429: Problem,
  503: Problem,
};
