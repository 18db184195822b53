import { useI18n } from "../i18n/I18n.tsx";
import { Button } from "../ui/Button.tsx";
import { DialogBox } from "../ui/Dialog.tsx";
import type { Earlier, Repeated } from "./find-repeated.ts";

interface Props {
  /** Empty: nothing is asked. */
  readonly files: readonly Repeated[];
  onAgain(): void;
  onSkip(): void;
}

/** Asks before a file is sent a second time: mostly it was chosen by mistake. */
export function AskRepeated({ files, onAgain, onSkip }: Props) {
  const { t } = useI18n();
  return (
    <DialogBox isOpen={files.length > 0} title={t.repeated.title(files.length)} onClose={onSkip} role="alertdialog">
      <ul className="repeated">
        {files.map(({ file, earlier }, index) => (
          <li key={index}>
            <span className="repeated-name">{file.name.normalize("NFC")}</span>
            <EarlierLine earlier={earlier} />
          </li>
        ))}
      </ul>
      <p className="muted">{t.repeated.text}</p>
      <div className="dialog-buttons">
        <Button autoFocus onPress={onSkip}>
          {t.repeated.skip}
        </Button>
        <Button kind="primary" onPress={onAgain}>
          {t.repeated.again}
        </Button>
      </div>
    </DialogBox>
  );
}

function EarlierLine({ earlier }: { readonly earlier: Earlier }) {
  const { t, format } = useI18n();
  if (earlier.kind === "here") return <span className="muted">{t.repeated.here}</span>;
  const { status, created_at, uploaded_at } = earlier.video;
  const when = format.ago(uploaded_at ?? created_at, Date.now());
  const line = status === "PENDING" ? t.repeated.begun : status === "READY" ? t.repeated.sent : t.repeated.converting;
  return <span className="muted">{line(when)}</span>;
}
