// Runs before the first paint, so that a chosen theme or language does not flash in late.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(`lectern.${name}`);
    } catch {
      return null; // storage is forbidden here
    }
  };
  const root = document.documentElement;
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const locale = kept("locale");
  root.lang = locale === "ko" || locale === "en" ? locale : navigator.language.startsWith("ko") ? "ko" : "en";
})();
