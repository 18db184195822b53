/**
 * The numbers of a version inside any text: "v7.0.15-5", "Redis server v=7.2.4 sha=…", "ffmpeg version n5.1.6-0+deb12u1".
 * @param {string} text
 * @returns {number[] | null}
 */
export function parseVersion(text) {
  const match = /(?:^|[^\d.])(\d+(?:\.\d+)+|\d+(?=$|\s))/.exec(text);
  return match ? match[1].split(".").map(Number) : null;
}

/**
 * @param {readonly number[] | null} version
 * @param {readonly number[]} minimum
 */
export function atLeast(version, minimum) {
  if (version === null) return false;
  for (const [i, wanted] of minimum.entries()) {
    const have = version[i] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}
