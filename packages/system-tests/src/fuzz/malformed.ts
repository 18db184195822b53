import { oneOf, type Random } from "../faults/random.ts";

/** Bytes that are no request, or two in one: sent on a connection of their own, which is then closed for writing. */
export function malformed(random: Random, path: string, token: string): Buffer {
  const good = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nOrigin: https://a.example\r\n`;
  const post = good.replace("GET", "POST");
  const smuggled = `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`;
  return Buffer.from(
    oneOf<() => string>(random, [
      () => good,
      () => good.slice(0, Math.floor(random() * good.length)),
      () => `${good}\r\n`.replaceAll("\r\n", "\n"),
      () => `${good}X: a\rb\r\n\r\n`,
      () => `${good}X: a\0b\r\n\r\n`,
      () => `${good}X : a\r\n\r\n`,
      () => `${good}: a\r\n\r\n`,
      () => `${good} folded\r\n\r\n`,
      () => `${good}X: ${"x".repeat(20_000)}\r\n\r\n`,
      () => `${good}${"X: y\r\n".repeat(3_000)}\r\n`,
      () => `${good}\r\n`.replace("HTTP/1.1", oneOf(random, ["HTTP/9.9", "HTTP/1", "HTTP/2.0", "ICY", ""])),
      () => `${good}\r\n`.replace("Host: x\r\n", oneOf(random, ["", "Host: x\r\nHost: y\r\n", "Host: \r\n"])),
      () =>
        `${good}\r\n`.replace(path, oneOf(random, ["", " ", "\0", "*", "http://evil.example/", "/\xff", "/a b", "//"])),
      () => `${good}\r\n`.replace("GET", oneOf(random, ["get", "G\0T", "GETT", "", "PRI", "CONNECT", "TRACE"])),
      () => `${post}Content-Length: -1\r\n\r\n`,
      () => `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
      () => `${post}Content-Length: 99999999999999999999\r\n\r\n{}`,
      () => `${post}Content-Length: 100\r\nContent-Type: application/json\r\n\r\n{`,
      () => `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      () => `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`,
      () => `${post}Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      () => `${post}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n`,
      () => `${post}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2;${"x".repeat(20_000)}\r\n{}`,
      () => `${post}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}${smuggled}`,
      () => `${good}Expect: nonsense\r\n\r\n`,
      () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      () => "\r\n".repeat(100),
      () => "GET /",
      () => "",
      () => Array.from({ length: 300 }, () => String.fromCharCode(Math.floor(random() * 256))).join(""),
    ])(),
    "latin1",
  );
}
