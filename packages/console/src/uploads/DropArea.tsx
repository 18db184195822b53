import { useLectern } from "@lectern/client/react";
import { FolderOpen, TriangleAlert, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { DropZone, FileTrigger } from "react-aria-components";
import { useI18n } from "../i18n/I18n.tsx";
import { useSay } from "../ui/Announcer.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useTouch } from "../ui/useTouch.ts";
import { AskRepeated } from "./AskRepeated.tsx";
import { findRepeated, type Repeated } from "./find-repeated.ts";
import { filesOf, pick } from "./pick-files.ts";
import { useTransfers } from "./TransfersContext.ts";

const CAN_CHOOSE_FOLDERS = "webkitdirectory" in HTMLInputElement.prototype;

export function DropArea() {
  const { t } = useI18n();
  const client = useLectern();
  const { transfers } = useTransfers();
  const say = useSay();
  const isTouch = useTouch();
  const [complaint, setComplaint] = useState<string | null>(null);
  const [repeated, setRepeated] = useState<readonly Repeated[]>([]);
  const taking = useRef(Promise.resolve());

  function begin(lectures: readonly File[]) {
    transfers.start(client, lectures);
    if (lectures.length > 0) say(t.say.started(lectures.length));
  }
  async function ask(lectures: readonly File[]) {
    const found = await findRepeated(client, transfers, lectures);
    const known = new Set(found.map(({ file }) => file));
    begin(lectures.filter((file) => !known.has(file)));
    setRepeated(found);
  }
  function take(files: Iterable<File>) {
    const { files: lectures, leftOut } = pick(files);
    if (lectures.length === 0) setComplaint(t.drop.nothing);
    else setComplaint(leftOut > 0 ? t.drop.leftOut(leftOut) : null);
    // One after the other: what was chosen a moment ago is under way then.
    taking.current = taking.current.then(() => ask(lectures));
  }
  const taken = (list: FileList | null) => {
    if (list !== null) take(list);
  };

  const label = isTouch ? t.drop.touchLabel : t.drop.label;
  return (
    <section aria-label={label}>
      <DropZone
        className={isTouch ? "drop touch" : "drop"}
        aria-label={label}
        getDropOperation={() => "copy"}
        onDrop={({ items }) => void filesOf(items).then(take)}
      >
        {({ isDropTarget }) => (
          <>
            <span className="drop-sign" aria-hidden>
              <Upload size={26} strokeWidth={1.75} />
            </span>
            <div className="drop-words">
              <p className="drop-title">{isDropTarget ? t.drop.release : isTouch ? t.drop.touchTitle : t.drop.title}</p>
              <p className="muted">{isTouch ? t.drop.touchText : t.drop.text}</p>
            </div>
            <div className="drop-buttons">
              <FileTrigger allowsMultiple onSelect={taken}>
                <Button kind="primary">{t.drop.chooseFiles}</Button>
              </FileTrigger>
              {CAN_CHOOSE_FOLDERS && !isTouch && (
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
      <AskRepeated
        files={repeated}
        onAgain={() => {
          begin(repeated.map(({ file }) => file));
          setRepeated([]);
        }}
        onSkip={() => setRepeated([])}
      />
    </section>
  );
}
