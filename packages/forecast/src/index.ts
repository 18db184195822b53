export { type Expectation, type Expectations, expectationsOf } from "./experience.ts";
export { type DescribedFile, describeFile, describeUnseen, type Facts } from "./facts.ts";
export { builtInSeconds, type Machine, machineOf, profileOf, type StepSeconds, workCurve } from "./model.ts";
