/** Where the page may talk to and load media from; nothing else. */
export interface Origins {
  /** upload-service, progress-service. */
  readonly services: readonly string[];
  /** Where presigned addresses lead: files go there, and pictures, playlists and segments come from there. */
  readonly stores: readonly string[];
}

const origin = (url: string) => new URL(url).origin;
/** The progress stream is a WebSocket of the same host. */
const webSocket = (url: string) => origin(url).replace(/^http/, "ws");

/** The Content-Security-Policy of every answer: no inline script, no inline style, no eval, nobody's frame. */
export function contentSecurityPolicy({ services, stores }: Origins): string {
  const everywhere = [...new Set([...services, ...stores].map(origin))];
  const sockets = [...new Set(services.map(webSocket))];
  return Object.entries({
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", ...everywhere],
    // blob: is what Media Source is attached by.
    "media-src": ["blob:", ...everywhere],
    "connect-src": ["'self'", ...everywhere, ...sockets],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
  })
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}
