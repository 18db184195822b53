import type { VideoDetail } from "@lectern/client";
import type { Shown } from "./describe.ts";

/** What is shown until the first live answer: the state is known, how far it is is not. */
export function fromDetail({ status, error_code, error_reason }: VideoDetail): Shown {
  return {
    status,
    error_code,
    error_reason,
    progress: 0,
    stalled: false,
    queue_position: null,
    starts_in_seconds: null,
    encoding_remaining_seconds: null,
    remaining_low: null,
    remaining_high: null,
    encoding_step_index: null,
    encoding_step_total: null,
    encoding_step_name: null,
  };
}
