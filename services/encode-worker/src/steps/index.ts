import type { Step } from "@lectern/keys";
import type { EncodeStep, RunContext } from "../run-context.ts";
import { downloading, type SourceFile } from "./downloading.ts";
import { presigning, type Source } from "./presigning.ts";
import { type PlannedFile, probing } from "./probing.ts";
import { type Illustrated, thumbnail } from "./thumbnail.ts";
import { type Encoded, transcoding } from "./transcoding.ts";
import { type Published, uploading } from "./uploading.ts";
import { type Validated, validating } from "./validating.ts";

export type { Published } from "./uploading.ts";

/** The seven; who needs a worker that encodes nothing puts others in the place of some. */
export interface EncodeSteps {
  readonly presigning: EncodeStep<void, Source>;
  readonly downloading: EncodeStep<Source, SourceFile>;
  readonly probing: EncodeStep<SourceFile, PlannedFile>;
  readonly transcoding: EncodeStep<PlannedFile, Encoded>;
  readonly validating: EncodeStep<Encoded, Validated>;
  readonly thumbnail: EncodeStep<Validated, Illustrated>;
  readonly uploading: EncodeStep<Illustrated, Published>;
}

export const ENCODE_STEPS: EncodeSteps = {
  presigning,
  downloading,
  probing,
  transcoding,
  validating,
  thumbnail,
  uploading,
};

export interface StepObserver {
  began(step: Step): void;
  /** @param seconds how long it took */
  ended(step: Step, seconds: number): void;
}

/** Runs the seven steps in their order. @throws what a step throws; the signal's reason */
export async function runSteps(context: RunContext, observer: StepObserver, steps: EncodeSteps): Promise<Published> {
  async function perform<In, Out>(step: EncodeStep<In, Out>, input: In): Promise<Out> {
    context.signal.throwIfAborted();
    observer.began(step.name);
    const began = performance.now();
    const output = await step.run(context, input);
    observer.ended(step.name, (performance.now() - began) / 1000);
    return output;
  }

  const source = await perform(steps.presigning, undefined);
  const file = await perform(steps.downloading, source);
  const planned = await perform(steps.probing, file);
  const encoded = await perform(steps.transcoding, planned);
  const validated = await perform(steps.validating, encoded);
  const illustrated = await perform(steps.thumbnail, validated);
  return await perform(steps.uploading, illustrated);
}
