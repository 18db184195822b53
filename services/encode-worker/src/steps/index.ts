import type { Step } from "@lectern/keys";
import type { EncodeStep, RunContext } from "../run-context.ts";
import { downloading } from "./downloading.ts";
import { presigning } from "./presigning.ts";
import { probing } from "./probing.ts";
import { thumbnail } from "./thumbnail.ts";
import { transcoding } from "./transcoding.ts";
import { type Published, uploading } from "./uploading.ts";
import { validating } from "./validating.ts";

export type { Published } from "./uploading.ts";

export interface StepObserver {
  began(step: Step): void;
  /** @param seconds how long it took */
  ended(step: Step, seconds: number): void;
}

/** Runs the seven steps in their order. @throws what a step throws; the signal's reason */
export async function runSteps(context: RunContext, observer: StepObserver): Promise<Published> {
  async function perform<In, Out>(step: EncodeStep<In, Out>, input: In): Promise<Out> {
    context.signal.throwIfAborted();
    observer.began(step.name);
    const began = performance.now();
    const output = await step.run(context, input);
    observer.ended(step.name, (performance.now() - began) / 1000);
    return output;
  }

  const source = await perform(presigning, undefined);
  const file = await perform(downloading, source);
  const planned = await perform(probing, file);
  const encoded = await perform(transcoding, planned);
  const validated = await perform(validating, encoded);
  const illustrated = await perform(thumbnail, validated);
  return await perform(uploading, illustrated);
}
