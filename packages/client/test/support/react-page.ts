import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "../../src/index.ts";
import { LecternProvider, useUpload, useVideoProgress, useWorkBox } from "../../src/react.ts";

/** A page as a front-end engineer writes it with the hooks; settings come from its address. */
const { uploadUrl = "", progressUrl = "", token = "" } = Object.fromEntries(new URLSearchParams(location.search));

function Send() {
  const { start, state } = useUpload();
  const { progress, detail } = useVideoProgress(state?.phase === "done" ? state.id : null);
  return h(
    "section",
    null,
    h("input", {
      type: "file",
      onChange: ({ target }: { target: HTMLInputElement }) => target.files?.[0] && start(target.files[0]),
    }),
    h("output", { id: "upload" }, state?.phase ?? "none"),
    h("output", { id: "progress" }, progress === null ? "none" : `${progress.status} ${progress.progress}`),
    h("output", { id: "title" }, detail?.title ?? "none"),
  );
}

function Box() {
  const { items, loading, connection } = useWorkBox();
  const rows = items.map(({ video, status }) => h("li", { key: video.id }, `${video.title}: ${status}`));
  return h("ul", { "data-loading": loading, "data-connection": connection }, rows);
}

createRoot(document.body).render(
  h(LecternProvider, { client: createClient({ uploadUrl, progressUrl, token, locale: "en" }) }, h(Send), h(Box)),
);
