import { useLectern } from "@lectern/client/react";
import { FileVideo, Pause, Play, RotateCcw, X } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { Row } from "../work/Row.tsx";
import { describeTransfer } from "./describe-transfer.ts";
import { useTransfers } from "./TransfersContext.ts";
import type { Transfer } from "./transfers.ts";

export function TransferRow({ transfer }: { readonly transfer: Transfer }) {
  const { t, format } = useI18n();
  const client = useLectern();
  const { transfers } = useTransfers();
  const { upload, key } = transfer;
  const state = useSyncExternalStore(
    (listener) => upload.subscribe(listener),
    () => upload.state,
  );
  const [asking, setAsking] = useState(false);
  const { phase, title } = state;
  // The file itself was refused, and its video is gone: sending it again would change nothing.
  const isRefused = state.error?.status === 422 || state.error?.status === 413;
  const isOver = phase === "failed" || phase === "aborted" || phase === "done";
  const shown = describeTransfer(state, t, format);
  const dismiss = () => {
    transfers.remove(key);
    if (phase === "failed" && state.id !== null) void client.videos.remove(state.id).catch(() => {});
  };
  return (
    <>
      <Row
        title={title}
        art={
          <span className="art-sign">
            <FileVideo size={24} strokeWidth={1.5} />
          </span>
        }
        {...shown}
        percent={phase === "failed" || phase === "aborted" ? undefined : shown.percent}
        actions={
          <>
            {(phase === "uploading" || phase === "offline") && (
              <IconButton small label={`${t.transfer.pause}: ${title}`} onPress={() => upload.pause()}>
                <Pause size={18} aria-hidden />
              </IconButton>
            )}
            {phase === "paused" && (
              <IconButton small label={`${t.transfer.resume}: ${title}`} onPress={() => upload.resume()}>
                <Play size={18} aria-hidden />
              </IconButton>
            )}
            {phase === "failed" && !isRefused && (
              <Button small aria-label={`${t.transfer.again}: ${title}`} onPress={() => upload.resume()}>
                <RotateCcw size={16} aria-hidden />
                <span className="button-words">{t.transfer.again}</span>
              </Button>
            )}
            {phase === "aborted" && (
              <Button
                small
                aria-label={`${t.transfer.startAgain}: ${title}`}
                onPress={() => transfers.again(client, transfer)}
              >
                <RotateCcw size={16} aria-hidden />
                <span className="button-words">{t.transfer.startAgain}</span>
              </Button>
            )}
            {/* One button whatever it does: the focus stays on it when the upload is over. */}
            <IconButton
              small
              label={`${isOver ? t.transfer.dismiss : t.transfer.abort}: ${title}`}
              onPress={() => (isOver ? dismiss() : setAsking(true))}
            >
              <X size={18} aria-hidden />
            </IconButton>
          </>
        }
      />
      <Confirm
        isOpen={asking}
        title={t.transfer.abortTitle(title)}
        text={t.transfer.abortText}
        action={t.transfer.abort}
        keep={t.transfer.keep}
        onConfirm={() => void upload.abort().catch(() => {})}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
