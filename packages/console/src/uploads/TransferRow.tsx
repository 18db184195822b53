import { useLectern } from "@lectern/client/react";
import { FileVideo, Pause, Play, RotateCcw, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useI18n } from "../i18n/I18n.tsx";
import { useSay } from "../ui/Announcer.tsx";
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
  const say = useSay();
  const { upload, key } = transfer;
  const state = useSyncExternalStore(
    (listener) => upload.subscribe(listener),
    () => upload.state,
  );
  const [asking, setAsking] = useState(false);
  const { phase, title } = state;
  // The file itself was refused, and its video is gone: sending it again would change nothing.
  const isRefused = state.error?.status === 422 || state.error?.status === 413;
  const reason = state.error?.reason ?? t.common.unknownError;
  useEffect(() => {
    if (phase === "failed") say(t.say.uploadFailed(title, reason));
  }, [phase, title, reason, say, t]);

  const shown = describeTransfer(state, t, format);
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
        percent={phase === "failed" ? undefined : shown.percent}
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
            {phase === "failed" ? (
              <>
                {isRefused ? null : (
                  <Button small onPress={() => upload.resume()}>
                    <RotateCcw size={16} aria-hidden />
                    {t.transfer.again}
                  </Button>
                )}
                <IconButton
                  small
                  label={`${t.transfer.dismiss}: ${title}`}
                  onPress={() => {
                    transfers.remove(key);
                    if (state.id !== null) void client.videos.remove(state.id).catch(() => {});
                  }}
                >
                  <X size={18} aria-hidden />
                </IconButton>
              </>
            ) : (
              <IconButton small label={`${t.transfer.abort}: ${title}`} onPress={() => setAsking(true)}>
                <X size={18} aria-hidden />
              </IconButton>
            )}
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
