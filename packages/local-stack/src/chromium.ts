/** The first start after an install reads a few hundred megabytes, on a machine that is busy with other tests. */
const START_MS = 120_000;

/**
 * How tests launch a headless Chromium by Playwright: it plays without a click, asks no server of its maker, and runs as
 * any user.
 */
export function chromiumLaunch(executablePath: string) {
  const args = [
    "--no-sandbox", // as root there is none
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--disable-dev-shm-usage", // in a container it has 64 MiB
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
  ];
  return { executablePath, args, timeout: START_MS };
}
