type Name = "theme" | "locale" | "volume" | "speed" | "subtitles";

/** What is remembered between visits. Where storage is forbidden, nothing is, and nothing breaks. */
export function kept(name: Name): string | null {
  try {
    return localStorage.getItem(`lectern.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: Name, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`lectern.${name}`);
    else localStorage.setItem(`lectern.${name}`, value);
  } catch {
    // Remembering is a comfort.
  }
}
