import { createContext, useContext } from "react";
import type { Config } from "./config.ts";
import type { Session } from "./session/session.ts";

export interface App {
  readonly config: Config;
  readonly session: Session;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("useApp outside of the page");
  return app;
}
