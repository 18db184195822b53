import { useI18n } from "../i18n/I18n.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { WorkBox } from "../work/WorkBox.tsx";
import { DropArea } from "./DropArea.tsx";
import { Unfinished } from "./Unfinished.tsx";
import { useUnfinished } from "./useUnfinished.ts";

/** Everything between a file on somebody's disk and a lecture that can be watched. */
export function UploadsPage() {
  const { t } = useI18n();
  usePageTitle(t.app.uploads);
  const unfinished = useUnfinished();
  return (
    <>
      <h1 className="sr-only">{t.app.uploads}</h1>
      <DropArea />
      <Unfinished unfinished={unfinished} />
      <WorkBox />
    </>
  );
}
