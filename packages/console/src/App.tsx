import { createClient } from "@lectern/client";
import { LecternProvider } from "@lectern/client/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ServerCrash } from "lucide-react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { RouterProvider } from "react-aria-components";
import { Router } from "wouter";
import { navigate, useHashLocation } from "wouter/use-hash-location";
import { AppContext, type App as AppValue, useApp } from "./App.context.ts";
import type { Config } from "./config.ts";
import { I18nProvider, useI18n } from "./i18n/I18n.tsx";
import { CrashGuard } from "./layout/CrashGuard.tsx";
import { Pages } from "./layout/Pages.tsx";
import { Shell } from "./layout/Shell.tsx";
import { retryQuery } from "./library/retry-query.ts";
import { SignInPage } from "./session/SignIn.tsx";
import { SignInAgain } from "./session/SignInAgain.tsx";
import type { Session, SessionState } from "./session/session.ts";
import { AnnouncerProvider } from "./ui/Announcer.tsx";
import { Empty } from "./ui/Empty.tsx";
import { TransfersContext } from "./uploads/TransfersContext.ts";
import { Transfers } from "./uploads/transfers.ts";
import { useAnnouncedTransfers } from "./uploads/useAnnouncedTransfers.ts";

interface Props {
  /** null: it could not be read. */
  readonly config: Config | null;
  readonly session: Session;
}

export function App({ config, session }: Props) {
  return (
    <I18nProvider>
      <CrashGuard>
        <AnnouncerProvider>
          <RouterProvider navigate={navigate} useHref={(href) => `#${href}`}>
            <Router hook={useHashLocation}>
              {config === null ? <NoConfig /> : <Entrance config={config} session={session} />}
            </Router>
          </RouterProvider>
        </AnnouncerProvider>
      </CrashGuard>
    </I18nProvider>
  );
}

function NoConfig() {
  const { t } = useI18n();
  return (
    <main>
      <Empty bad level={1} icon={<ServerCrash size={26} />} title={t.app.configTitle} text={t.app.configText} />
    </main>
  );
}

function Entrance({ config, session }: { readonly config: Config; readonly session: Session }) {
  const app = useMemo<AppValue>(() => ({ config, session }), [config, session]);
  const state = useSyncExternalStore(session.subscribe, session.state);
  return (
    <AppContext value={app}>
      {state.kind === "out" ? (
        <Shell>
          <SignInPage />
        </Shell>
      ) : (
        <SignedIn state={state} />
      )}
    </AppContext>
  );
}

function TransferNews() {
  useAnnouncedTransfers();
  return null;
}

/** Lives from sign-in to sign-out: uploads go on whatever page is shown, and while a new token is asked for. */
function SignedIn({ state }: { readonly state: SessionState }) {
  const { session, config } = useApp();
  const { locale } = useI18n();
  const [transfers] = useState(() => new Transfers());
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: retryQuery, staleTime: 5_000 } } }),
  );
  const client = useMemo(
    () =>
      createClient({
        uploadUrl: config.uploadUrl,
        progressUrl: config.progressUrl,
        locale,
        token: () => session.token(),
        fetch: async (input, init) => {
          const answer = await fetch(input, init);
          if (answer.status === 401) {
            const sent = new Headers(init?.headers).get("authorization")?.replace(/^Bearer /, "");
            if (sent !== undefined) session.refused(sent);
          }
          return answer;
        },
      }),
    [config, session, locale],
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (transfers.underWay.length > 0) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [transfers]);
  return (
    <LecternProvider client={client}>
      <QueryClientProvider client={queries}>
        <TransfersContext value={transfers}>
          <TransferNews />
          <Shell>
            <Pages />
          </Shell>
          <SignInAgain state={state} />
        </TransfersContext>
      </QueryClientProvider>
    </LecternProvider>
  );
}
