import { film } from "../../../system-tests/src/films.ts";

const MIB = 1024 * 1024;

/** A film that the services accept, made as large as asked by a box that players pass over. */
export async function lecture(mib: number): Promise<Buffer> {
  const mp4 = await film(1, "64x64");
  const rest = mib * MIB - mp4.length;
  if (rest < 8) return mp4;
  const box = Buffer.alloc(rest, 1);
  box.writeUInt32BE(rest, 0);
  box.write("free", 4);
  return Buffer.concat([mp4, box]);
}
