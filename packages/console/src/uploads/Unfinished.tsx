import { LecternError, type UnfinishedUpload } from "@lectern/client";
import { useLectern } from "@lectern/client/react";
import { FileVideo, Trash2 } from "lucide-react";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useI18n } from "../i18n/I18n.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Row } from "../work/Row.tsx";
import { useTransfers } from "./TransfersContext.ts";
import { isSameFile } from "./transfers.ts";
import type { UnfinishedList } from "./useUnfinished.ts";

/** What a reload or a closed tab interrupted: a page may not keep a file, so it asks for it once more. */
export function Unfinished({ unfinished }: { readonly unfinished: UnfinishedList }) {
  const { t } = useI18n();
  if (unfinished.list.length === 0) return null;
  return (
    <section className="section" aria-labelledby="unfinished">
      <div className="section-head">
        <h2 id="unfinished">{t.unfinished.title}</h2>
        <p className="muted">{t.unfinished.text}</p>
      </div>
      <ul className="rows panel">
        {unfinished.list.map((each) => (
          <UnfinishedRow key={each.id} upload={each} refresh={unfinished.refresh} />
        ))}
      </ul>
    </section>
  );
}

function UnfinishedRow({ upload, refresh }: { readonly upload: UnfinishedUpload; refresh(): void }) {
  const { t, format } = useI18n();
  const client = useLectern();
  const { transfers } = useTransfers();
  const [complaint, setComplaint] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);

  function goOn(list: FileList | null) {
    const file = list?.[0];
    if (file === undefined) return;
    if (!isSameFile(upload, file)) {
      setComplaint(t.unfinished.wrongFile(upload.filename));
      return;
    }
    try {
      transfers.add(client.uploads.resume(upload, file), file);
    } catch (error) {
      setComplaint(error instanceof LecternError ? error.reason : t.common.unknownError);
    }
  }

  async function discard() {
    try {
      await client.uploads.discard(upload);
    } catch (error) {
      if (!(error instanceof LecternError && error.status === 404))
        setComplaint(error instanceof LecternError ? error.reason : t.common.unknownError);
    }
    refresh();
  }

  const { title, sentBytes, sizeBytes } = upload;
  return (
    <>
      <Row
        title={title}
        art={
          <span className="art-sign">
            <FileVideo size={24} strokeWidth={1.5} />
          </span>
        }
        tone="held"
        state={t.transfer.paused}
        detail={t.unfinished.sent(format.bytes(sentBytes), format.bytes(sizeBytes))}
        percent={sizeBytes > 0 ? (sentBytes / sizeBytes) * 100 : 0}
        actions={
          <>
            <FileTrigger onSelect={goOn}>
              <Button small kind="primary">
                <span className="button-words">{t.unfinished.choose}</span>
              </Button>
            </FileTrigger>
            <IconButton small label={`${t.unfinished.discard}: ${title}`} onPress={() => setAsking(true)}>
              <Trash2 size={18} aria-hidden />
            </IconButton>
          </>
        }
      >
        {complaint !== null && (
          <Notice tone="bad" alert>
            {complaint}
          </Notice>
        )}
      </Row>
      <Confirm
        isOpen={asking}
        title={t.unfinished.discardTitle(title)}
        text={t.unfinished.discardText}
        action={t.unfinished.discard}
        onConfirm={() => void discard()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
