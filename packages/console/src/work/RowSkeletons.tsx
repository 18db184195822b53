import { useI18n } from "../i18n/I18n.tsx";

export function RowSkeletons() {
  const { t } = useI18n();
  return (
    <div className="rows panel" role="status" aria-label={t.common.loading}>
      {["a", "b", "c"].map((each) => (
        <div key={each} className="row">
          <div className="row-art skeleton" />
          <div className="row-head">
            <div className="skeleton skeleton-line" />
          </div>
          <div className="row-body">
            <div className="skeleton skeleton-bar" />
            <div className="skeleton skeleton-line short" />
          </div>
        </div>
      ))}
    </div>
  );
}
