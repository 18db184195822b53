import type { VideoDetail } from "@lectern/client";
import { AudioLines, CircleAlert, Clock, Ellipsis, Film, RotateCcw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";
import { IconButton } from "../ui/Button.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { MenuAction, MenuButton } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Poster } from "../ui/Poster.tsx";
import { useNow } from "../ui/useNow.ts";
import { useVideoActions } from "../work/useVideoActions.ts";

export function LectureCard({ video }: { readonly video: VideoDetail }) {
  const { t, format } = useI18n();
  const now = useNow();
  const [asking, setAsking] = useState(false);
  const actions = useVideoActions(video);
  const { id, title, status } = video;
  return (
    <li className="card">
      <Link href={`/watch/${id}`} className="card-link">
        <div className="card-art">
          <Poster video={video} sign={<CardSign video={video} />} />
          {video.duration !== null && status === "READY" && (
            <span className="card-duration">
              <span className="sr-only">{t.library.duration(format.clock(video.duration))}</span>
              <span aria-hidden>{format.clock(video.duration)}</span>
            </span>
          )}
        </div>
        <h2 className="card-title">{title}</h2>
      </Link>
      <div className="card-foot">
        <p className="muted">{format.ago(video.created_at, now)}</p>
        <CardTag video={video} />
        <MenuButton
          label={t.work.more(title)}
          trigger={
            <IconButton small label={t.work.more(title)}>
              <Ellipsis size={18} aria-hidden />
            </IconButton>
          }
        >
          {status === "FAILED" && (
            <MenuAction icon={<RotateCcw size={16} aria-hidden />} onAction={actions.retry}>
              {t.work.retry}
            </MenuAction>
          )}
          <MenuAction danger icon={<Trash2 size={16} aria-hidden />} onAction={() => setAsking(true)}>
            {t.library.delete}
          </MenuAction>
        </MenuButton>
      </div>
      {actions.refusal !== null && (
        <Notice tone="bad" alert>
          {actions.refusal}
        </Notice>
      )}
      <Confirm
        isOpen={asking}
        title={t.library.deleteTitle(title)}
        text={t.library.deleteText}
        action={t.library.delete}
        onConfirm={actions.remove}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function CardSign({ video: { status } }: { readonly video: VideoDetail }): ReactNode {
  if (status === "READY") return <AudioLines size={30} strokeWidth={1.5} />;
  if (status === "FAILED") return <CircleAlert size={28} strokeWidth={1.5} />;
  return status === "UPLOADED" ? <Clock size={28} strokeWidth={1.5} /> : <Film size={28} strokeWidth={1.5} />;
}

function CardTag({ video: { status, error_code } }: { readonly video: VideoDetail }) {
  const { t } = useI18n();
  if (status === "READY") return null;
  if (status !== "FAILED")
    return <span className="tag accent">{status === "UPLOADED" ? t.work.waiting : t.work.processing}</span>;
  return error_code === "CANCELLED" ? (
    <span className="tag">{t.work.cancelled}</span>
  ) : (
    <span className="tag bad">{t.work.failed}</span>
  );
}
