import { LecternError, type VideoDetail } from "@lectern/client";
import { useLectern, useVideoProgress } from "@lectern/client/react";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, CircleAlert, CloudOff, FileX } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useI18n } from "../i18n/I18n.tsx";
import { Player } from "../player/Player.tsx";
import { Button } from "../ui/Button.tsx";
import { Empty } from "../ui/Empty.tsx";
import { reasonOf } from "../ui/reason-of.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { WorkRow } from "../work/WorkRow.tsx";
import { Chapters } from "./Chapters.tsx";
import { PlayerSkeleton } from "./PlayerSkeleton.tsx";
import { Shortcuts } from "./Shortcuts.tsx";

/** While it is not to be watched yet. */
const AGAIN_MS = 5_000;

export default function WatchPage({ id }: { readonly id: string }) {
  const { t } = useI18n();
  const client = useLectern();
  const number = Number(id);
  const video = useQuery({
    queryKey: ["video", client.locale, number],
    enabled: Number.isSafeInteger(number) && number > 0,
    queryFn: ({ signal }) => client.videos.get(number, signal),
    refetchInterval: ({ state }) =>
      state.data !== undefined && state.data.status !== "READY" && state.data.status !== "FAILED" ? AGAIN_MS : false,
  });
  usePageTitle(video.data?.title ?? null);
  const { refetch } = video;
  const refresh = useCallback(() => void refetch(), [refetch]);
  const missing =
    !Number.isSafeInteger(number) ||
    (video.error instanceof LecternError && video.error.status < 500 && video.error.status >= 400);
  return (
    <div className="watch">
      <Link href="/library" className="back">
        <ArrowLeft size={18} aria-hidden />
        {t.watch.back}
      </Link>
      {missing ? (
        <Empty level={1} icon={<FileX size={26} />} title={t.watch.missingTitle} text={t.watch.missingText} />
      ) : video.data !== undefined ? (
        <Lecture video={video.data} refresh={refresh} />
      ) : video.error !== null ? (
        <Empty bad level={1} icon={<CloudOff size={26} />} title={t.watch.errorTitle} text={reasonOf(video.error, t)}>
          <Button onPress={refresh}>{t.common.retry}</Button>
        </Empty>
      ) : (
        <PlayerSkeleton />
      )}
    </div>
  );
}

function Lecture({ video, refresh }: { readonly video: VideoDetail; refresh(): void }) {
  const { t } = useI18n();
  const live = useVideoProgress(video.status === "READY" ? null : video.id);
  const status = live.progress?.known === true ? live.progress.status : video.status;
  useEffect(() => {
    if (status !== video.status) refresh();
  }, [status, video.status, refresh]);
  if (video.status === "READY") return <Playing video={video} />;
  const failed = video.status === "FAILED";
  return (
    <>
      <div className="page-head">
        <h1>{failed ? t.watch.failedTitle : t.watch.notReadyTitle}</h1>
      </div>
      <ul className="rows panel">
        <WorkRow level={2} video={video} progress={live.progress} onChanged={refresh} />
      </ul>
    </>
  );
}

function Playing({ video }: { readonly video: VideoDetail }) {
  const { t, format } = useI18n();
  const client = useLectern();
  const [time, setTime] = useState(0);
  const seek = useRef<((time: number) => void) | null>(null);
  // Not asked for again by itself: another address would begin the stream anew in the middle of a sentence.
  const playback = useQuery({
    queryKey: ["playback", video.id],
    queryFn: () => client.videos.playback(video.id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
  if (playback.data === undefined)
    return playback.error === null ? (
      <PlayerSkeleton />
    ) : (
      <Empty bad icon={<CircleAlert size={26} />} title={t.watch.errorTitle} text={reasonOf(playback.error, t)}>
        <Button onPress={() => void playback.refetch()}>{t.common.retry}</Button>
      </Empty>
    );
  return (
    <>
      <Player
        title={video.title}
        playback={playback.data}
        onAgain={() => void playback.refetch()}
        onTime={setTime}
        seekRef={seek}
      />
      <div className="watch-head">
        <h1>{video.title}</h1>
        <p className="muted">
          {[
            video.duration === null ? null : format.clock(video.duration),
            t.watch.uploaded(format.date(video.uploaded_at ?? video.created_at)),
            video.filename,
            format.bytes(video.size_bytes),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {playback.data.chapters_url !== null && (
        <Chapters url={playback.data.chapters_url} time={time} onSeek={(to) => seek.current?.(to)} />
      )}
      <Shortcuts />
    </>
  );
}
