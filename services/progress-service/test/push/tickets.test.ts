import { createHmac } from "node:crypto";
import t from "tap";
import { createTickets } from "../../src/push/tickets.ts";
import { stopDay } from "../support/clocks.ts";
import { bearerOf, openSse, startLive } from "../support/streams.ts";
import { tokenWith } from "../support/tokens.ts";

const SECRET = "a secret of tickets, long enough for the rules";

t.test("a ticket opens streams, in another process with the same secret too, and nothing else", async (t) => {
  const push = { ticketSecret: SECRET };
  const [one, other] = [await startLive(t, { push }), await startLive(t, { push })];
  const user = await bearerOf(one.tenantId);
  const answer = await fetch(`${one.url}/api/v1/progress/tickets/`, { method: "POST", headers: user });
  t.equal(answer.status, 201);
  t.equal(answer.headers.get("cache-control"), "no-store");
  const { ticket, expires_in: seconds } = (await answer.json()) as { ticket: string; expires_in: number };
  t.ok(seconds > 25 && seconds <= 30);
  for (const { url } of [one, other]) {
    const stream = await openSse(t, `${url}/media/videos/7/progress/stream?ticket=${ticket}`);
    t.equal(stream.status, 200);
    t.match((await stream.next())?.data, { id: 7, known: false });
  }
  for (const path of ["/media/videos/7/progress/", "/jobs/a/progress", "/media/videos/progress/?ids=1&"]) {
    const poll = await fetch(`${one.url}${path}${path.includes("?") ? "" : "?"}ticket=${ticket}`);
    t.equal(poll.status, 401, path);
  }
  const more = await fetch(`${one.url}/progress/tickets?ticket=${ticket}`, { method: "POST" });
  t.equal(more.status, 401, "a ticket brings no further ticket");
  const wrong = await openSse(t, `${one.url}/jobs/a/progress/stream?ticket=${ticket}`, { authorization: "Bearer bad" });
  t.equal(wrong.status, 401, "a token that is sent counts");
});

t.test("what is no ticket of ours is refused", async (t) => {
  const tickets = createTickets(SECRET);
  stopDay(t);
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const { ticket } = tickets.issue({ tenant_id: 7, sub: "teacher", exp });
  t.strictSame(tickets.redeem(ticket), { tenant_id: 7, sub: "teacher", exp });
  const long = tickets.redeem(tickets.issue({ tenant_id: 7, sub: "\u0000한".repeat(2_000), exp }).ticket);
  t.match(long.sub, /^sha256:[\w-]{43}$/, "a sub of any length makes a ticket that can be used");
  const most = "\u0000".repeat(128);
  t.equal(tickets.redeem(tickets.issue({ tenant_id: 7, sub: most, exp }).ticket).sub, most);
  const refused = (text: string): void => {
    t.throws(() => tickets.redeem(text), { code: "UNAUTHENTICATED" }, text.slice(0, 40));
  };
  const [version, payload = "", signature] = ticket.split(".");
  const other = Buffer.from(JSON.stringify({ tenant: 8, sub: null, until: exp, exp })).toString("base64url");
  for (const text of [
    "",
    "x",
    `${version}.${other}.${signature}`,
    `${version}.${payload}.`,
    `v2.${payload}.${signature}`,
  ])
    refused(text);
  refused(createTickets(`${SECRET}!`).issue({ tenant_id: 7, exp }).ticket);
  const old = Buffer.from(JSON.stringify({ tenant: 7, sub: null, until: exp - 7_200, exp })).toString("base64url");
  refused(`v1.${old}.${createHmac("sha256", SECRET).update(`progress-ticket.${old}`).digest("base64url")}`);
  t.match(
    tickets.issue({ tenant_id: 7, exp: Math.floor(Date.now() / 1000) + 3 }).expires_in,
    3,
    "nor longer than the token",
  );
});

t.test("a stream ends when the token that it was opened with does", async (t) => {
  const it = await startLive(t, { push: { heartbeatMs: 150 } });
  const { move } = stopDay(t);
  const exp = Math.floor(Date.now() / 1000) - 30;
  const headers = { authorization: `Bearer ${await tokenWith({ tenant_id: it.tenantId, exp })}` };
  const stream = await openSse(t, `${it.url}/media/videos/7/progress/stream`, headers);
  t.equal(stream.status, 200, "verified with a minute of skew forgiven");
  await stream.heartbeat();
  await stream.heartbeat();
  t.notMatch(stream.text(), /event:/, "which a stream is forgiven as well");
  move(31_000);
  t.match((await stream.until("reconnect")).data, { reason: "token_expired" });
  t.equal(await stream.next(), null);
});
