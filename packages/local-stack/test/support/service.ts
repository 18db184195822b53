// A service as the supervisor sees one: ready at PORT, ends on SIGTERM. With FAIL it ends at once.
import { createServer } from "node:http";

if (process.env.FAIL !== undefined) throw new Error(process.env.FAIL);
createServer((_request, response) => response.end(String(process.pid))).listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
