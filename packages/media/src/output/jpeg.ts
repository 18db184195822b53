/** End of one picture and start of the next: within a picture's own data 0xFF is always followed by 0x00 or a restart. */
const SEAM = Buffer.from([0xff, 0xd9, 0xff, 0xd8, 0xff]);
const END = Buffer.from([0xff, 0xd9]);

/** Cuts JPEGs that were written one after the other; a last one that is not whole is left out. Pure. */
export function splitJpegs(bytes: Buffer): Buffer[] {
  const pictures: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(SEAM); at >= 0; at = bytes.indexOf(SEAM, at + SEAM.length)) {
    pictures.push(bytes.subarray(from, at + END.length));
    from = at + END.length;
  }
  const last = bytes.subarray(from);
  if (last.length > 0 && last.subarray(-END.length).equals(END)) pictures.push(last);
  return pictures;
}
