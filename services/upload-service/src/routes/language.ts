import { prefersEnglish } from "@lectern/service-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Language } from "../videos/mapper.ts";

/** The language of the teacher's sentence; the answer varies by the header that chooses it. */
export function languageOf(request: FastifyRequest, reply: FastifyReply): Language {
  reply.vary("Accept-Language");
  return prefersEnglish(request.headers["accept-language"]) ? "en" : "ko";
}
