import { refusedWith } from "@lectern/contracts";
import { Type } from "typebox";

/** What a poll can answer beside its 200. */
export const pollRefusals = {
  304: Type.Null({ description: "The answer is the one that If-None-Match names" }),
  ...refusedWith("RATE_LIMITED"),
};

/** By what streams and the WebSocket refuse. */
export const streamRefusals = refusedWith("RATE_LIMITED", "TENANT_STREAM_LIMIT", "STREAMS_UNAVAILABLE");

/** For the document: who cannot send a header opens a stream with a ticket. */
export const TOKEN_OR_TICKET = [{ userToken: [] }, { ticket: [] }];
