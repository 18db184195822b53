import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { loadConfig } from "./config.ts";
import { Session } from "./session/session.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/rows.css";
import "./styles/pages.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
const config = await loadConfig().catch(() => null);
createRoot(root).render(
  <StrictMode>
    <App config={config} session={new Session()} />
  </StrictMode>,
);
