import { Link } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";

export function Brand() {
  const { t } = useI18n();
  return (
    <Link href="/" className="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="brand-ground" />
        <path
          className="brand-sign"
          d="M12.5 9.6v12.8a.9.9 0 0 0 1.37.77l10.3-6.4a.9.9 0 0 0 0-1.54l-10.3-6.4a.9.9 0 0 0-1.37.77Z"
        />
        <path className="brand-line" d="M8 9v14" />
      </svg>
      {t.app.name}
    </Link>
  );
}
