import Fastify from "fastify";
import pg from "pg";

/** What the polls are compared with: the endpoint that anybody would write first. */
export interface SelectServer {
  readonly url: string;
  close(): Promise<void>;
}

const BY_ID = "SELECT id, status, hls_path, duration, updated_at FROM videos WHERE tenant_id = $1 AND id = $2";

/** `GET /<tenant>/<id>` reads the video's row. */
export async function startSelectServer(databaseUrl: string): Promise<SelectServer> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const app = Fastify();
  app.get<{ Params: { tenant: string; id: string } }>("/:tenant/:id", async ({ params }) => {
    const { rows } = await pool.query<{ status: string }>(BY_ID, [params.tenant, params.id]);
    return rows[0];
  });
  app.addHook("onClose", () => pool.end());
  return { url: await app.listen({ host: "127.0.0.1", port: 0 }), close: () => app.close() };
}
