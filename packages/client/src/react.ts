import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { LecternClient } from "./client.ts";
import type { UploadState } from "./upload/state.ts";
import type { Upload } from "./upload/upload.ts";
import type { UnfinishedUpload, UploadOptions } from "./upload/uploads.ts";
import type { WatchState } from "./watch/watch.ts";
import type { VideoProgress } from "./wire.ts";
import type { WorkBox, WorkBoxQuery, WorkBoxState } from "./work-box.ts";

const ClientContext = createContext<LecternClient | null>(null);

export interface LecternProviderProps {
  readonly client: LecternClient;
  readonly children?: ReactNode;
}

export function LecternProvider({ client, children }: LecternProviderProps): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** @throws Error outside of a LecternProvider */
export function useLectern(): LecternClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error("useLectern: there is no <LecternProvider client={…}> around this component.");
  return client;
}

const NOTHING = () => () => {};
const NO_UPLOADS: readonly Upload[] = [];

/** How far one upload is; null without one. */
export function useUploadState(upload: Upload | null): UploadState | null {
  const subscribe = useMemo(() => (upload === null ? NOTHING : upload.subscribe.bind(upload)), [upload]);
  const read = () => upload?.state ?? null;
  return useSyncExternalStore(subscribe, read, read);
}

/** The uploads of this page, in the order in which they began. */
export function useUploads(): readonly Upload[] {
  const { uploads } = useLectern();
  const subscribe = useMemo(() => uploads.subscribe.bind(uploads), [uploads]);
  return useSyncExternalStore(
    subscribe,
    () => uploads.list,
    () => NO_UPLOADS,
  );
}

export interface UseUpload {
  /** The one that was begun last by this hook. */
  readonly upload: Upload | null;
  readonly state: UploadState | null;
  readonly start: (file: Blob, options?: UploadOptions) => Upload;
  /** Left by earlier pages. */
  readonly unfinished: readonly UnfinishedUpload[];
  /** @throws LecternError FILE_DIFFERENT */
  readonly resume: (unfinished: UnfinishedUpload, file: Blob) => Upload;
  readonly discard: (unfinished: UnfinishedUpload) => Promise<void>;
}

/** Begins uploads and shows the last of them. It goes on when the component is gone; `upload.abort()` ends it. */
export function useUpload(): UseUpload {
  const { uploads } = useLectern();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [unfinished, setUnfinished] = useState<readonly UnfinishedUpload[]>([]);
  const state = useUploadState(upload);
  const phase = state?.phase;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is unfinished changes with the phase
  useEffect(() => {
    let gone = false;
    uploads.unfinished().then(
      (found) => gone || setUnfinished(found),
      () => {}, // no token yet: asked again when an upload begins
    );
    return () => {
      gone = true;
    };
  }, [uploads, phase]);

  const start = useCallback(
    (file: Blob, options?: UploadOptions) => {
      const begun = uploads.begin(file, options);
      setUpload(begun);
      return begun;
    },
    [uploads],
  );
  const resume = useCallback(
    (left: UnfinishedUpload, file: Blob) => {
      const begun = uploads.resume(left, file);
      setUpload(begun);
      return begun;
    },
    [uploads],
  );
  const discard = useCallback(
    async (left: UnfinishedUpload) => {
      await uploads.discard(left);
      setUnfinished((shown) => shown.filter(({ id }) => id !== left.id));
    },
    [uploads],
  );
  return { upload, state, start, unfinished, resume, discard };
}

const UNKNOWN: WatchState<VideoProgress> = { progress: null, detail: null, connection: "poll", error: null };

/** How far a video is, with its detail once it is final; null as id follows none. */
export function useVideoProgress(id: number | null): WatchState<VideoProgress> {
  const client = useLectern();
  const store = useMemo(() => videoStore(client, id), [client, id]);
  return useSyncExternalStore(store.subscribe, store.read, () => UNKNOWN);
}

/** A watch that is open while somebody is subscribed: rendering alone opens none, so a server can do it. */
function videoStore(client: LecternClient, id: number | null) {
  let last = UNKNOWN;
  return {
    read: () => last,
    subscribe(listener: () => void) {
      if (id === null) return () => {};
      const watch = client.watch(id);
      const take = () => {
        last = watch.state;
        listener();
      };
      watch.subscribe(take);
      if (watch.current !== null) take();
      return () => watch.close();
    },
  };
}

export type UseWorkBox = WorkBoxState & Pick<WorkBox, "refresh" | "loadMore">;

const EMPTY: WorkBoxState = { items: [], loading: true, hasMore: false, connection: "poll", error: null };

/** The tenant's videos with their progress. */
export function useWorkBox(query: WorkBoxQuery = {}): UseWorkBox {
  const client = useLectern();
  const key = JSON.stringify(query);
  const box = useMemo(() => client.workBox(JSON.parse(key) as WorkBoxQuery), [client, key]);
  const subscribe = useMemo(() => box.subscribe.bind(box), [box]);
  const state = useSyncExternalStore(
    subscribe,
    () => box.state,
    () => EMPTY,
  );
  return useMemo(() => ({ ...state, refresh: () => box.refresh(), loadMore: () => box.loadMore() }), [state, box]);
}
