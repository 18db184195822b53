import { Library, LogOut, Settings, Upload, UserRound, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Header as MenuHeader, MenuSection } from "react-aria-components";
import { Link, useLocation } from "wouter";
import { useApp } from "../App.context.ts";
import type { Locale } from "../i18n/format.ts";
import { useI18n } from "../i18n/I18n.tsx";
import { readClaims } from "../session/token.ts";
import { useSay } from "../ui/Announcer.tsx";
import { IconButton } from "../ui/Button.tsx";
import { MenuAction, MenuButton, MenuChoices } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useOnline } from "../ui/useOnline.ts";
import { type Theme, useTheme } from "../ui/useTheme.ts";
import { Brand } from "./Brand.tsx";

export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n();
  const { session } = useApp();
  const state = useSyncExternalStore(session.subscribe, session.state);
  const isIn = state.kind !== "out";
  return (
    <div className={isIn ? "shell" : "shell out"}>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place on the page; the hash is the page's own address */}
      <a
        className="skip button primary"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        {t.app.skip}
      </a>
      <header className="top">
        <div className="top-inner">
          <Brand />
          {isIn && <Navigation />}
          <div className="top-end">
            <SettingsMenu />
            {isIn && <AccountMenu token={state.token} />}
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <OfflineNotice />
        {children}
      </main>
    </div>
  );
}

function Navigation() {
  const { t } = useI18n();
  const [location] = useLocation();
  const links = [
    { href: "/", label: t.app.uploads, icon: <Upload size={18} aria-hidden />, isHere: location === "/" },
    {
      href: "/library",
      label: t.app.library,
      icon: <Library size={18} aria-hidden />,
      isHere: location.startsWith("/library") || location.startsWith("/watch"),
    },
  ];
  return (
    <nav className="nav" aria-label={t.app.nav}>
      {links.map(({ href, label, icon, isHere }) => (
        <Link key={href} href={href} className="nav-link" aria-current={isHere ? "page" : undefined}>
          {icon}
          {label}
        </Link>
      ))}
    </nav>
  );
}

function SettingsMenu() {
  const { t, locale, setLocale } = useI18n();
  const [theme, setTheme] = useTheme();
  return (
    <MenuButton
      label={t.app.settings}
      trigger={
        <IconButton label={t.app.settings}>
          <Settings size={20} aria-hidden />
        </IconButton>
      }
    >
      <MenuChoices<Locale>
        title={t.app.language}
        value={locale}
        onChange={setLocale}
        choices={[
          { value: "ko", label: "한국어", lang: "ko" },
          { value: "en", label: "English", lang: "en" },
        ]}
      />
      <MenuChoices<Theme>
        title={t.app.theme}
        value={theme}
        onChange={setTheme}
        choices={[
          { value: "system", label: t.app.themeSystem },
          { value: "light", label: t.app.themeLight },
          { value: "dark", label: t.app.themeDark },
        ]}
      />
    </MenuButton>
  );
}

function AccountMenu({ token }: { readonly token: string }) {
  const { t } = useI18n();
  const { session } = useApp();
  const claims = readClaims(token);
  return (
    <MenuButton
      label={t.app.account}
      trigger={
        <IconButton label={t.app.account}>
          <UserRound size={20} aria-hidden />
        </IconButton>
      }
    >
      <MenuSection>
        <MenuHeader className="menu-header">
          {[claims?.subject, claims?.tenant == null ? null : t.app.academy(claims.tenant)].filter(Boolean).join(" · ")}
        </MenuHeader>
        <MenuAction icon={<LogOut size={16} aria-hidden />} onAction={() => session.signOut()}>
          {t.app.signOut}
        </MenuAction>
      </MenuSection>
    </MenuButton>
  );
}

function OfflineNotice() {
  const { t } = useI18n();
  const online = useOnline();
  const say = useSay();
  const was = useRef(online);
  useEffect(() => {
    if (was.current === online) return;
    was.current = online;
    say(online ? t.app.online : t.app.offlineTitle);
  }, [online, say, t]);
  if (online) return null;
  return (
    <div className="offline">
      <Notice tone="warn" icon={<WifiOff size={20} aria-hidden />} title={t.app.offlineTitle}>
        {t.app.offlineText}
      </Notice>
    </div>
  );
}
