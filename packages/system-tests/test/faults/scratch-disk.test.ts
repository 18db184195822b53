import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import t from "tap";
import { mountScratchDisk } from "../../src/faults/scratch-disk.ts";

t.test(
  "a disk of its own is full for a while, and then as empty as before; without one, the run says why",
  async (t) => {
    const disk = mountScratchDisk();
    if ("why" in disk) {
      t.match(disk.why, /^(only|mount refused)/);
      return;
    }
    let isOver = false;
    const filled = disk.fill(2_000).then(() => {
      isOver = true;
    });
    const write = (name: string) => writeFile(path.join(disk.dir, name), Buffer.alloc(64 * 1024));
    let refused: unknown;
    while (refused === undefined && !isOver) refused = await write("during").then(() => undefined, Object);
    t.match(refused, { code: "ENOSPC" });
    await filled;
    await write("after");
    t.same((await readdir(disk.dir)).sort(), ["after", "during"]);
    disk.close();
    t.notOk(existsSync(disk.dir));
  },
);
