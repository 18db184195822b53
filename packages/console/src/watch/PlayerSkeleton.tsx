import { useI18n } from "../i18n/I18n.tsx";

export function PlayerSkeleton() {
  const { t } = useI18n();
  return (
    <div className="watch" role="status" aria-label={t.watch.loading}>
      <div className="skeleton skeleton-video" />
      <div className="skeleton skeleton-title" />
      <div className="skeleton skeleton-line" />
    </div>
  );
}
