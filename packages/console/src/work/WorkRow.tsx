import type { VideoDetail, VideoProgress } from "@lectern/client";
import { AudioLines, CircleAlert, CircleCheck, Clock, Film, Play, RotateCcw, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Poster } from "../ui/Poster.tsx";
import { describe } from "./describe.ts";
import { fromDetail } from "./from-detail.ts";
import { Row } from "./Row.tsx";
import { useVideoActions, type VideoActions } from "./useVideoActions.ts";

interface Props {
  readonly video: VideoDetail;
  /** null: nothing was heard of it yet. */
  readonly progress: VideoProgress | null;
  /** It was retried, cancelled or removed from here. */
  onChanged(): void;
  /** Of its title among the headings of the page. */
  readonly level?: 2 | 3;
}

type Asking = "cancel" | "remove" | null;

/** One lecture from "uploaded" to "ready". */
export function WorkRow({ video, progress, onChanged, level = 3 }: Props) {
  const { t, format } = useI18n();
  const actions = useVideoActions(video, onChanged);
  const [asking, setAsking] = useState<Asking>(null);
  // "known: false" is no news: what is shown stays.
  const shown = progress?.known === true ? progress : fromDetail(video);
  const { status } = shown;
  const { percent, detail, ...said } = describe(shown, t, format);
  const duration = video.duration ?? progress?.duration ?? null;
  const facts = [duration === null ? null : format.clock(duration), format.bytes(video.size_bytes)].filter(Boolean);
  const { title } = video;
  return (
    <>
      <Row
        title={title}
        level={level}
        art={<Poster video={video} sign={<Sign status={status} isAudio={video.content_type.startsWith("audio/")} />} />}
        {...said}
        at={video.uploaded_at ?? video.created_at}
        detail={detail ?? (status === "READY" ? facts.join(" · ") : null)}
        stateIcon={status === "READY" ? <CircleCheck size={14} aria-hidden /> : undefined}
        percent={percent ?? undefined}
        actions={<RowActions video={video} status={status} actions={actions} ask={setAsking} />}
      >
        {actions.refusal !== null && (
          <Notice tone="bad" alert>
            {actions.refusal}
          </Notice>
        )}
      </Row>
      <Confirm
        isOpen={asking !== null}
        title={asking === "remove" ? t.library.deleteTitle(title) : t.work.cancelTitle(title)}
        text={asking === "remove" ? t.library.deleteText : t.work.cancelText}
        action={asking === "remove" ? t.library.delete : t.work.cancelAction}
        {...(asking === "cancel" && { keep: t.work.keepGoing })}
        onConfirm={asking === "remove" ? actions.remove : actions.cancel}
        onClose={() => setAsking(null)}
      />
    </>
  );
}

interface RowActionsProps {
  readonly video: VideoDetail;
  readonly status: VideoDetail["status"];
  readonly actions: VideoActions;
  ask(what: Asking): void;
}

/** Names begin with what is seen and end with whose it is, for who hears a list of buttons. */
function RowActions({ video: { id, title }, status, actions, ask }: RowActionsProps) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  if (status === "READY")
    return (
      <Button small aria-label={`${t.work.watch}: ${title}`} onPress={() => navigate(`/watch/${id}`)}>
        <Play size={15} fill="currentColor" aria-hidden />
        <span className="button-words">{t.work.watch}</span>
      </Button>
    );
  if (status === "FAILED")
    return (
      <>
        <Button small isDisabled={actions.isBusy} aria-label={`${t.work.retry}: ${title}`} onPress={actions.retry}>
          <RotateCcw size={16} aria-hidden />
          <span className="button-words">{t.work.retry}</span>
        </Button>
        <IconButton small label={`${t.work.remove}: ${title}`} onPress={() => ask("remove")}>
          <Trash2 size={18} aria-hidden />
        </IconButton>
      </>
    );
  if (status === "PENDING") return null;
  return (
    <IconButton small isDisabled={actions.isBusy} label={`${t.work.cancel}: ${title}`} onPress={() => ask("cancel")}>
      <X size={18} aria-hidden />
    </IconButton>
  );
}

function Sign({ status, isAudio }: { readonly status: VideoDetail["status"]; readonly isAudio: boolean }) {
  if (isAudio) return <AudioLines size={24} strokeWidth={1.5} />;
  if (status === "FAILED") return <CircleAlert size={24} strokeWidth={1.5} />;
  return status === "UPLOADED" ? <Clock size={24} strokeWidth={1.5} /> : <Film size={24} strokeWidth={1.5} />;
}
