import { ListVideosQuery, MAX_LIST_LIMIT, VIDEO_STATES, VideoList, type VideoStatus } from "@lectern/contracts";
import { type App, ProblemError, parseList } from "@lectern/service-kit";
import type { PublicDeps } from "../../deps.ts";
import { decodeCursor, encodeCursor } from "../../videos/cursor.ts";
import { toVideoDetail } from "../../videos/mapper.ts";
import { listVideos, type VideoFilters } from "../../videos/repository.ts";
import { languageOf } from "../language.ts";

const DEFAULT_LIMIT = 20;

const schema = {
  operationId: "listVideos",
  tags: ["Videos"],
  summary: "The tenant's videos, newest first",
  querystring: ListVideosQuery,
  response: { 200: VideoList },
  requestHeaders: ["Accept-Language"],
  answerHeaders: ["Vary"],
};

export function listVideosRoute(app: App, { db, posterUrl }: PublicDeps): void {
  app.get("/media/videos/", { schema }, async (request, reply) => {
    const filters = parseFilters(request.query);
    // One more than asked for tells whether there is a next page.
    const rows = await listVideos(db, request.tenantId, { ...filters, limit: filters.limit + 1 });
    const page = rows.slice(0, filters.limit);
    const last = page.at(-1);
    const language = languageOf(request, reply);
    return {
      items: await Promise.all(page.map(async (row) => toVideoDetail(row, language, await posterUrl(row)))),
      next_cursor: rows.length > page.length && last !== undefined ? encodeCursor(last.id) : null,
    };
  });
}

function parseFilters(query: ListVideosQuery): VideoFilters {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit);
  if (limit < 1 || limit > MAX_LIST_LIMIT) throw malformed(`limit is 1 to ${MAX_LIST_LIMIT}.`);
  return {
    limit,
    ...(query.status === undefined ? {} : { statuses: parseStatuses(query.status) }),
    ...(query.q === undefined ? {} : { titlePart: query.q }),
    ...(query.created_after === undefined ? {} : { createdFrom: parseTime("created_after", query.created_after) }),
    ...(query.created_before === undefined ? {} : { createdBefore: parseTime("created_before", query.created_before) }),
    ...(query.cursor === undefined ? {} : { beforeId: parseCursor(query.cursor) }),
  };
}

function parseStatuses(text: string): VideoStatus[] {
  const names = parseList(text);
  const known = VIDEO_STATES.filter((status) => names.includes(status));
  if (known.length === 0 || known.length !== new Set(names).size)
    throw malformed(`status is one or more of ${VIDEO_STATES.join(", ")}.`);
  return known;
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function parseTime(name: string, text: string): Date {
  const time = new Date(text);
  const date = RFC_3339.exec(text)?.[1];
  // `Date` takes the 30th of February for the 2nd of March.
  const isOfCalendar = date !== undefined && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) === true;
  if (!isOfCalendar || Number.isNaN(time.getTime()))
    throw malformed(`${name} is an RFC 3339 time such as 2026-03-01T09:00:00Z.`);
  return time;
}

function parseCursor(text: string): NonNullable<ReturnType<typeof decodeCursor>> {
  const beforeId = decodeCursor(text);
  if (beforeId === null) throw malformed("cursor is the next_cursor of an earlier answer, or left out.");
  return beforeId;
}

function malformed(detail: string): ProblemError {
  return new ProblemError("VALIDATION_FAILED", detail);
}
