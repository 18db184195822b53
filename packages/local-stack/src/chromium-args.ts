/** How tests run a headless Chromium: it plays without a click, asks no server of its maker, and runs as any user. */
export const CHROMIUM_ARGS: readonly string[] = [
  "--no-sandbox", // as root there is none
  "--autoplay-policy=no-user-gesture-required",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];
