/** Where the services are: `config.json` beside index.html, so that the same files serve every place. */
export interface Config {
  readonly uploadUrl: string;
  readonly progressUrl: string;
  /** How a developer gets a token; only where somebody develops. */
  readonly tokenCommand: string | null;
}

function isAddress(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value, document.baseURI);
}

/** @throws where it is missing or says something else */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch(new URL("config.json", document.baseURI), { cache: "no-cache" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  const { uploadUrl, progressUrl, tokenCommand } = (await answer.json()) as Record<string, unknown>;
  if (!isAddress(uploadUrl) || !isAddress(progressUrl))
    throw new Error("config.json must say uploadUrl and progressUrl.");
  const absolute = (url: string) => new URL(url, document.baseURI).href.replace(/\/$/, "");
  return {
    uploadUrl: absolute(uploadUrl),
    progressUrl: absolute(progressUrl),
    tokenCommand: typeof tokenCommand === "string" ? tokenCommand : null,
  };
}
