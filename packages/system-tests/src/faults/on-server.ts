import { setTimeout as pause } from "node:timers/promises";
import type { Server } from "./choices.ts";
import type { Fault } from "./plan.ts";
import type { Scene } from "./scene.ts";

/** Does a fault to a server, its answers or the way to it, and undoes it after its time. */
export async function onServer(scene: Scene, target: Server, fault: Fault): Promise<void> {
  const { kind, holdMs, delayMs } = fault;
  const { answers, database, postgres, redis, system } = scene;
  const proxy = scene.proxies[target];
  switch (kind) {
    case "flush":
      await redis.flushall();
      return;
    case "restart":
    case "crash":
      if (target === "redis") await system.redis.kill();
      else await (kind === "crash" ? postgres.crash() : postgres.stop());
      await pause(holdMs);
      await (target === "redis" ? system.redis : postgres).start();
      return;
    case "full": {
      const used = Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
      await redis.config("SET", "maxmemory", Math.floor(used / 2));
      await pause(holdMs);
      await redis.config("SET", "maxmemory", 0);
      return;
    }
    case "disconnect":
      // What an administrator does before maintenance: sessions end by order, new ones are refused.
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'onlooker'",
      );
      proxy.cut();
      break;
    case "cut":
      proxy.cut();
      break;
    case "hang":
      proxy.hang();
      break;
    case "delay":
      proxy.delay(delayMs);
      break;
    case "answer-429":
      answers.refuse(429);
      break;
    case "answer-500":
      answers.refuse(500);
      break;
    case "answer-503":
      answers.refuse(503);
      break;
    case "half-answer":
      answers.stall();
      break;
    case "slow-answer":
      answers.slow(delayMs);
      break;
    default:
      throw new Error(`${kind} is nothing that can be done to ${target}`);
  }
  await pause(holdMs);
  proxy.resume();
  answers.resume();
}
