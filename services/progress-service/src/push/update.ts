import { isFinalStatus } from "@lectern/keys";
import { type Rendering, textOf } from "../rendering.ts";
import { renderingOf, type View } from "../views.ts";
import { sseEvent, textFrame } from "./frames.ts";

export type Language = "korean" | "english";

/** Counts the states that this process made: the last part of an event's id. */
let sequence = 0;

/** One state of one video or job on its way: made into bytes once for each form that is asked for, not for each client. */
export class Update {
  readonly view: View;
  /** What the Korean form was made of; later, when the clock has moved on, one that says the same. */
  rendering: Rendering;
  /** Nothing comes after it. */
  readonly final: boolean;
  /** `<generation>.<version>.<sequence>` */
  readonly id: string;
  readonly #now: number | null;
  readonly #texts = new Map<Language, string>();
  readonly #events = new Map<Language, Buffer>();
  readonly #frames = new Map<Language, Buffer>();

  /** @param now Redis's clock, epoch milliseconds; null where it is not known yet */
  constructor(view: View, now: number | null) {
    sequence += 1;
    this.view = view;
    this.rendering = renderingOf(view, now, false);
    this.final = isFinalStatus(view.snapshot.status);
    this.id = `${versionOf(view)}.${sequence}`;
    this.#now = now;
  }

  /** The event of a text/event-stream. */
  event(language: Language): Buffer {
    return made(this.#events, language, () => sseEvent({ id: this.id, data: this.#text(language) }));
  }

  /** The message of a WebSocket, as a frame. */
  frame(language: Language): Buffer {
    return made(this.#frames, language, () => {
      const { subject } = this.view;
      const id = subject.kind === "video" ? `"video_id":${subject.videoId}` : `"job_id":"${subject.jobId}"`;
      return textFrame(
        `{"type":"state",${id},"event_id":"${this.id}","final":${this.final},"state":${this.#text(language)}}`,
      );
    });
  }

  #text(language: Language): string {
    return made(this.#texts, language, () => textOf(renderingOf(this.view, this.#now, language === "english")));
  }
}

/** `<generation>.<version>` of a state; 0 for what is not known. */
export function versionOf({ snapshot: { generation, version } }: View): string {
  return `${generation ?? 0}.${version ?? 0}`;
}

function made<T>(forms: Map<Language, T>, language: Language, make: () => T): T {
  const known = forms.get(language);
  if (known !== undefined) return known;
  const form = make();
  forms.set(language, form);
  return form;
}
