import { type TSchema, Type } from "typebox";
import { OneOf } from "./common.ts";
import { PROBLEMS, Problem, type ProblemCode } from "./problem.ts";

type Refusals<C extends ProblemCode> = { readonly [S in (typeof PROBLEMS)[C]["status"]]: typeof Problem };

/**
 * The answers by which a route refuses, for its `response`: a schema for each status, with the codes that it can carry.
 * What every route may answer (no token, no database, a body that is too large) is not named again.
 */
export function refusedWith<const C extends readonly ProblemCode[]>(...codes: C): Refusals<C[number]> {
  const byStatus = Map.groupBy(codes, (code: ProblemCode) => PROBLEMS[code].status);
  return Object.fromEntries([...byStatus].map(([status, of]) => [status, problemWith(of)])) as Refusals<C[number]>;
}

function problemWith(codes: readonly ProblemCode[]): typeof Problem {
  const properties = { ...Problem.properties, code: OneOf(codes) };
  return Type.Object(properties, { description: "RFC 9457 problem" }) as unknown as typeof Problem;
}

/** The codes that a schema of {@link refusedWith} names; none of a plain `Problem`. */
export function codesOf(schema: TSchema): readonly ProblemCode[] {
  const { code } = (schema as unknown as { properties: { code: { enum?: ProblemCode[] } } }).properties;
  return code.enum ?? [];
}
