import { useLectern } from "@lectern/client/react";
import { FolderOpen, TriangleAlert, Upload } from "lucide-react";
import { useState } from "react";
import { DropZone, FileTrigger } from "react-aria-components";
import { useI18n } from "../i18n/I18n.tsx";
import { useSay } from "../ui/Announcer.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { filesOf, pick } from "./pick-files.ts";
import { useTransfers } from "./TransfersContext.ts";

/** Phones have no folders to choose from, and iOS ignores the wish. */
const CAN_CHOOSE_FOLDERS = "webkitdirectory" in HTMLInputElement.prototype && !matchMedia("(pointer: coarse)").matches;

export function DropArea() {
  const { t } = useI18n();
  const client = useLectern();
  const { transfers } = useTransfers();
  const say = useSay();
  const [complaint, setComplaint] = useState<string | null>(null);

  function take(files: Iterable<File>) {
    const { files: lectures, leftOut } = pick(files);
    transfers.start(client, lectures);
    if (lectures.length > 0) say(t.say.started(lectures.length));
    if (lectures.length === 0) setComplaint(t.drop.nothing);
    else setComplaint(leftOut > 0 ? t.drop.leftOut(leftOut) : null);
  }
  const taken = (list: FileList | null) => {
    if (list !== null) take(list);
  };

  return (
    <section aria-label={t.drop.label}>
      <DropZone
        className="drop"
        aria-label={t.drop.label}
        getDropOperation={() => "copy"}
        onDrop={({ items }) => void filesOf(items).then(take)}
      >
        {({ isDropTarget }) => (
          <>
            <span className="drop-sign" aria-hidden>
              <Upload size={26} strokeWidth={1.75} />
            </span>
            <div className="drop-words">
              <p className="drop-title">{isDropTarget ? t.drop.release : t.drop.title}</p>
              <p className="muted">{t.drop.text}</p>
            </div>
            <div className="drop-buttons">
              <FileTrigger allowsMultiple onSelect={taken}>
                <Button kind="primary">{t.drop.chooseFiles}</Button>
              </FileTrigger>
              {CAN_CHOOSE_FOLDERS && (
                <FileTrigger acceptDirectory onSelect={taken}>
                  <Button>
                    <FolderOpen size={18} aria-hidden />
                    {t.drop.chooseFolder}
                  </Button>
                </FileTrigger>
              )}
            </div>
          </>
        )}
      </DropZone>
      {complaint !== null && (
        <div className="drop-complaint">
          <Notice tone="warn" icon={<TriangleAlert size={18} aria-hidden />} alert>
            {complaint}
          </Notice>
        </div>
      )}
    </section>
  );
}
